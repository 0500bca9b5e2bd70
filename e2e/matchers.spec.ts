/** The matchers pass and fail where they should. */
import { test } from '@playwright/test';
import type { CheckResult, NodeSummary, RunUntil, TestnetState } from '../src/session/api.ts';
import { expect, type JudgedTestnet } from './matchers.ts';

function summary(id: string, more: Partial<NodeSummary> = {}): NodeSummary {
  const rest = { alive: true, byzantine: false, role: 'replica', view: 0, height: 2, phase: 'idle' };
  return { id, kind: 'validator', ...rest, ...more };
}

type Decided = Record<string, readonly string[]>;

/** A state in which each node decided these hashes at heights 1, 2, … */
function stateOf(hashes: Decided, nodes: readonly NodeSummary[] = Object.keys(hashes).map((id) => summary(id))) {
  const decided = Object.entries(hashes).map(
    ([id, of]) => [id, of.map((hash, i) => ({ height: i + 1, hash }))] as const,
  );
  const height = Math.max(0, ...Object.values(hashes).map(({ length }) => length));
  const rest = { timeMs: 500, status: 'paused', leader: 'v0', view: 0, faults: [] } as const;
  return { ...rest, height, decided: Object.fromEntries(decided), nodes } satisfies TestnetState;
}

/** A testnet that stands still in `state`: a goal is reached if its height is there already. */
function still(state: TestnetState, checks: readonly CheckResult[] = []): JudgedTestnet {
  const runUntil = ({ height, ltl }: RunUntil) => {
    if (ltl === 'unknown operator') return Promise.reject(Object.assign(new Error('column 9'), { code: 'bad-input' }));
    const reached = height !== undefined && state.height >= height;
    return reached ? Promise.resolve(state) : Promise.reject(Object.assign(new Error('late'), { code: 'timeout' }));
  };
  const state1 = () => Promise.resolve(state);
  return { state: state1, checks: () => Promise.resolve(checks), runUntil, fingerprint: () => Promise.resolve('3f9a') };
}

async function failure(judgement: Promise<unknown>): Promise<string> {
  return judgement.then(
    () => 'did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

test('toAgree accepts equal decisions of different lengths', async () => {
  await expect(still(stateOf({ v0: ['a', 'b'], v1: ['a'] }))).toAgree();
  await expect(still(stateOf({ v0: ['a', 'b'], v1: ['a'] }))).not.toAgree({ minHeight: 2 });
});

test('toAgree names the two nodes that differ', async () => {
  const message = await failure(expect(still(stateOf({ v0: ['a', 'b'], v1: ['a', 'c'] }))).toAgree());
  expect(message).toContain('height 2: v0 decided b, v1 decided c');
});

test('toAgree overlooks traitors and waits for no crashed node', async () => {
  const nodes = [summary('v0'), summary('v1', { byzantine: true }), summary('v2', { alive: false })];
  await expect(still(stateOf({ v0: ['a'], v1: ['x'], v2: [] }, nodes))).toAgree();
});

test('toAgree is not satisfied by a testnet that decided nothing', async () => {
  expect(await failure(expect(still(stateOf({ v0: [], v1: [] }))).toAgree())).toContain('too little to agree on');
});

test('toAgree hears the checkers', async () => {
  const check = {
    name: 'one-vote',
    kind: 'invariant',
    verdict: 'violated',
    atMs: 12,
    detail: 'v1 voted twice',
  } as const;
  const testnet = still(stateOf({ v0: ['a'], v1: ['a'] }), [check]);
  expect(await failure(expect(testnet).toAgree())).toContain('one-vote violated at 12 ms: v1 voted twice');
});

test('toReachHeight tells a timeout from an error', async () => {
  const testnet = still(stateOf({ v0: ['a', 'b'] }));
  await expect(testnet).toReachHeight(2, { maxMs: 1000 });
  await expect(testnet).not.toReachHeight(3, { maxMs: 1000 });
  expect(await failure(expect(testnet).toReachHeight(3))).toContain('not reached by 500 ms; height is 2');
});

test('toSatisfy passes on what is wrong with a formula', async () => {
  const testnet = still(stateOf({ v0: ['a'] }));
  expect(await failure(expect(testnet).toSatisfy('unknown operator'))).toContain('column 9');
  expect(await failure(expect(testnet).not.toSatisfy('unknown operator'))).toContain('column 9');
  await expect(testnet).not.toSatisfy('F never');
});

test('toHaveFingerprint shows both', async () => {
  const testnet = still(stateOf({ v0: ['a'] }));
  await expect(testnet).toHaveFingerprint('3f9a');
  const message = await failure(expect(testnet).toHaveFingerprint('0000'));
  expect(message).toContain('"0000"');
  expect(message).toContain('"3f9a"');
});
