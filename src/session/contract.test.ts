/** The calls of the public contract, one after the other: what each resolves to, and what it refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestnetError } from '../core/problem.ts';
import { openStorage } from '../storage/open.ts';
import type { TestnetSession } from './index.ts';
import { openTestnet } from './index.ts';
import { loaded, SCENARIO } from './testing/runs.ts';

const HUGE = 'x'.repeat(10_000_000);
/** Keys that would reach a prototype if somebody assigned them, as JSON brings them. */
const POLLUTING = JSON.parse('{"__proto__": {"isPolluted": true}, "constructor": {"prototype": {"isPolluted": true}}}');

const hex = (digits: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));

let testnet: TestnetSession;
beforeAll(async () => {
  testnet = await loaded({ storage: await openStorage({ indexedDB: null }) });
  await testnet.runUntil({ ms: 5_000 });
});
afterAll(() => testnet.close());

describe('what each call resolves to', () => {
  it('load: the run and its nodes, paused at zero', async () => {
    const fresh = await openTestnet();
    expect(await fresh.load('happy-path')).toEqual({
      runId: expect.any(String),
      nodes: ['v0', 'v1', 'v2', 'v3', 'c0'],
    });
    expect(await fresh.state()).toMatchObject({ timeMs: 0, status: 'paused', height: 0 });
    await fresh.close();
  });

  it('state: time, status, height, decisions by node, leader, view, nodes, faults', async () => {
    const state = await testnet.state();
    expect(Object.keys(state).sort()).toEqual(
      ['decided', 'faults', 'height', 'leader', 'nodes', 'status', 'timeMs', 'view'].sort(),
    );
    expect(state).toMatchObject({ timeMs: 5_000, status: 'paused', leader: expect.stringMatching(/^v[0-3]$/) });
    expect(state.height).toBeGreaterThan(2);
    expect(state.decided['v0']?.[0]).toEqual({ height: 1, hash: hex(64) });
    expect(state.nodes.map(({ id }) => id)).toEqual(['v0', 'v1', 'v2', 'v3', 'c0']);
    expect(state.faults).toEqual([
      {
        id: expect.any(String),
        kind: 'link',
        targets: expect.arrayContaining(['v3']),
        text: expect.any(String),
        sinceMs: 3000,
      },
    ]);
  });

  it('node: what that node knows', async () => {
    const node = await testnet.node('v0');
    expect(node).toMatchObject({
      id: 'v0',
      alive: true,
      byzantine: false,
      role: expect.any(String),
      view: expect.any(Number),
      phase: expect.any(String),
      certificates: expect.any(Array),
      log: expect.any(Array),
      ledgerRoot: hex(64),
      mempoolSize: expect.any(Number),
    });
    expect(node.view).toBe(node.epoch);
    expect(node).toHaveProperty('lock');
    expect(node.balances.reduce((sum, balance) => sum + balance, 0)).toBeGreaterThan(0);
    expect(node.timers[0]).toEqual({ timer: expect.any(String), dueMs: expect.any(Number) });
  });

  it('submit and transaction: an id, and the life behind it', async () => {
    const id = await testnet.submit({ from: 'a0', to: 'a1', amount: 1 });
    expect(await testnet.transaction(id)).toMatchObject({ id, shards: [], phase: expect.any(String) });
    expect(await testnet.transaction('no such')).toMatchObject({ id: 'no such', status: 'unknown', block: null });
  });

  it('trace: plain events with seq, t, node and kind; a send also has to, type, bytes, messageId and when it arrives', async () => {
    const events = await testnet.trace({ fromMs: 0, toMs: 2_000, limit: 300 });
    expect(events).toHaveLength(300);
    for (const [i, { seq, t, node, kind }] of events.entries()) {
      expect({ seq, t: t >= (events[i - 1]?.t ?? 0), node: typeof node, kind: typeof kind }).toEqual({
        seq: (events[0]?.seq ?? 0) + i,
        t: true,
        node: 'string',
        kind: 'string',
      });
    }
    expect(await testnet.trace({ kinds: ['slash', 'parameter'] })).toEqual([]);
    const [send] = await testnet.trace({ kinds: ['send'], nodes: ['v0'], limit: 1 });
    expect(send).toMatchObject({ node: 'v0', to: expect.any(String), type: expect.any(String) });
    expect(send).toMatchObject({
      bytes: expect.any(Number),
      messageId: expect.any(String),
      deliverAt: expect.any(Number),
    });
    expect(await testnet.trace({ limit: 0 })).toEqual([]);
    expect(await testnet.trace({ fromMs: 3_000, toMs: 1_000 })).toEqual([]);
  });

  it('checks: name, kind, verdict, when and why', async () => {
    const checks = await testnet.checks();
    expect(new Set(checks.map(({ kind }) => kind))).toEqual(new Set(['invariant', 'petri']));
    for (const check of checks) {
      expect(check).toEqual({
        name: expect.any(String),
        kind: expect.stringMatching(/^(invariant|ltl|petri)$/),
        verdict: 'holds',
        atMs: null,
        detail: expect.any(String),
      });
    }
  });

  it('metrics: rates, percentiles, messages and bytes by kind, changes of view, health', async () => {
    const metrics = await testnet.metrics();
    expect(metrics).toMatchObject({
      timeMs: 5_000,
      viewChanges: expect.any(Number),
      health: { status: expect.stringMatching(/^(healthy|degraded)$/), monitors: expect.any(Array) },
    });
    for (const latency of [metrics.blockLatencyMs, metrics.transactionLatencyMs]) {
      const { p50, p95, p99 } = latency;
      expect([p50, p95, p99]).toEqual([p50, p95, p99].sort((a, b) => (a ?? 0) - (b ?? 0)));
      expect(p50).toBeGreaterThan(0);
    }
    const counted = Object.values(metrics.messages).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(metrics.messagesTotal);
    expect(metrics.messagesTotal).toBeGreaterThan(100);
  });

  it('snapshot, snapshots, restore, fork: by id, and by moment', async () => {
    const id = await testnet.snapshot('before');
    const [kept] = await testnet.snapshots();
    expect(kept).toMatchObject({ id, name: 'before', atMs: 5_000 });
    const fingerprint = await testnet.fingerprint();
    expect(fingerprint).toEqual(hex(64));
    const forked = await testnet.fork({ atMs: 1_000 });
    expect(forked).toMatchObject({ runId: expect.any(String) });
    expect((await testnet.state()).timeMs).toBe(1_000);
    expect(await testnet.fork(id)).not.toEqual(forked);
    await testnet.restore(id);
    expect((await testnet.state()).timeMs).toBe(5_000);
    expect(await testnet.fingerprint()).toBe(fingerprint);
  });

  it('on: tells until told to stop, and one that throws hurts nobody', async () => {
    const own = await loaded();
    const heights: number[] = [];
    const times: number[] = [];
    const stop = own.on('decision', ({ height }) => void heights.push(height));
    own.on('window', ({ timeMs }) => void times.push(timeMs));
    await own.runUntil({ height: 2 });
    expect(Math.max(...heights)).toBe(2);
    expect(times.length).toBeGreaterThan(0);
    stop();
    stop();
    const told = heights.length;
    await own.runUntil({ height: 3 });
    expect(heights).toHaveLength(told);
    await own.close();
  });
});

describe('what does not come true', () => {
  it('rejects with code timeout once the time is up, and the run goes on from there', async () => {
    const own = await loaded();
    const error = await own.runUntil({ height: 2 ** 30 }, { maxMs: 700 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TestnetError', code: 'timeout', message: expect.stringContaining('700') });
    expect((await own.state()).timeMs).toBe(700);
    expect((await own.runUntil({ ms: 900 })).timeMs).toBe(900);
    await own.close();
  });
});

describe('what is refused', () => {
  const refusals: readonly (readonly [string, string, (net: TestnetSession) => unknown])[] = [
    ['no preset', 'bad-input', (net) => net.load(HUGE)],
    ['an unknown key', 'bad-input', (net) => net.load({ ...SCENARIO, ...POLLUTING } as never)],
    ['a key of a prototype', 'bad-input', (net) => net.load(Object.assign(JSON.parse('{"__proto__":{}}'), SCENARIO))],
    ['a name without end', 'bad-input', (net) => net.load({ ...SCENARIO, name: HUGE })],
    ['a seed below 0', 'bad-input', (net) => net.load({ ...SCENARIO, seed: -1 })],
    ['a seed of 2^32', 'bad-input', (net) => net.load({ ...SCENARIO, seed: 2 ** 32 })],
    ['NaN validators', 'bad-input', (net) => net.load({ ...SCENARIO, validators: Number.NaN })],
    ['a billion validators', 'bad-input', (net) => net.load({ ...SCENARIO, validators: 1e9 })],
    ['a protocol of the prototype', 'bad-input', (net) => net.load({ protocol: { name: 'constructor' } })],
    ['an option of the prototype', 'bad-input', (net) => net.load({ protocol: { name: 'svbft', config: POLLUTING } })],
    ['speed NaN', 'bad-input', (net) => net.play({ speed: Number.NaN })],
    ['speed 0.09', 'bad-input', (net) => net.play({ speed: 0.09 })],
    ['speed infinite', 'bad-input', (net) => net.play({ speed: Number.POSITIVE_INFINITY })],
    ['a step of the prototype', 'bad-input', (net) => net.step('constructor' as never)],
    ['no goal', 'bad-input', (net) => net.runUntil({})],
    ['a time that is none', 'bad-input', (net) => net.runUntil({ ms: Number.NaN })],
    ['a time below 0', 'bad-input', (net) => net.runUntil({ ms: -1 })],
    ['a time beyond all', 'bad-input', (net) => net.runUntil({ ms: Number.MAX_VALUE })],
    ['half a height', 'bad-input', (net) => net.runUntil({ height: 1.5 })],
    ['a formula without end', 'bad-input', (net) => net.runUntil({ ltl: HUGE })],
    ['a fault of no kind', 'bad-input', (net) => net.inject({ kind: 'constructor', target: 'v0' } as never)],
    ['a fault at nobody', 'bad-input', (net) => net.inject({ kind: 'crash', target: '__proto__' })],
    ['a fault that pollutes', 'bad-input', (net) => net.inject({ kind: 'crash', target: 'v0', ...POLLUTING })],
    ['no such fault', 'bad-input', (net) => net.heal('__proto__')],
    ['an amount that is none', 'bad-input', (net) => net.submit({ from: 'a0', to: 'a1', amount: Number.NaN })],
    ['an amount below 0', 'bad-input', (net) => net.submit({ from: 'a0', to: 'a1', amount: -1 })],
    ['an amount beyond counting', 'bad-input', (net) => net.submit({ from: 'a0', to: 'a1', amount: 2 ** 60 })],
    ['an account that is none', 'bad-input', (net) => net.submit({ from: HUGE, to: 'a1', amount: 1 })],
    ['nobody', 'not-found', (net) => net.node('__proto__')],
    ['somebody with a long name', 'not-found', (net) => net.node(HUGE)],
    ['a limit below 0', 'bad-input', (net) => net.trace({ limit: -1 })],
    ['a limit that is none', 'bad-input', (net) => net.trace({ limit: Number.NaN })],
    ['events of no kind', 'bad-input', (net) => net.trace({ kinds: ['constructor'] as never })],
    ['a name of a snapshot without end', 'bad-input', (net) => net.snapshot(HUGE)],
    ['no such snapshot', 'not-found', (net) => net.restore('__proto__')],
    ['no snapshot to fork', 'not-found', (net) => net.fork(HUGE)],
    ['a fork at no time', 'bad-input', (net) => net.fork({ atMs: Number.NaN })],
    ['a format of the prototype', 'unsupported', (net) => net.export('__proto__')],
    ['a window that ends before it begins', 'bad-input', (net) => net.export('trace', { fromMs: 2, toMs: 1 })],
    ['an event that is none', 'bad-input', async (net) => net.on('constructor' as never, () => undefined)],
    ['a listener that is none', 'bad-input', async (net) => net.on('decision', 'me' as never)],
  ];

  it.each(refusals)('%s: %s, in one readable line, and nothing has changed', async (_, code, ask) => {
    const before = await testnet.fingerprint();
    const error = await Promise.resolve(ask(testnet)).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TestnetError);
    const { message } = error as TestnetError;
    expect((error as TestnetError).code, message).toBe(code);
    expect(message.length).toBeGreaterThan(10);
    expect(message.length).toBeLessThan(600);
    expect(await testnet.fingerprint()).toBe(before);
    expect({}).not.toHaveProperty('isPolluted');
  });
});
