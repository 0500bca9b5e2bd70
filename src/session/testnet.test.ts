import { describe, expect, it } from 'vitest';
import { openTestnet } from './index.ts';

const SCENARIO = {
  protocol: { name: 'svbft' },
  seed: 7,
  crypto: { suite: 'modelled:ml-dsa-65' },
  stop: { height: 20 },
} as const;

describe('Testnet', () => {
  it('loads paused at t = 0, runs to a height, and tells what happened', async () => {
    const testnet = await openTestnet();
    const loaded = await testnet.load(SCENARIO);
    expect(loaded.nodes).toEqual(['v0', 'v1', 'v2', 'v3', 'c0']);
    expect(await testnet.state()).toMatchObject({ timeMs: 0, status: 'paused', height: 0 });
    const state = await testnet.runUntil({ height: 3 });
    expect(state.height).toBeGreaterThanOrEqual(3);
    expect(new Set(Object.values(state.decided).map((blocks) => blocks[2]?.hash)).size).toBe(1);
    for (const check of await testnet.checks()) expect(check.verdict).toBe('holds');
    const trace = await testnet.trace({ kinds: ['decide'], limit: 3 });
    expect(trace).toHaveLength(3);
    await testnet.close();
  });

  it('gives the same fingerprint however the run is cut: steps, pauses, runUntil', async () => {
    const whole = await openTestnet();
    await whole.load(SCENARIO);
    await whole.runUntil({ ms: 60_000 }).catch(() => undefined);
    const expected = await whole.fingerprint();
    const cut = await openTestnet();
    await cut.load(SCENARIO);
    for (const unit of ['event', 'message', 'window', 'phase', 'decision'] as const) await cut.step(unit);
    await cut.runUntil({ ms: 3_333.333 });
    await cut.runUntil({ height: 7 });
    await cut.runUntil({ ms: 60_000 }).catch(() => undefined);
    expect(await cut.fingerprint()).toBe(expected);
  });

  it('replays what was done by hand from the recorded scenario, and rewinds it', async () => {
    const live = await openTestnet();
    await live.load(SCENARIO);
    await live.runUntil({ ms: 2_500 });
    const id = await live.inject({ kind: 'crash', target: 'v1' });
    const transfer = await live.submit({ from: 'a0', to: 'a1', amount: 5 });
    await live.runUntil({ ms: 9_000 });
    await live.heal(id);
    await live.runUntil({ ms: 60_000 }).catch(() => undefined);
    const expected = await live.fingerprint();
    expect(await live.transaction(transfer)).toMatchObject({ status: 'decided' });
    const replay = await openTestnet();
    await replay.load(await live.scenario());
    await replay.runUntil({ ms: 60_000 }).catch(() => undefined);
    expect(await replay.fingerprint()).toBe(expected);
    await live.fork({ atMs: 5_000 });
    expect((await live.state()).timeMs).toBe(5_000);
    expect((await live.scenario()).faults).toHaveLength(1);
    await live.runUntil({ ms: 9_000 });
    await live.heal(id);
    await live.runUntil({ ms: 60_000 }).catch(() => undefined);
    expect(await live.fingerprint()).toBe(expected);
  });
});
