/**
 * The scenario document, `testnet-scenario/1`. `ScenarioInput` is what people write (everything but `protocol` optional),
 * `Scenario` the same after validation with defaults filled in. Times in virtual ms. The schema in `schema.ts` is the
 * authority; these are its inferred types.
 */
export type { FaultInput, Scenario, ScenarioInput } from './schema.ts';
