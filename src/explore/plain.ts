/** A scenario that says nothing but protocol, variant and size: where a search starts when nobody gives it a better one. */
import { TestnetError, describeProblem } from '../core/problem.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';

export interface PlainConfiguration {
  readonly protocol: string;
  readonly mutant: string | null;
  readonly validators: number;
  /** `protocol.config`; absent: the defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Modelled signatures and a light load, so that many runs fit into a second. @throws TestnetError `bad-input` */
export function plainScenario({ protocol, mutant, validators, config = {} }: PlainConfiguration): Scenario {
  return checked({
    protocol: { name: protocol, mutant, config },
    validators,
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { ratePerSecond: 4 },
  });
}

/** @throws TestnetError `bad-input` naming the first problem */
export function checked(input: ScenarioInput): Scenario {
  const validated = validateScenario(input, PROTOCOLS);
  if ('scenario' in validated) return validated.scenario;
  const [first] = validated.problems;
  throw new TestnetError(
    'bad-input',
    first === undefined ? 'bad scenario' : describeProblem(first),
    validated.problems,
  );
}
