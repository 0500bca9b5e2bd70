/** Whatever is handed in: one clear error, and a testnet that goes on as if nothing had been said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestnetError } from '../core/problem.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { validateScenario } from '../scenario/index.ts';
import type { TestnetSession } from './index.ts';
import { loaded, SCENARIO, toEnd, undisturbed } from './testing/runs.ts';

const CODES = ['bad-input', 'not-found', 'unsupported'];

/** Nothing that any call expects, except by chance: texts and numbers are told apart below. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -1,
    1.5,
    2 ** 60,
    '',
    'v99',
    'c7',
    '../v0',
    '<b>v0</b>',
    '\u202ev0',
    '__proto__',
    'constructor',
    true,
    Symbol('junk'),
    10n,
    () => 1,
    new Date(0),
    new Map([[1, 2]]),
    ['v0'],
    [[]],
    { toString: () => 'v0' },
    Object.create(null),
  ),
  fc.string({ maxLength: 12, unit: 'binary' }),
  fc.double(),
  fc.object({ maxDepth: 2, maxKeys: 3 }),
);

/** A good value of an input with one field, anywhere, replaced by junk or a field too many. */
function damaged(good: Record<string, unknown>): fc.Arbitrary<unknown> {
  const path = fc.constantFrom(...Object.keys(good), 'surprise');
  return fc.oneof(
    { weight: 1, arbitrary: junk },
    { weight: 4, arbitrary: fc.tuple(path, junk).map(([key, value]) => ({ ...good, [key]: value })) },
  );
}

/** A time that the run has been at or will be: a fork from there is no mistake. */
const isMoment = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1e12;

type Call = readonly [name: string, ask: (testnet: TestnetSession) => Promise<unknown>];
const of = (name: string, given: fc.Arbitrary<unknown>, ask: (testnet: TestnetSession, value: never) => unknown) =>
  given.map((value): Call => [name, async (testnet) => ask(testnet, value as never)]);

const fault = damaged({ kind: 'crash', target: 'v2', restart: 'durable' });
const transfer = damaged({ from: 'a0', to: 'a1', amount: 5 });
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  of(
    'load',
    damaged({ ...SCENARIO }).filter((value) => 'problems' in validateScenario(value, PROTOCOLS)),
    (testnet, value) => testnet.load(value),
  ),
  of('inject', fault, (testnet, value) => testnet.inject(value)),
  of('heal', junk, (testnet, value) => testnet.heal(value)),
  of('submit', transfer, (testnet, value) => testnet.submit(value)),
  of('runUntil', damaged({ ms: -5 }), (testnet, value) => testnet.runUntil(value, { maxMs: 0 })),
  of('runUntil, options', damaged({ maxMs: -1 }), (testnet, value) => testnet.runUntil({ ms: 0 }, value)),
  of(
    'play',
    fc.constantFrom(null, 5, 'fast', { speed: 0 }, { speed: 101 }, { speed: '1' }, { speed: Symbol('1') }),
    (testnet, value) => {
      return testnet.play(value);
    },
  ),
  of('step', junk, (testnet, value) => testnet.step(value)),
  of(
    'fork',
    damaged({ atMs: -1 }).filter((value) => !isMoment((value as { atMs?: unknown } | null)?.atMs)),
    (testnet, value) => testnet.fork(value),
  ),
  of('restore', junk, (testnet, value) => testnet.restore(value)),
  of('node', junk, (testnet, value) => testnet.node(value)),
  of('transaction', junk, (testnet, value) => testnet.transaction(value)),
  of('trace', damaged({ fromMs: -1, kinds: ['decide'], limit: 3 }), (testnet, value) => testnet.trace(value)),
  of('export', junk, (testnet, value) => testnet.export(value)),
  of('snapshot', junk, (testnet, value) => testnet.snapshot(value)),
  of('importRunFile', fc.oneof(junk, fc.uint8Array({ maxLength: 200 })), (testnet, value) => {
    return testnet.importRunFile(value);
  }),
  of('killWorker', junk, (testnet, value) => testnet.killWorker(value)),
);

/** Calls that answer such input instead of refusing it, or that would rightly do something: not tried here. */
function isHarmless(name: string, outcome: { readonly value: unknown } | { readonly error: unknown }): boolean {
  if ('error' in outcome) return (outcome.error as TestnetError).code === 'timeout' && name.startsWith('runUntil');
  return ['transaction', 'trace', 'snapshot', 'runUntil', 'runUntil, options'].includes(name);
}

describe('1,000 malformed calls', () => {
  it('each give one clear error and change nothing', { timeout: 120_000 }, async () => {
    const expected = await undisturbed();
    const testnet = await loaded();
    await testnet.runUntil({ ms: 2345.678 });
    const at = await testnet.fingerprint();
    const scenario = await testnet.scenario();
    const refused = new Map<string, number>();
    const accepted = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(anyCall, async ([name, ask]) => {
        const outcome = await ask(testnet).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        if (isHarmless(name, outcome)) {
          accepted.set(name, (accepted.get(name) ?? 0) + 1);
        } else {
          if (!('error' in outcome)) throw new Error(`${name} took it`);
          const { error } = outcome;
          expect(error, name).toBeInstanceOf(TestnetError);
          const { code, message, problems } = error as TestnetError;
          expect(CODES, `${name}: ${code}: ${message}`).toContain(code);
          expect(message.length).toBeGreaterThan(10);
          expect(message, name).not.toMatch(/\[object Object\]|[\u0000-\u001f\u202e]/);
          for (const problem of problems) expect(problem.expected.length).toBeGreaterThan(0);
          refused.set(name, (refused.get(name) ?? 0) + 1);
        }
        const { timeMs, status } = await testnet.state();
        expect([timeMs, status], name).toEqual([2345.678, 'paused']);
      }),
      { numRuns: 1000, seed: 20260101 },
    );
    expect(await testnet.fingerprint()).toBe(at);
    expect(await testnet.scenario()).toEqual(scenario);
    expect(await toEnd(testnet)).toBe(expected);
    // Not vacuous: nearly all were refused, by every kind of call.
    expect([...refused.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(800);
    expect(refused.size).toBe(17);
    await testnet.close();
  });
});

describe('before a scenario is loaded', () => {
  it('every call says so', async () => {
    const { openTestnet } = await import('./index.ts');
    const testnet = await openTestnet();
    const calls: Promise<unknown>[] = [
      testnet.play(),
      testnet.pause(),
      testnet.step(),
      testnet.runUntil({ ms: 1 }),
      testnet.inject({ kind: 'crash', target: 'v0' }),
      testnet.heal('f0'),
      testnet.submit({ from: 'a0', to: 'a1', amount: 1 }),
      testnet.state(),
      testnet.node('v0'),
      testnet.trace(),
      testnet.checks(),
      testnet.metrics(),
      testnet.fingerprint(),
      testnet.snapshot(),
      testnet.fork({ atMs: 0 }),
      testnet.scenario(),
      testnet.export('trace'),
      testnet.exportRunFile(),
      testnet.killWorker('v0'),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'TestnetError', code: 'not-loaded' });
    expect(testnet.frame()).toBeNull();
  });
});
