/**
 * The votes each node has seen: a delivery of a vote, or its own when it sent it. Votes of the largest slot so far begin
 * at a remembered place in the node's list, so that a query reads the votes of one slot and no others.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { type Column, column32, firstAbove, firstAtLeast } from '../../kernel/trace/columns.ts';
import type { MessageEntry } from '../../kernel/trace/messages.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import { here } from '../../kernel/trace/look.ts';
import { TimeColumn } from '../../kernel/trace/times.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Declaration, PhaseRole } from '../../protocols/protocol.ts';
import type { QuorumProgress } from '../view.ts';

/** Later phases of a slot and epoch are further on; the change that opens an epoch comes before its votes. */
const PHASE_ORDER: readonly PhaseRole[] = ['client', 'sync', 'cross', 'change', 'propose', 'first', 'second', 'third'];

/** From here on in a node's list the largest slot is `slot`; −1 after a crash: the node holds no votes. */
interface Start {
  readonly index: number;
  readonly slot: number;
  readonly t: Micros;
}

interface NodeVotes {
  readonly times: TimeColumn;
  /** Where the vote's message record stands in the store. */
  readonly offsets: Column;
  readonly starts: Start[];
}

/** Places of words in a message record (see `records.ts`). */
const TYPE_AT = 4;
const SLOT_AT = 5;
const EPOCH_AT = 6;
const DIGEST_AT = 7;
const READINGS_MAX = 2;

export class VoteIndex implements RecordIndex {
  readonly kinds = [RECORD.deliver, RECORD.message, RECORD.state] as const;
  readonly #store: TraceStore;
  readonly #isVote: readonly boolean[];
  readonly #isExclusive: readonly boolean[];
  /** By message type. */
  readonly #needed: readonly number[];
  readonly #byNode: NodeVotes[] = [];
  /** By node: the last counts, to go on from. Two, for the picture and the line below it look at moments a little apart. */
  #readings: (readonly Reading[] | undefined)[] = [];

  /** `shardSize`: validators of one shard. */
  constructor(store: TraceStore, shardSize: number) {
    this.#store = store;
    this.#isVote = store.declaration.messages.map(({ vote, among }) => vote && among !== 'parts');
    this.#isExclusive = store.declaration.messages.map(({ exclusive }) => exclusive);
    this.#needed = neededOf(store.declaration, store.validatorCount, shardSize);
  }

  add(record: RecordCursor): void {
    const { words, at, node, t } = record;
    if (node >= this.#store.validatorCount) return;
    const argument = (words[at] as number) >>> 16;
    if (record.kind === RECORD.deliver)
      this.#count(node, t, this.#store.messageOffset(argument, words[at + 3] as number));
    else if (record.kind === RECORD.message && argument === node) this.#count(node, t, record.offset);
    else if (record.kind === RECORD.state && (argument & 1) === 0) this.#forget(node, t);
  }

  truncate(at: Micros): void {
    this.#readings = [];
    for (const votes of this.#byNode) {
      if (votes === undefined) continue;
      const keep = firstAtLeast(votes.times.length, (i) => votes.times.get(i), at);
      votes.times.truncate(keep);
      votes.offsets.truncate(keep);
      while ((votes.starts.at(-1)?.t ?? -1) >= at) votes.starts.pop();
    }
  }

  get sizeBytes(): number {
    return this.#byNode.reduce((sum, { times, offsets }) => sum + times.sizeBytes + offsets.sizeBytes, 0);
  }

  /**
   * The most advanced vote the node takes part in at `at`: highest slot, then epoch, then phase; among digests of one vote
   * (an equivocation) the one with most voters. Null when it holds no vote, and while one of its votes is away.
   */
  at(node: NodeIndex, at: Micros): QuorumProgress | null {
    const votes = this.#byNode[node];
    if (votes === undefined) return null;
    const count = firstAbove(votes.times.length, (i) => votes.times.get(i), at);
    const start = votes.starts[firstAbove(votes.starts.length, (i) => (votes.starts[i] as Start).t, at) - 1];
    if (start === undefined || start.slot < 0) return null;
    return this.#read(node, votes, start, count);
  }

  #count(node: NodeIndex, t: Micros, offset: number): void {
    if (offset < 0) return;
    const words = this.#store.wordsOf(offset);
    const at = this.#store.placeOf(offset);
    const claimedFrom = (words[at] as number) >>> 16;
    if (claimedFrom >= this.#store.validatorCount || this.#isVote[(words[at + TYPE_AT] as number) & 255] !== true)
      return;
    const votes = this.#votesOf(node);
    const slot = (words[at + SLOT_AT] as number) | 0;
    if (slot > (votes.starts.at(-1)?.slot ?? -1)) votes.starts.push({ index: votes.times.length, slot, t });
    votes.times.push(t);
    votes.offsets.push(offset);
  }

  #forget(node: NodeIndex, t: Micros): void {
    const votes = this.#votesOf(node);
    votes.starts.push({ index: votes.times.length, slot: -1, t });
  }

  #votesOf(node: NodeIndex): NodeVotes {
    const known = this.#byNode[node];
    if (known !== undefined) return known;
    const votes = { times: new TimeColumn(), offsets: column32(), starts: [] };
    this.#byNode[node] = votes;
    return votes;
  }

  /** The count at `end`: goes on from the last one where it can, for a playhead mostly moves on a little. */
  #read(node: NodeIndex, votes: NodeVotes, start: Start, end: number): QuorumProgress | null {
    const reading = this.#readingFor(node, start, end);
    const added = here(this.#store, () => this.#tally(votes, reading, end));
    if (added === null) return null;
    if (added || reading.isBehind) reading.progress = furthest(reading.tallies, this.#store.declaration);
    reading.isBehind = false;
    return reading.progress;
  }

  /** The furthest count that has not gone beyond `end`, or one from the start. */
  #readingFor(node: NodeIndex, start: Start, end: number): Reading {
    const known = (this.#readings[node] ?? []).filter((reading) => reading.start === start);
    let best: Reading | null = null;
    for (const reading of known) if (reading.end <= end && reading.end > (best?.end ?? -1)) best = reading;
    const found = best ?? { start, end: start.index, tallies: [], progress: null, isBehind: false };
    this.#readings[node] = [found, ...known.filter((reading) => reading !== found)].slice(0, READINGS_MAX);
    return found;
  }

  /** Counts the slot's votes up to `end`, by what they are for. False when that added none. */
  #tally(votes: NodeVotes, reading: Reading, end: number): boolean {
    let added = false;
    for (let i = reading.end; i < end; i++) {
      const offset = votes.offsets.get(i);
      // Where the words are away the count stops here, and goes on from here.
      reading.end = i;
      this.#store.lookAt(offset);
      const words = this.#store.wordsOf(offset);
      const at = this.#store.placeOf(offset);
      if (((words[at + SLOT_AT] as number) | 0) !== reading.start.slot) continue;
      const tally = this.#tallyOf(reading, offset, words, at);
      const voter = (words[at] as number) >>> 16;
      if (tally.known.has(voter)) continue;
      tally.known.add(voter);
      tally.voters.push(voter);
      if (tally.voters.length === tally.needed) tally.closedAt = votes.times.get(i);
      added = true;
      reading.isBehind = true;
    }
    reading.end = end;
    return added;
  }

  /**
   * What the vote at a place is for. Compared word by word: a large network's slot has tens of thousands of votes to count
   * when somebody jumps to it, and decoding each of them costs many times as much.
   */
  #tallyOf(reading: Reading, offset: number, words: Uint32Array, at: number): Tally {
    const type = (words[at + TYPE_AT] as number) & 255;
    const epoch = (words[at + EPOCH_AT] as number) | 0;
    // Where a voter may send several digests, the digest is not what the vote is about.
    const isExclusive = this.#isExclusive[type] === true;
    const [first, second] = isExclusive
      ? [words[at + DIGEST_AT] as number, words[at + DIGEST_AT + 1] as number]
      : [0, 0];
    for (const tally of reading.tallies) {
      if (tally.type === type && tally.epoch === epoch && tally.first === first && tally.second === second)
        return tally;
    }
    const message = this.#store.messageAt(offset);
    const digest = isExclusive ? message.digest : '';
    const needed = this.#needed[type] ?? 0;
    const tally: Tally = {
      message,
      digest,
      type,
      epoch,
      first,
      second,
      voters: [],
      known: new Set(),
      needed,
      closedAt: null,
    };
    reading.tallies.push(tally);
    return tally;
  }
}

/** By message type: distinct votes that complete what they are for. */
export function neededOf({ messages, quorum }: Declaration, validatorCount: number, shardSize: number): number[] {
  return messages.map((message) => {
    const count = message.among === 'shard' ? shardSize : validatorCount;
    return (message.quorum ?? quorum)(count);
  });
}

/** How far the votes after one start have been counted, and what the count says. */
interface Reading {
  readonly start: Start;
  end: number;
  readonly tallies: Tally[];
  progress: QuorumProgress | null;
  /** Votes were counted that `progress` does not show: the words of one after them were away. */
  isBehind: boolean;
}

interface Tally {
  /** The first vote. */
  readonly message: MessageEntry;
  readonly digest: string;
  readonly type: number;
  readonly epoch: number;
  /** The two words of the digest; zeros where votes are not told apart by it. */
  readonly first: number;
  readonly second: number;
  /** Distinct, in the order in which they counted. */
  readonly voters: NodeIndex[];
  readonly known: Set<NodeIndex>;
  readonly needed: number;
  closedAt: Micros | null;
}

function furthest(tallies: Iterable<Tally>, declaration: Declaration): QuorumProgress | null {
  const phase = ({ message }: Tally): PhaseRole => declaration.messages[message.type]?.phase ?? 'client';
  const order = (tally: Tally): number => PHASE_ORDER.indexOf(phase(tally));
  let best: Tally | null = null;
  for (const tally of tallies) {
    const further =
      best === null ||
      (tally.message.epoch - best.message.epoch ||
        order(tally) - order(best) ||
        tally.voters.length - best.voters.length) > 0;
    if (further) best = tally;
  }
  if (best === null) return null;
  const { message, digest, voters, needed, closedAt } = best;
  return {
    type: message.type,
    phase: phase(best),
    slot: message.slot,
    epoch: message.epoch,
    digest,
    // The count goes on: what was handed out does not.
    voters: [...voters],
    needed,
    closedAt,
  };
}
