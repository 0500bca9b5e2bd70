/** Accounts on the move while transactions run over real lock tables, on a network that loses, repeats and reorders. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acquire, createLockTable, isReady, release } from '../locks/table.ts';
import {
  accessOf,
  applyChange,
  createShardAccounts,
  freezeAccount,
  giveAway,
  type Parcel,
  type Receipt,
  type ShardAccounts,
  settleReceipt,
  takeIn,
  totalUnits,
} from './move.ts';

const SHARDS = 3;
const ACCOUNTS = 5;
const TOTAL = ACCOUNTS * 100;

type Act =
  | { readonly kind: 'begin'; readonly from: number; readonly to: number; readonly amount: number }
  | { readonly kind: 'commit'; readonly pick: number }
  | { readonly kind: 'abort'; readonly pick: number }
  | { readonly kind: 'move'; readonly account: number; readonly to: number }
  | { readonly kind: 'deliver'; readonly pick: number; readonly isKept: boolean }
  | { readonly kind: 'lose'; readonly pick: number };

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      from: fc.nat({ max: ACCOUNTS - 1 }),
      to: fc.nat({ max: ACCOUNTS - 1 }),
      amount: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), pick: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), pick: fc.nat({ max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      account: fc.nat({ max: ACCOUNTS - 1 }),
      to: fc.nat({ max: SHARDS - 1 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('deliver' as const), pick: fc.nat({ max: 9 }), isKept: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), pick: fc.nat({ max: 9 }) }) },
);

interface Running {
  readonly id: string;
  readonly changes: readonly { readonly shard: number; readonly account: number; readonly units: number }[];
}

/** A small world: shards, their lock tables, transactions that hold locks, messages in flight. */
class World {
  readonly shards: ShardAccounts[];
  readonly tables = Array.from({ length: SHARDS }, () => createLockTable('ordered'));
  readonly certified = new Set<string>();
  readonly messages: { readonly to: number; readonly message: Parcel | Receipt }[] = [];
  readonly running: Running[] = [];
  counts = { committed: 0, moved: 0, drained: 0, refused: 0 };
  #next = 0;

  constructor(mutant: ShardAccounts['mutant']) {
    this.shards = Array.from({ length: SHARDS }, (_, shard) => {
      const here = Array.from({ length: ACCOUNTS }, (_, account) => account).filter(
        (account) => account % SHARDS === shard,
      );
      return createShardAccounts(
        shard,
        here.map((account) => [account, 100] as const),
        mutant,
      );
    });
  }

  act(act: Act): void {
    if (act.kind === 'begin') this.#begin(act.from, act.to, act.amount);
    else if (act.kind === 'move') this.#move(act.account, act.to);
    else if (act.kind === 'commit' || act.kind === 'abort') this.#end(act.pick, act.kind === 'commit');
    else if (act.kind === 'lose') this.messages.splice(act.pick % Math.max(1, this.messages.length), 1);
    else this.#deliver(act.pick, act.isKept);
    this.#drain();
  }

  /** Ends every transaction, resends what has no receipt, delivers all. */
  settle(): void {
    while (this.running.length > 0) this.act({ kind: 'commit', pick: 0 });
    for (const { parcels } of this.shards)
      for (const parcel of parcels.values()) this.messages.push({ to: parcel.to, message: parcel });
    while (this.messages.length > 0) this.act({ kind: 'deliver', pick: 0, isKept: false });
  }

  /** Locks both accounts or nothing; the account must be there and suffice, as a yes vote promises. */
  #begin(from: number, to: number, amount: number): void {
    if (from === to) return;
    const at = (account: number) => this.shards.findIndex((shard) => accessOf(shard, account).kind === 'here');
    const changes = [
      { shard: at(from), account: from, units: -amount },
      { shard: at(to), account: to, units: amount },
    ];
    if (changes.some(({ shard }) => shard === -1) || (this.shards[at(from)]?.held.get(from)?.balance ?? 0) < amount) {
      this.counts.refused++;
      return;
    }
    const id = `t${this.#next++}`;
    for (const { shard, account } of changes) {
      if (this.tables[shard]!.accounts.has(account)) return this.#release(id);
      const wants = [
        ...(this.tables[shard]!.transactions.get(id)?.wants ?? []),
        { account, mode: 'exclusive' as const },
      ];
      release(this.tables[shard]!, id, 0);
      acquire(this.tables[shard]!, { transaction: id, timestampMicros: 0, wants }, 0);
      expect(isReady(this.tables[shard]!, id)).toBe(true);
    }
    this.running.push({ id, changes });
  }

  #end(pick: number, isCommitted: boolean): void {
    const [running] = this.running.splice(pick % Math.max(1, this.running.length), 1);
    if (running === undefined) return;
    if (isCommitted) {
      this.counts.committed++;
      for (const { shard, account, units } of running.changes) applyChange(this.shards[shard]!, account, units);
    }
    this.#release(running.id);
  }

  #release(id: string): void {
    for (const table of this.tables) release(table, id, 0);
  }

  #move(account: number, to: number): void {
    const source = this.shards.find((shard) => accessOf(shard, account).kind === 'here');
    if (source === undefined || source.shard === to) return;
    freezeAccount(source, { account, from: source.shard, to });
    if (this.tables[source.shard]!.accounts.has(account)) this.counts.drained++;
  }

  #drain(): void {
    for (const [shard, accounts] of this.shards.entries()) {
      for (const account of [...accounts.frozen.keys()]) {
        const parcel = giveAway(accounts, account, this.tables[shard]!.accounts.has(account));
        if (parcel === null) continue;
        this.certified.add(parcel.root);
        this.messages.push({ to: parcel.to, message: parcel });
      }
    }
  }

  #deliver(pick: number, isKept: boolean): void {
    const at = pick % Math.max(1, this.messages.length);
    const [arrived] = isKept ? [this.messages[at]] : this.messages.splice(at, 1);
    if (arrived === undefined) return;
    const { message, to } = arrived;
    if (message.type === 'account-receipt') {
      settleReceipt(this.shards[to]!, message);
      return;
    }
    const taken = takeIn(this.shards[to]!, message, (root) => this.certified.has(root));
    if ('refused' in taken) throw new Error(taken.refused);
    this.counts.moved++;
    this.messages.push({ to: message.from, message: taken.receipt });
  }
}

describe('moving accounts while transactions run', () => {
  it('loses and doubles nothing, whatever is interleaved, lost, repeated or overtaken', () => {
    const seen = { committed: 0, moved: 0, drained: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(acts, { minLength: 10, maxLength: 80 }), (history) => {
        const world = new World(null);
        for (const act of history) {
          world.act(act);
          expect(totalUnits(world.shards)).toBe(TOTAL);
          for (let account = 0; account < ACCOUNTS; account++) {
            expect(world.shards.filter((shard) => shard.held.has(account)).length).toBeLessThanOrEqual(1);
          }
        }
        world.settle();
        expect(totalUnits(world.shards)).toBe(TOTAL);
        for (let account = 0; account < ACCOUNTS; account++) {
          expect(world.shards.filter((shard) => accessOf(shard, account).kind === 'here')).toHaveLength(1);
        }
        expect(world.shards.every(({ parcels, frozen }) => parcels.size + frozen.size === 0)).toBe(true);
        expect(structuredClone(world.shards)).toEqual(world.shards);
        for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += world.counts[key];
      }),
      { numRuns: 150 },
    );
    expect(Object.values(seen).every((count) => count > 20)).toBe(true);
  });

  it('migration-double: given away while a transaction holds it, units appear or vanish', () => {
    const run = (mutant: ShardAccounts['mutant']) => {
      const world = new World(mutant);
      const acts: Act[] = [
        { kind: 'begin', from: 0, to: 1, amount: 30 },
        { kind: 'move', account: 0, to: 2 },
        { kind: 'deliver', pick: 0, isKept: false },
        { kind: 'commit', pick: 0 },
      ];
      for (const act of acts) world.act(act);
      world.settle();
      return totalUnits(world.shards);
    };
    expect(run(null)).toBe(TOTAL);
    expect(run('migration-double')).not.toBe(TOTAL);
    const details = fc.check(
      fc.property(fc.array(acts, { minLength: 10, maxLength: 60 }), (history) => {
        const world = new World('migration-double');
        for (const act of history) world.act(act);
        return totalUnits(world.shards) === TOTAL;
      }),
      { numRuns: 200 },
    );
    expect(details.failed).toBe(true);
  });
});

describe('the steps of a move', () => {
  const move = { account: 4, from: 0, to: 1 };
  const made = () =>
    [
      createShardAccounts(0, [
        [4, 70],
        [6, 5],
        [9, 1],
      ]),
      createShardAccounts(1, [[2, 8]]),
    ] as const;
  const sent = (accounts: ShardAccounts): Parcel => {
    freezeAccount(accounts, move);
    return giveAway(accounts, 4, false) as Parcel;
  };

  it('freeze, give away when nobody holds it, take in, receipt', () => {
    const [source, target] = made();
    expect(freezeAccount(source, move)).toBe(true);
    expect(freezeAccount(source, move)).toBe(false);
    expect(accessOf(source, 4)).toEqual({ kind: 'frozen' });
    expect(giveAway(source, 4, true)).toBeNull();
    const parcel = giveAway(source, 4, false) as Parcel;
    expect([accessOf(source, 4), accessOf(target, 4)]).toEqual([{ kind: 'moved', to: 1 }, { kind: 'unknown' }]);
    const taken = takeIn(target, parcel, () => true);
    expect(taken).toEqual({ receipt: { type: 'account-receipt', account: 4, version: 1 } });
    expect(target.held.get(4)).toEqual({ balance: 70, version: 1 });
    applyChange(target, 4, 10);
    expect(takeIn(target, parcel, () => true)).toEqual(taken);
    expect(target.held.get(4)?.balance, 'a repeated parcel changes nothing').toBe(80);
    const { receipt } = taken as { receipt: Receipt };
    expect([settleReceipt(source, receipt), settleReceipt(source, receipt)]).toEqual([true, false]);
  });

  it('there and back: the first parcel, late, does not bring the account back to life', () => {
    const [source, target] = made();
    const first = sent(source);
    takeIn(target, first, () => true);
    freezeAccount(target, { account: 4, from: 1, to: 0 });
    takeIn(source, giveAway(target, 4, false) as Parcel, () => true);
    takeIn(target, first, () => true);
    expect([accessOf(source, 4), accessOf(target, 4)]).toEqual([{ kind: 'here' }, { kind: 'moved', to: 0 }]);
    expect(source.held.get(4)).toEqual({ balance: 70, version: 2 });
  });

  it.each([
    ['another balance', { balance: 71 }, 'the proof does not lead to the root'],
    ['another account', { account: 6 }, 'the proof does not lead to the root'],
    ['another version', { version: 9 }, 'the proof does not lead to the root'],
    ['another root', { root: '0'.repeat(64) }, 'the source never certified this root'],
    ['another shard', { to: 2 }, 'the parcel is for shard 2'],
    ['a negative balance', { balance: -1 }, 'the parcel is malformed'],
  ])('refuses a parcel with %s', (_, change, refused) => {
    const [source, target] = made();
    const parcel = sent(source);
    expect(takeIn(target, { ...parcel, ...change }, (root) => root === parcel.root)).toEqual({ refused });
    expect(target.held.has(4)).toBe(false);
  });
});
