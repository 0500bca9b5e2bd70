/** The schema of `testnet-scenario/1` and the types that follow from it. */
import { z } from 'zod';
import { scenarioSchema } from './schema/document.ts';
import type { faultSchema, stormSchema } from './schema/faults.ts';

export { FORMAT, SEED_MAX, SUITES, scenarioSchema, VALIDATORS_MAX } from './schema/document.ts';
export { BEHAVIOURS, faultSchema, stormSchema } from './schema/faults.ts';

/** What people write: everything but `protocol` may be left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
/** The same with every default filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type Storm = z.output<typeof stormSchema>;

/** JSON Schema (draft 2020-12) of what people write, as published beside the page for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', reused: 'inline' });
  return {
    ...schema,
    $id: 'testnet-scenario-1.schema.json',
    title: 'Testnet Playground scenario, testnet-scenario/1',
    description: 'Times are virtual milliseconds. Nodes are v0, v1, … (validators) and c0, … (clients).',
  };
}
