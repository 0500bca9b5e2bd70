/** A validator that lags further than others keep blocks: every check understands that it jumped. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../scenario/index.ts';
import type { TestnetSession } from './index.ts';
import { loaded } from './testing/runs.ts';

const config = { blockTimeMs: 200, viewChangeTimeoutMs: 400, statusPeriodMs: 500, blocksKept: 8 };
const SCENARIO: ScenarioInput = {
  name: 'left behind',
  seed: 5,
  protocol: { name: 'svbft', config },
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { kind: 'transfers', ratePerSecond: 30 },
  faults: [{ kind: 'crash', target: 'v3', at: 2_000, until: 12_000 }],
};

let open: TestnetSession[] = [];
afterEach(async () => {
  await Promise.all(open.map((testnet) => testnet.close()));
  open = [];
});

async function played(scenario: ScenarioInput): Promise<TestnetSession> {
  const testnet = await loaded({}, scenario);
  open.push(testnet);
  await testnet.runUntil({ ms: 20_000 });
  return testnet;
}

describe('a validator that takes over the state of a peer', () => {
  it('decides on with the others, without the blocks between, and no check is violated', async () => {
    const testnet = await played(SCENARIO);
    const decided = (await testnet.trace({ kinds: ['decide'], nodes: ['v3'] })).flatMap((event) =>
      event.kind === 'decide' ? [event.slot] : [],
    );
    const gap = decided.findIndex((slot, i) => i > 0 && slot > (decided[i - 1] ?? 0) + 8);
    expect(gap).toBeGreaterThan(0);
    expect(decided.slice(gap)).toEqual(decided.slice(gap).map((_, i) => (decided[gap] ?? 0) + i));
    const checks = await testnet.checks();
    expect(checks.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
    expect(checks.find(({ name }) => name === 'prefix-consistency')?.verdict).toBe('holds');
    const state = await testnet.state();
    expect(state.nodes.find(({ id }) => id === 'v3')?.height).toBeGreaterThanOrEqual(state.height - 1);
    // Who decided what is told as it was: the blocks between are not v3's.
    const skipped = testnet
      .view()
      .blocksAt(20_000_000)
      .find(({ height }) => height === (decided[gap - 1] ?? 0) + 1);
    expect(skipped?.decidedBy.map(({ node }) => node)).not.toContain(3);
    expect(await testnet.node('v3')).toMatchObject({ ledgerRoot: (await testnet.node('v0')).ledgerRoot });
  });

  it('goes on from a snapshot of the run with the same fingerprint', async () => {
    const whole = await played(SCENARIO);
    const testnet = await loaded({}, SCENARIO);
    open.push(testnet);
    await testnet.runUntil({ ms: 13_000 });
    const id = await testnet.snapshot();
    await testnet.runUntil({ ms: 15_000 });
    await testnet.restore(id);
    await testnet.runUntil({ ms: 20_000 });
    expect(await testnet.fingerprint()).toBe(await whole.fingerprint());
  });
});
