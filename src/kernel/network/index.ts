/** The network model's public face. */
export { createFate, type Fate, fate, hold, OUTCOME, type Outcome } from './fate.ts';
export { LATENCY_MICROS_MAX } from './fixed.ts';
export { minimumLatency } from './latency.ts';
export { createLinks, type HeldCopy, type Links, type NetworkFault } from './links.ts';
export { findRegion, REGION_NAMES, REGIONS, type RegionName } from './regions.ts';
export { beginRule, endRule, separates } from './rules.ts';
