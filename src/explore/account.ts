/** The evidence that a run leaves behind. */
import { Accountant } from '../checks/accountability/accountant.ts';
import type { EvidenceDocument } from '../checks/accountability/evidence.ts';
import { required } from '../core/assert.ts';
import { SECOND } from '../core/time.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { compileScenario, type Scenario } from '../scenario/index.ts';

/** Runs the scenario to its end (a minute where it has none) and says who is convicted by what. */
export async function evidenceOf(scenario: Scenario): Promise<EvidenceDocument> {
  let accountant: Accountant | null = null;
  const plan = compileScenario(scenario, PROTOCOLS);
  const run = await openInProcess(plan, { keepWords: false, highlights: 'all' }, (world) => {
    accountant = new Accountant(world);
    return [accountant];
  });
  run.run({ until: plan.stop.at ?? 60 * SECOND, windows: Number.POSITIVE_INFINITY, goal: null });
  return required(accountant as Accountant | null, 'the accountant of the run').document();
}
