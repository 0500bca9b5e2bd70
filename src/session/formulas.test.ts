/** Temporal formulas through the session: goals, expectations, formulas added by hand; and that a run's life changes no verdict. */
import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../scenario/index.ts';
import { loaded, SCENARIO, toEnd } from './testing/runs.ts';

const EXPECT = [
  { name: 'recovers', ltl: 'G (crash -> F restart)' },
  { name: 'tall', ltl: 'F (height >= 500)' },
  { name: 'low', ltl: 'G (height <= 2)' },
  { name: 'in time', ltl: 'G (crashed(v1) -> F[<=3s] !crashed(v1))' },
  { name: 'votes first', ltl: 'G (sent(commit, v2) -> O sent(prepare, v2))' },
];
const EXPECTING: ScenarioInput = { ...SCENARIO, expect: EXPECT };

describe('expectations', () => {
  it('are judged while the run goes on, and for good at its end', async () => {
    const testnet = await loaded({}, EXPECTING);
    const violations: string[] = [];
    testnet.on('violation', ({ name }) => violations.push(name));
    const verdicts = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await testnet.checks()).filter(({ kind }) => kind === 'ltl').map((c) => [c.name, c.verdict]));
    await testnet.runUntil({ ms: 2_100 });
    expect(await verdicts()).toMatchObject({ recovers: 'pending', tall: 'pending', 'votes first': 'holds' });
    await toEnd(testnet);
    const rest = { low: 'violated', 'in time': 'holds', 'votes first': 'holds' };
    expect(await verdicts()).toEqual({ recovers: 'holds', tall: 'violated', ...rest });
    expect(violations.sort()).toEqual(['low', 'tall']);
    const low = (await testnet.checks()).find(({ name }) => name === 'low');
    expect(low?.detail).toMatch(
      /^G \(height <= 2\): violated at state \d+ \(\d\.\d{3} s\): height <= 2 does not hold: height is 3$/,
    );
    const third = (await testnet.trace({ kinds: ['decide'] })).find(
      (event) => event.kind === 'decide' && event.slot === 3,
    );
    expect(low?.atMs).toBe(third?.t);
    expect(testnet.view().markers.filter(({ kind }) => kind === 'violation')).toHaveLength(2);
    await testnet.close();
  });

  it('change nothing in the run', async () => {
    const [plain, judged] = [await loaded(), await loaded({}, EXPECTING)];
    expect(await toEnd(judged)).toBe(await toEnd(plain));
  });

  it('come out the same after rewinding, snapshots and steps', async () => {
    const whole = await loaded({}, EXPECTING);
    await toEnd(whole);
    const cut = await loaded({}, EXPECTING);
    for (const unit of ['event', 'message', 'window', 'decision'] as const) await cut.step(unit);
    await cut.runUntil({ ms: 5_000 });
    await cut.fork({ atMs: 2_345.678 });
    await cut.importRunFile(await cut.exportRunFile());
    await toEnd(cut);
    expect(await cut.checks()).toEqual(await whole.checks());
  });

  it('added by hand are judged over what has been, are part of the scenario, and survive a rewind', async () => {
    const whole = await loaded({}, EXPECTING);
    await whole.runUntil({ ms: 6_000 });
    const late = await loaded();
    await late.runUntil({ ms: 6_000 });
    for (const expectation of EXPECT) await late.formulas.add(expectation);
    expect(await late.checks()).toEqual(await whole.checks());
    expect((await late.scenario()).expect).toEqual(EXPECT);
    await late.fork({ atMs: 4_000 });
    expect((await late.scenario()).expect).toEqual(EXPECT);
    await late.formulas.remove('low');
    await toEnd(late);
    await toEnd(whole);
    expect(await late.checks()).toEqual((await whole.checks()).filter(({ name }) => name !== 'low'));
  });

  it('added by hand are refused where they mean nothing', async () => {
    const testnet = await loaded();
    const add = (name: string, ltl: string) => testnet.formulas.add({ name, ltl });
    await expect(add('x', 'G (hight > 3)')).rejects.toMatchObject({
      code: 'bad-input',
      problems: [{ path: 'expect[0].ltl', found: '"hight" at line 1, column 4' }],
    });
    await add('x', 'G (height >= 0)');
    await expect(add('x', 'F decided')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(testnet.formulas.remove('y')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('runUntil({ ltl })', () => {
  it.each([
    [
      'F decided(v2)',
      ({ decided }: { decided: Record<string, readonly unknown[]> }) => (decided['v2'] ?? []).length === 1,
    ],
    ['height >= 3', ({ height }: { height: number }) => height === 3],
    ['crashed(v1)', ({ timeMs }: { timeMs: number }) => timeMs >= 2000 && timeMs < 2100],
    ['G (crash -> F restart)', ({ timeMs }: { timeMs: number }) => timeMs >= 4500 && timeMs < 4600],
    ['!crashed(v1) U height >= 2', ({ height }: { height: number }) => height === 2],
  ])('%s stops where it comes to hold', async (ltl, stands) => {
    const testnet = await loaded();
    const state = await testnet.runUntil({ ltl });
    expect(stands(state as never)).toBe(true);
    const workerless = await testnet.runUntil({ ltl: 'true' });
    expect(workerless.timeMs).toBe(state.timeMs);
  });

  it('times out where it does not, and as soon as it cannot', async () => {
    const testnet = await loaded();
    await expect(testnet.runUntil({ ltl: 'height >= 500' }, { maxMs: 1500 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^1500 ms passed at 1500 ms .*: height >= 500, due since state 0.*: never came$/u),
    });
    expect((await testnet.state()).timeMs).toBe(1500);
    await expect(testnet.runUntil({ ltl: 'G (height <= 4)' }, { maxMs: 60_000 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^stopped at .*: violated for good, height <= 4 does not hold: height is 5$/u),
    });
    const { height, timeMs } = await testnet.state();
    expect([height, timeMs < 6000]).toEqual([5, true]);
  });

  it('watches what holds from the beginning to the end of the time given', async () => {
    const testnet = await loaded();
    expect(await testnet.runUntil({ ltl: 'G (height < 500)' }, { maxMs: 3000 })).toMatchObject({ timeMs: 3000 });
  });

  it('says what is wrong with a formula, and where', async () => {
    const testnet = await loaded();
    await expect(testnet.runUntil({ ltl: 'F (' })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(testnet.runUntil({ ltl: 'F crashed(v9)' })).rejects.toThrow(/column 3.*v0 to v3/u);
    await expect(testnet.runUntil({ ltl: 7 as never })).rejects.toMatchObject({ code: 'bad-input' });
  });
});
