import { beforeAll, describe, expect, it } from 'vitest';
import { microsFromMs } from '../../../core/time.ts';
import { openTestnet, type TestnetSession } from '../../../session/index.ts';
import type { Frame, TraceView } from '../../../session/view.ts';
import { crossingsOf, crossingStatus, lifeLines } from './crossing.ts';

/** All copies take 50 ms; the coordinator of transaction 1 is shard 0. */
const SCENARIO = {
  seed: 3,
  protocol: { name: 'sharded' },
  shards: { count: 3, strategy: 'range' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'constant', ms: 50 } },
  workload: { accounts: 12, ratePerSecond: 0 },
} as const;

let testnet: TestnetSession;
let trace: TraceView;
let frame: Frame;

beforeAll(async () => {
  testnet = await openTestnet();
  await testnet.load(SCENARIO);
  const id = await testnet.submit({ from: 'a1', to: 'a10', amount: 7 });
  await testnet.runUntil({ decided: id });
  await testnet.runUntil({ ms: 2000 });
  trace = testnet.view();
  frame = testnet.frame() as Frame;
  return () => testnet.close();
});

function statusAt(means: string) {
  const life = trace.lifeOf(1);
  const step = life?.steps.find((entry) => entry.step?.means === means);
  if (life == null || step === undefined || trace.shape === null) throw new Error(`no step ${means}`);
  return crossingStatus(life, frame.declaration, trace.shape, step.at);
}

describe('how far a transaction is', () => {
  it('asked for, promised, decided, done: at each moment what was so then', () => {
    expect(statusAt('begin')).toMatchObject({ phase: 'preparing', outcome: null, done: 0 });
    expect(statusAt('decide')).toMatchObject({ phase: 'committing', outcome: 'commit' });
    expect(statusAt('decide').parts.map(({ stage }) => stage)).toEqual(['committed', 'voted YES, in doubt']);
    const life = trace.lifeOf(1);
    if (life === null || trace.shape === null) throw new Error('no transaction');
    const last = crossingStatus(life, frame.declaration, trace.shape, microsFromMs(2000));
    expect(last).toMatchObject({ phase: 'committed', done: 2 });
    expect(last.parts.map(({ shard, isCoordinator }) => [shard, isCoordinator])).toEqual([
      [0, true],
      [2, false],
    ]);
  });
});

describe('its life', () => {
  it('reads from the client to the acknowledgement, and says what is still to come', () => {
    const life = trace.lifeOf(1);
    if (life === null) throw new Error('no transaction');
    const lines = lifeLines(life, frame, microsFromMs(2000));
    const texts = lines.map(({ text }) => text.replaceAll(/s\dv0/g, 'S'));
    expect(texts[0]).toBe('c0: Submit to S');
    expect(texts).toEqual(
      expect.arrayContaining(['S: Prepare to S', 'S: Vote to S', 'S decides COMMIT', 'S: Commit to S', 'S: Ack to S']),
    );
    expect(lines.every(({ isDone }) => isDone)).toBe(true);
    const early = lifeLines(life, frame, lines[3]?.at ?? 0);
    expect(early.filter(({ isDone }) => isDone).length).toBeLessThan(early.length);
  });
});

describe('bundles', () => {
  it('are about every transaction inside; other messages about their own, or about none', () => {
    const { declaration } = frame;
    const item = (type: string, slot: number) => ({ type, slot, digest: 'ab' });
    const content = { type: 'bundle', items: [item('vote', 9), item('vote', 4), item('acknowledge', 9)] };
    expect(crossingsOf({ type: 'bundle', slot: 0, content }, declaration)).toEqual([4, 9]);
    expect(crossingsOf({ type: 'bundle', slot: 0, content: null }, declaration)).toEqual([]);
    expect(crossingsOf({ type: 'bundle', slot: 0, content: { type: 'sealed', of: 'bundle' } }, declaration)).toEqual(
      [],
    );
    expect(crossingsOf({ type: 'vote', slot: 7, content: null }, declaration)).toEqual([7]);
    expect(crossingsOf({ type: 'heartbeat', slot: 0, content: {} }, declaration)).toEqual([]);
  });

  it('are named beside what travels in them', () => {
    const life = trace.lifeOf(1);
    const [copy] = life?.copies ?? [];
    if (life == null || copy === undefined) throw new Error('no copies');
    const carrier = frame.declaration.messages.findIndex(({ type }) => type === 'bundle');
    const vote = frame.declaration.messages.findIndex(({ type }) => type === 'vote');
    const copies = [{ ...copy, flight: { ...copy.flight, type: vote, carrier } }];
    const [line] = lifeLines({ ...life, steps: [], copies }, frame, copy.flight.sentAt);
    expect(line?.text).toMatch(/: Vote, in a bundle to s\dv0$/);
  });
});
