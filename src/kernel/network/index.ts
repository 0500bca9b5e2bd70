/** The network model's public face. */
export {
  calmArrival,
  calmArrivals,
  createFate,
  type Fate,
  fate,
  hold,
  intervene,
  isCalm,
  OUTCOME,
  type Outcome,
} from './fate.ts';
export { LATENCY_MICROS_MAX } from './fixed.ts';
export { minimumLatency } from './latency.ts';
export { createLinks, type HeldCopy, type Links, type NetworkFault } from './links.ts';
export { findRegion, REGION_NAMES, REGIONS, type RegionName } from './regions.ts';
export { beginRule, caughtBy, endRule, separates } from './rules.ts';
