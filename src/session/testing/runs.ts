/** Small testnets for the tests of this folder. */
import { openInProcess } from '../../runtime/inprocess.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import { openTestnet, runObservers, type SessionOptions, type TestnetSession } from '../index.ts';
import type { Executor } from '../../runtime/executor.ts';

/** Blocks, a crash and a cut within ten virtual seconds; cheap signatures. */
export const SCENARIO = {
  name: 'a small testnet',
  seed: 7,
  protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 800, statusPeriodMs: 600 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { ratePerSecond: 20 },
  faults: [
    { kind: 'crash', target: 'v1', at: 2000, until: 4500 },
    { kind: 'link', to: ['v3'], delayMs: 70, at: 3000, until: 6000 },
  ],
  stop: { ms: 10_000 },
} as const satisfies ScenarioInput;

/** The same where all links are equally slow: broadcasts arrive everywhere in the same µs. */
export const SIMULTANEOUS: ScenarioInput = {
  ...SCENARIO,
  network: { latency: { kind: 'constant', ms: 40 }, bandwidthMbps: 0 },
};

export function openHere(plan: RunPlan): Promise<Executor> {
  return openInProcess(plan, { keepWords: true, highlights: 'all' }, runObservers);
}

export async function loaded(
  options: Partial<SessionOptions> = {},
  scenario: ScenarioInput = SCENARIO,
): Promise<TestnetSession> {
  const testnet = await openTestnet(options);
  await testnet.load(scenario);
  return testnet;
}

/** Runs to the scenario's end; resolves to the fingerprint. */
export async function toEnd(testnet: TestnetSession): Promise<string> {
  await testnet.runUntil({ ms: 60_000 }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'timeout') throw error;
  });
  return testnet.fingerprint();
}

export async function undisturbed(scenario: ScenarioInput = SCENARIO): Promise<string> {
  const testnet = await loaded({}, scenario);
  const fingerprint = await toEnd(testnet);
  await testnet.close();
  return fingerprint;
}

/** The trace as text, to be compared event by event. */
export async function traceText(testnet: TestnetSession): Promise<string> {
  return testnet.export('trace');
}
