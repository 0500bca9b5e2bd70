/** The same scenario in one thread of Node: what a run of the page is compared with. */
import type { ScenarioInput } from '../src/scenario/types.ts';
import { openTestnet } from '../src/session/index.ts';

/** The fingerprint of a scenario that ran, undisturbed, for `ms` virtual milliseconds. */
export async function fingerprintInNode(scenario: ScenarioInput, ms: number): Promise<string> {
  const testnet = await openTestnet();
  try {
    await testnet.load(scenario);
    await testnet.runUntil({ ms });
    return await testnet.fingerprint();
  } finally {
    await testnet.close();
  }
}
