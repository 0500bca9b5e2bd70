import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PURPOSE, streamKey } from '../../core/prng.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { createLedger, executeBatch, transferId } from '../../ledger/ledger.ts';
import { parseBatch } from '../../ledger/parse.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Effects, Input, NodeContext, Workload } from '../protocol.ts';
import { type ClientCommand, type ClientState, type ClientTimer, client } from './client.ts';
import { AMOUNT_MAX, arrivalMicros, shareOf } from './workload.ts';

const VALIDATORS = 4;
const WORKLOAD: Workload = { ratePerSecond: 50, batchMicros: 100_000, accountCount: 16, initialBalance: 1000 };

interface World {
  readonly state: ClientState;
  readonly sent: { readonly at: Micros; readonly batch: Batch }[];
  readonly notes: string[];
  due: Micros | null;
  step(input: Input<Batch, ClientTimer, ClientCommand>): void;
  /** Fires the timer whenever it is due, up to and including `until`. */
  runUntil(until: Micros): void;
}

function contextOf(
  workload: Workload,
  position: number,
  clientCount: number,
  config: unknown,
): NodeContext<unknown, Batch> {
  const self = VALIDATORS + position;
  return {
    self,
    validatorCount: VALIDATORS,
    clientCount,
    stakes: [1, 1, 1, 1],
    config,
    mutant: null,
    random: streamKey(7, PURPOSE.workload, self),
    workload,
    verify: () => false,
  };
}

/** One client alone with its timer. */
function worldOf(workload: Workload, position = 0, clientCount = 1, config: unknown = {}): World {
  const ctx = contextOf(workload, position, clientCount, config);
  let now = 0;
  const refuse = (): never => {
    throw new Error('a client does nothing of the kind');
  };
  const out: Effects<Batch, ClientTimer, never> = {
    send: refuse,
    sign: refuse,
    relay: refuse,
    cancelTimer: refuse,
    persist: refuse,
    decide: refuse,
    evidence: refuse,
    note: (rule) => void world.notes.push(rule),
    setTimer: (_timer, after) => {
      expect(Number.isSafeInteger(after) && after >= 0).toBe(true);
      world.due = now + after;
    },
    broadcast: (batch) => {
      world.sent.push({ at: now, batch });
      return { signer: ctx.self, signature: new Uint8Array(0) };
    },
  };
  const world: World = {
    state: client.create(ctx),
    sent: [],
    notes: [],
    due: null,
    step(input) {
      now = input.now;
      client.step(world.state, input, out, ctx);
    },
    runUntil(until) {
      while (world.due !== null && world.due <= until) {
        const at = world.due;
        world.due = null;
        world.step({ kind: 'timeout', now: at, timer: { kind: 'batch' } });
      }
    },
  };
  return world;
}

function started(...options: Parameters<typeof worldOf>): World {
  const world = worldOf(...options);
  world.step({ kind: 'start', now: 0 });
  return world;
}

const transfersOf = (world: World) => world.sent.flatMap(({ batch }) => batch.transfers);

describe('load', () => {
  it('has exactly the rate of the workload, over all clients, however long the run', () => {
    const workloads = fc.record({
      ratePerSecond: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.5, 2.5, 33.3)),
      batchMicros: fc.integer({ min: 1, max: 2 * SECOND }),
      accountCount: fc.integer({ min: 8, max: 64 }),
      initialBalance: fc.constant(1000),
    });
    fc.assert(
      fc.property(
        workloads,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 10 }),
        (workload, clientCount, seconds) => {
          let total = 0;
          for (let position = 0; position < clientCount; position++) {
            const world = started(workload, position, clientCount);
            world.runUntil(seconds * SECOND + workload.batchMicros);
            const made = world.state.madeCount;
            const share = (workload.ratePerSecond * (seconds * SECOND + workload.batchMicros)) / SECOND / clientCount;
            const waiting = (workload.ratePerSecond * workload.batchMicros) / SECOND / clientCount;
            expect(made).toBeLessThanOrEqual(share + 1);
            expect(made).toBeGreaterThanOrEqual(share - waiting - 2);
            expect(transfersOf(world)).toHaveLength(made);
            total += made;
          }
          expect(total).toBeGreaterThanOrEqual(workload.ratePerSecond * seconds - 2 * clientCount);
        },
      ),
    );
  });

  it('does not drift in an hour', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 7 }, 1, 3);
    world.runUntil(3600 * SECOND);
    expect(Math.abs(world.state.madeCount - 8400)).toBeLessThanOrEqual(1);
  });

  it('has one transfer in each slot of each client, in turn', () => {
    const clientCount = 3;
    const slot = 10_000;
    for (let position = 0; position < clientCount; position++) {
      const share = shareOf({ ...WORKLOAD, ratePerSecond: 100 }, position, clientCount);
      const random = streamKey(3, PURPOSE.workload, position);
      for (let i = 0; i < 200; i++) {
        const begin = (i * clientCount + position) * slot;
        expect(arrivalMicros(share, random, i)).toBeGreaterThanOrEqual(begin);
        expect(arrivalMicros(share, random, i)).toBeLessThan(begin + clientCount * slot);
      }
    }
  });

  it('is irregular', () => {
    const world = started({ ...WORKLOAD, batchMicros: 1 });
    world.runUntil(2 * SECOND);
    const gaps = new Set(world.sent.map(({ at }, i) => at - (world.sent[i - 1]?.at ?? 0)));
    expect(gaps.size).toBeGreaterThan(50);
  });

  it('is nothing without a rate, without accounts of its own or without anybody to pay', () => {
    for (const world of [
      started({ ...WORKLOAD, ratePerSecond: 0 }),
      started({ ...WORKLOAD, accountCount: 2 }, 2, 3),
      started({ ...WORKLOAD, accountCount: 1 }),
    ]) {
      expect(world.due).toBeNull();
      expect(client.inspect(world.state).phase).toBe('idle');
    }
  });

  it('counts from the start, whenever that is', () => {
    const early = started(WORKLOAD);
    const late = worldOf(WORKLOAD);
    late.step({ kind: 'start', now: 5 * SECOND });
    early.runUntil(SECOND);
    late.runUntil(6 * SECOND);
    expect(late.sent.map(({ at, batch }) => ({ at: at - 5 * SECOND, batch }))).toEqual(early.sent);
  });
});

describe('transfers', () => {
  it("go from the client's own accounts to any other, 1 to 100 units", () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 1000 }, 1, 3);
    world.runUntil(10 * SECOND);
    const list = transfersOf(world);
    expect(list.length).toBeGreaterThan(3000);
    expect(new Set(list.map(({ from }) => from))).toEqual(new Set([1, 4, 7, 10, 13]));
    expect(new Set(list.map(({ to }) => to))).toEqual(new Set(Array.from({ length: 16 }, (_, k) => k)));
    expect(list.some(({ from, to }) => from === to)).toBe(false);
    expect(Math.min(...list.map(({ amount }) => amount))).toBe(1);
    expect(Math.max(...list.map(({ amount }) => amount))).toBe(AMOUNT_MAX);
  });

  it('are executed by the ledger while there are units', () => {
    const world = started(WORKLOAD);
    world.runUntil(SECOND);
    const ledger = createLedger({ accountCount: 16, initialBalance: 1_000_000 }, 1);
    const outcomes = world.sent.flatMap(({ batch }) => executeBatch(ledger, batch, VALIDATORS));
    expect(outcomes.length).toBeGreaterThan(40);
    expect(new Set(outcomes)).toEqual(new Set(['applied']));
  });
});

describe('batches', () => {
  it('leave at the end of a collection period, never empty, numbered from 0', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 12 }, 1, 2);
    world.runUntil(20 * SECOND);
    expect(world.sent.length).toBeGreaterThan(20);
    for (const [i, { at, batch }] of world.sent.entries()) {
      expect(at % 100_000).toBe(50_000);
      expect(batch.sequence).toBe(i);
      expect(batch.client).toBe(VALIDATORS + 1);
      expect(parseBatch(batch)).toBe(batch);
    }
    expect(world.sent.length).toBeLessThan(world.state.madeCount);
  });

  it('leave earlier when they are full', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 20_000 });
    world.runUntil(SECOND);
    expect(Math.max(...world.sent.map(({ batch }) => batch.transfers.length))).toBe(1000);
    expect(world.sent[0]!.at).toBeLessThan(100_000);
    expect(transfersOf(world)).toHaveLength(20_000);
  });

  it('fit into the blocks of the protocol', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 500 }, 0, 1, { maxTransactionsPerBlock: 8 });
    world.runUntil(SECOND);
    expect(Math.max(...world.sent.map(({ batch }) => batch.transfers.length))).toBe(8);
    expect(world.state.madeCount).toBeGreaterThanOrEqual(492);
  });

  it('catch up one by one when the timer was late', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 5000 });
    world.step({ kind: 'timeout', now: SECOND, timer: { kind: 'batch' } });
    world.runUntil(SECOND);
    expect(world.sent.map(({ at, batch }) => [at, batch.transfers.length])).toEqual(
      Array.from({ length: 5 }, () => [SECOND, 1000]),
    );
    expect(world.due).toBeGreaterThan(SECOND);
  });
});

describe('submissions by hand', () => {
  const command: ClientCommand = { kind: 'transfer', from: 0, to: 1, amount: 42 };

  it('leave at once in a batch of their own and do not shift the load', () => {
    const undisturbed = started(WORKLOAD);
    const world = started(WORKLOAD);
    world.runUntil(450_000);
    const next = client.inspect(world.state).details.nextSequence;
    world.step({ kind: 'command', now: 460_000, command });
    const { at, batch } = world.sent.at(-1)!;
    expect({ at, batch }).toEqual({
      at: 460_000,
      batch: { type: 'submit', client: VALIDATORS, sequence: next, transfers: [{ from: 0, to: 1, amount: 42 }] },
    });
    expect(client.inspect(world.state).log.at(-1)).toMatchObject({ byHand: true, firstId: transferId(batch, 0) });
    world.runUntil(3 * SECOND);
    undisturbed.runUntil(3 * SECOND);
    const withoutHand = transfersOf(world).filter((transfer) => transfer !== batch.transfers[0]);
    expect(withoutHand).toEqual(transfersOf(undisturbed));
    expect(world.sent.map((sent) => sent.batch.sequence)).toEqual(world.sent.map((_, i) => i));
  });

  it('are sent even if the ledger will refuse them, unless they are no transfers', () => {
    const world = started({ ...WORKLOAD, ratePerSecond: 0 });
    world.step({ kind: 'command', now: 1, command: { ...command, to: 0 } });
    world.step({ kind: 'command', now: 2, command: { ...command, amount: 0.5 } });
    world.step({ kind: 'command', now: 3, command: { ...command, from: -1 } });
    expect(world.sent).toHaveLength(1);
    expect(world.notes).toEqual(['client: not a transfer', 'client: not a transfer']);
  });
});

describe('the machine', () => {
  it('is deterministic and its state is plain data', () => {
    const world = started(WORKLOAD, 2, 3);
    world.runUntil(SECOND);
    const copy = worldOf(WORKLOAD, 2, 3);
    Object.assign(copy.state, structuredClone(world.state));
    copy.due = world.due;
    const count = world.sent.length;
    world.runUntil(3 * SECOND);
    copy.runUntil(3 * SECOND);
    expect(copy.sent.length).toBeGreaterThan(5);
    expect(copy.sent).toEqual(world.sent.slice(count));
    expect(copy.state).toEqual(world.state);
  });

  it('falls silent when its sequence numbers are used up', () => {
    const command: ClientCommand = { kind: 'transfer', from: 0, to: 1, amount: 1 };
    const world = started(WORKLOAD);
    world.state.nextSequence = 2 ** 32 - 1;
    world.step({ kind: 'command', now: 1, command });
    expect(world.due).not.toBeNull();
    world.runUntil(10 * SECOND);
    world.step({ kind: 'command', now: 10 * SECOND, command });
    expect(world.due).toBeNull();
    expect(world.sent.map(({ batch }) => batch.sequence)).toEqual([2 ** 32 - 1]);
    expect(world.notes).toEqual(['client: sequence numbers used up']);
  });

  it('notes a message and does nothing about it', () => {
    const world = started(WORKLOAD);
    const before = structuredClone(world.state);
    const message: Batch = { type: 'submit', client: 4, sequence: 0, transfers: [] };
    world.step({ kind: 'message', now: 1, from: 0, message, proof: { signer: 0, signature: new Uint8Array(0) } });
    expect(world.state).toEqual(before);
    expect(world.notes).toHaveLength(1);
  });

  it('observes and keeps for the inspector only what is bounded', () => {
    const world = started(WORKLOAD, 1, 2);
    world.runUntil(60 * SECOND);
    const fields = new Int32Array(9);
    client.observe(world.state, fields);
    expect([...fields]).toEqual(Array.from({ length: 9 }, () => -1));
    const known = client.inspect(world.state);
    expect(known.log).toHaveLength(16);
    expect(known).toMatchObject({
      role: 'client',
      phase: 'submitting',
      details: { accounts: [1, 3, 5, 7, 9, 11, 13, 15] },
    });
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
  });
});
