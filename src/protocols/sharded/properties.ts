/** What the protocol promises beyond the common invariants, as folds over what shards show and decide. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Property } from '../protocol.ts';
import { deadlockFree } from './deadlock.ts';
import type { Ending } from './finish.ts';
import type { Message, Outcome } from './messages.ts';

/** Transactions whose standing is remembered after they ended everywhere. */
const KEPT = 4096;

/** AC1: all shards that reach a decision reach the same one; and each reaches it once. */
export const atomicity: Property<Message> = {
  name: 'atomicity',
  states: 'no transaction is committed in one shard and aborted in another',
  createMemory: () => new Map<number, { readonly outcome: Outcome; readonly node: NodeIndex }>(),
  onDecision(memory, { node, decision }) {
    const decided = memory as Map<number, { readonly outcome: Outcome; readonly node: NodeIndex }>;
    const { outcome } = decision.value as Ending;
    const first = decided.get(decision.slot);
    if (first === undefined) {
      decided.set(decision.slot, { outcome, node });
      return null;
    }
    if (first.outcome === outcome) return null;
    return `${past(outcome)} transaction ${decision.slot}, which shard ${first.node} has ${past(first.outcome)}`;
  },
};

interface Flight {
  /** Shards that have executed their part. */
  readonly executed: NodeIndex[];
  /** Sum of the changes so far: what is in flight, with the sign turned. */
  sum: number;
}

/** The balances of all shards and what is in flight between them add up to what there was at first. */
export const conservation: Property<Message> = {
  name: 'conservation',
  states: 'units of all shards plus those in flight stay the same; each shard executes a transaction once',
  createMemory: () => ({ flights: new Map<number, Flight>(), balances: new Map<number, number>() }),
  onDecision(memory, { node, decision }) {
    const { flights, balances } = memory as { flights: Map<number, Flight>; balances: Map<number, number> };
    const { outcome, transaction, changed, initialBalance } = decision.value as Ending;
    if (outcome === 'abort' || transaction === null) return null;
    const flight = flights.get(decision.slot) ?? { executed: [], sum: 0 };
    flights.set(decision.slot, flight);
    if (flight.executed.includes(node)) return `executed transaction ${decision.slot} twice`;
    flight.executed.push(node);
    for (const { account, before, after } of changed) {
      const known = balances.get(account) ?? initialBalance;
      if (known !== before)
        return `a${account} had ${known} units and now ${before} before transaction ${decision.slot}`;
      if (after < 0) return `a${account} is overdrawn by transaction ${decision.slot}`;
      balances.set(account, after);
      flight.sum += after - before;
    }
    if (flight.executed.length < transaction.shards.length) return null;
    if (flights.size > KEPT) flights.delete(flights.keys().next().value as number);
    return flight.sum === 0 ? null : `transaction ${decision.slot} made ${flight.sum} units out of nothing`;
  },
};

/** Strict two-phase locking: as if one transaction ran after the other, in the order in which they were first executed. */
export const serializability: Property<Message> = {
  name: 'serializability',
  states: 'executed one after the other, the committed transactions give every shard the balances it has',
  createMemory: () => ({ replayed: new Set<number>(), balances: new Map<number, number>() }),
  onDecision(memory, { decision }) {
    const { replayed, balances } = memory as { replayed: Set<number>; balances: Map<number, number> };
    const { outcome, transaction, changed, initialBalance } = decision.value as Ending;
    if (outcome === 'abort' || transaction === null) return null;
    const of = (account: number): number => balances.get(account) ?? initialBalance;
    if (!replayed.has(decision.slot)) {
      replayed.add(decision.slot);
      for (const { from, to, amount } of transaction.signed.batch.transfers) {
        balances.set(from, of(from) - amount);
        balances.set(to, of(to) + amount);
      }
      for (const { from } of transaction.signed.batch.transfers)
        if (of(from) < 0) return `the serial replay overdraws a${from} with transaction ${decision.slot}`;
    }
    const wrong = changed.find(({ account, after }) => of(account) !== after);
    return wrong === undefined
      ? null
      : `a${wrong.account} has ${wrong.after} units after transaction ${decision.slot}, the serial replay ${of(wrong.account)}`;
  },
};

const FIELD = { locks: 6, open: 7, downgraded: 21 } as const;

/** Locks belong to transactions that have not ended: by what shards show, and by what they tell of each lock. */
export const locksReleased: Property<Message> = {
  name: 'locks-released',
  states: 'a transaction that has ended at a shard holds no lock there',
  /** Locked accounts by shard and transaction. */
  createMemory: () => new Map<string, Set<string>>(),
  onMark(memory, { node, mark, transaction, what }) {
    const locked = memory as Map<string, Set<string>>;
    const key = `${node} ${transaction}`;
    if (mark === 'lock') locked.set(key, (locked.get(key) ?? new Set()).add(what));
    else if (mark === 'unlock' && locked.get(key)?.delete(what) === true && locked.get(key)?.size === 0)
      locked.delete(key);
    else if (mark === 'commit2pc' && (what === 'committed' || what === 'aborted') && locked.has(key))
      return `has ${what} transaction ${transaction} and still holds ${[...(locked.get(key) ?? [])].join(', ')} for it`;
    return null;
  },
  onState(memory, { node, alive, fields }) {
    // A crash forgets the locks of who had not voted; a restart tells of the others again.
    const locked = memory as Map<string, Set<string>>;
    if (!alive) for (const key of [...locked.keys()]) if (key.startsWith(`${node} `)) locked.delete(key);
    const [locks = 0, open = 0] = [fields[FIELD.locks], fields[FIELD.open]];
    return alive && open === 0 && locks > 0 ? `holds ${locks} locks for transactions that have ended` : null;
  },
};

/** Two shards that both have post-quantum keys have no classical channel. */
export const noDowngrade: Property<Message> = {
  name: 'no-downgrade',
  states: 'shards that both know post-quantum suites talk by nothing less',
  createMemory: () => null,
  onState(_memory, { alive, fields }) {
    const downgraded = fields[FIELD.downgraded] ?? -1;
    return alive && downgraded > 0 ? `has ${downgraded} channels that were talked down to a classical suite` : null;
  },
};

export const properties: readonly Property<Message>[] = [
  atomicity,
  conservation,
  serializability,
  locksReleased,
  deadlockFree,
  noDowngrade,
];

function past(outcome: Outcome): string {
  return outcome === 'commit' ? 'committed' : 'aborted';
}
