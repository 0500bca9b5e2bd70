/** What Tendermint promises beyond the common invariants, as folds over what correct validators say and show. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Property } from '../protocol.ts';
import { type Message, NIL } from './messages.ts';

/** Heights that a fold looks back; who is slower is not judged. */
const KEPT = 32;

/** What each validator locked at a height, and who prevoted what when. */
interface HeightMemory {
  /** By validator: round and hash of its last PRECOMMIT for a block. */
  readonly locks: Map<NodeIndex, { readonly round: number; readonly digest: string }>;
  /** By hash: the rounds in which a correct validator prevoted it. */
  readonly prevoted: Map<string, number[]>;
}

/** By height, in order of first mention; the oldest is forgotten. */
type LockMemory = Map<number, HeightMemory>;

function ofHeight(memory: LockMemory, height: number): HeightMemory {
  const known = memory.get(height) ?? { locks: new Map(), prevoted: new Map() };
  memory.set(height, known);
  if (memory.size > KEPT) {
    for (const oldest of memory.keys()) {
      memory.delete(oldest);
      break;
    }
  }
  return known;
}

/**
 * A polka holds a prevote of a correct validator. Hence a locked one may prevote another block only if a correct validator did
 * so in a round from the lock's on. Ref: lines 28–30; Lemma 3.
 */
const locksRespected: Property<Message> = {
  name: 'locks-respected',
  states: 'a correct validator that locked a block prevotes another only after a correct one did, since that lock',
  createMemory: (): LockMemory => new Map(),
  onMessage(memory, { node, message }) {
    if (message.type !== 'prevote' && message.type !== 'precommit') return null;
    const { round, digest, type } = message;
    if (digest === NIL) return null;
    const known = ofHeight(memory as LockMemory, message.height);
    const lock = known.locks.get(node);
    if (type === 'precommit') {
      if (lock === undefined || round >= lock.round) known.locks.set(node, { round, digest });
      return null;
    }
    const rounds = known.prevoted.get(digest) ?? [];
    known.prevoted.set(digest, rounds);
    const isFree = lock === undefined || lock.digest === digest || round <= lock.round;
    const isShown = isFree || rounds.some((before) => before >= lock.round && before < round);
    rounds.push(round);
    if (isShown) return null;
    return `prevoted another block in round ${round} than it locked in round ${lock.round} at height ${message.height}`;
  },
};

/** A round that was left is never entered again, also after a crash: the last round of each validator at its height. */
const roundsGrow: Property<Message> = {
  name: 'rounds-grow',
  states: 'a correct validator never returns to a round that it left',
  createMemory: (): Map<NodeIndex, { readonly height: number; readonly round: number }> => new Map(),
  onState(memory, { node, alive, fields }) {
    const seen = memory as Map<NodeIndex, { readonly height: number; readonly round: number }>;
    const [, round = 0, height = 0] = fields;
    if (!alive) return null;
    const before = seen.get(node);
    seen.set(node, { height, round });
    if (before === undefined || before.height !== height || before.round <= round) return null;
    return `went back from round ${before.round} to ${round} at height ${height + 1}`;
  },
};

export const properties: readonly Property<Message>[] = [locksRespected, roundsGrow];
