/** Searching for violations, shrinking what is found, and asking when it became inevitable. */
export { evidenceOf } from './account.ts';
export { Explorer, type IndexReport, type SearchRequest } from './explorer.ts';
export { futures, type Moment } from './inevitability.ts';
export { MODES, modeByName } from './modes/index.ts';
export { checked, type PlainConfiguration, plainScenario } from './plain.ts';
export { type Finding, probe, type ProbeResult } from './probe.ts';
export { type FoundReport, Schedule, type SearchTotals } from './schedule.ts';
export { type Shrunk, shrinkScenario } from './shrink/index.ts';
export { sizeOf } from './shrink/size.ts';
