/** Scenarios: what people write, how it is checked, recorded, shared and turned into a run plan. */
export { compileScenario, type ProtocolMap } from './compile.ts';
export { parseCondition } from './condition.ts';
export { DEFAULT_PRESET_ID, type Level, type Preset, presetById, presets, unknownPreset } from './library.ts';
export { decodeLink, encodeLink, type HashRequest, parseHash } from './link.ts';
export { indexOfNode, namingOfScenario, nodeNames, validatorCount } from './nodes.ts';
export { recordFault, recordHeal, recordSubmission } from './record.ts';
export {
  BEHAVIOURS,
  type Fault,
  type FaultInput,
  FORMAT,
  type Scenario,
  type ScenarioInput,
  SUITES,
} from './schema.ts';
export { setPath, setPaths } from './set.ts';
export { withSeed } from './storm-mix.ts';
export { parseScenarioText, type Validated, validateScenario } from './validate.ts';
