/** Several protocols side by side: the same seed, network, load and faults. */
export {
  addressPart,
  type ComparisonAddress,
  comparisonOfHash,
  readProtocols,
  readVariation,
  variationText,
} from './address.ts';
export { assemble, compare } from './assemble.ts';
export { CASES_DEFAULT, FAULT_CASES } from './cases.ts';
export { comparisonCsv, comparisonJson } from './export.ts';
export { measure } from './measure.ts';
export { planComparison } from './plan.ts';
export { requestOf, SHIPPED, type Shipped, shippedById } from './shipped.ts';
export {
  figureText,
  isBroken,
  isRepeated,
  median,
  type Measure,
  measureById,
  MEASURES,
  standings,
  VERDICT_ID,
  verdictOf,
} from './table.ts';
export type * from './types.ts';
export { PROTOCOLS_MAX, PROTOCOLS_MIN } from './types.ts';
