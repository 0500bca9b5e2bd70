/** What was proposed and voted for, decided or not: per slot and hash who proposed it and who signed which vote. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { messageId, readMessage } from '../../kernel/trace/messages.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Candidate, VoteTally } from './diagram.ts';
import { neededOf } from './votes.ts';

/** Numbers a vote takes in the list of its entry: type, epoch, voter, µs since the entry's first mention. */
const VOTE = { type: 0, epoch: 1, voter: 2, since: 3, size: 4 } as const;

interface Entry {
  readonly slot: number;
  readonly digest: string;
  readonly epoch: number;
  readonly at: Micros;
  /** Vote after vote, as small integers: an object each would be most of what a long run keeps of its past. */
  readonly votes: number[];
  proposal: Candidate['proposal'];
}

export class CandidateIndex implements RecordIndex {
  readonly kinds = [RECORD.message] as const;
  readonly #store: TraceStore;
  /** By slot, then hash; both in the order of first mention. */
  readonly #slots = new Map<number, Map<string, Entry>>();
  /** By message type. */
  readonly #needed: readonly number[];

  /** `shardSize`: validators of one shard. */
  constructor(store: TraceStore, shardSize: number) {
    this.#store = store;
    this.#needed = neededOf(store.declaration, store.validatorCount, shardSize);
  }

  add(record: RecordCursor): void {
    if (record.kind !== RECORD.message) return;
    const { words, at, node } = record;
    const declared = this.#store.declaration.messages[(words[at + 4] as number) & 255];
    if (declared === undefined || (declared.phase !== 'propose' && !declared.vote) || declared.phase === 'change')
      return;
    const message = readMessage(words, at);
    if (message.digest === '' || message.claimedFrom >= this.#store.validatorCount) return;
    const { slot, digest, epoch, type, sentAt, claimedFrom } = message;
    const entry = this.#entryOf(slot, digest, epoch, sentAt);
    if (declared.vote && !hasVote(entry.votes, type, epoch, claimedFrom))
      entry.votes.push(type, epoch, claimedFrom, sentAt - entry.at);
    if (declared.phase === 'propose' && entry.proposal === null) {
      const id = messageId(node, message.sequence, this.#store);
      entry.proposal = { messageId: id, node: claimedFrom, at: sentAt, type };
    }
  }

  truncate(at: Micros): void {
    for (const [slot, entries] of this.#slots) {
      for (const [digest, entry] of entries) {
        if (entry.at >= at) entries.delete(digest);
        while (entry.at + (entry.votes.at(-1) ?? Number.NEGATIVE_INFINITY) >= at) entry.votes.length -= VOTE.size;
        if (entry.proposal !== null && entry.proposal.at >= at) entry.proposal = null;
      }
      if (entries.size === 0) this.#slots.delete(slot);
    }
  }

  at(at: Micros, fromSlot: number): readonly Candidate[] {
    const found: Candidate[] = [];
    for (const [slot, entries] of this.#slots) {
      if (slot < fromSlot) continue;
      for (const entry of entries.values()) if (entry.at <= at) found.push(this.#candidate(entry, at));
    }
    return found.sort((a, b) => a.slot - b.slot);
  }

  #candidate(entry: Entry, at: Micros): Candidate {
    const tallies = new Map<string, { readonly tally: VoteTally & { voters: NodeIndex[]; closedAt: Micros | null } }>();
    const { votes } = entry;
    for (let i = 0; i < votes.length; i += VOTE.size) {
      const votedAt = entry.at + (votes[i + VOTE.since] as number);
      if (votedAt > at) break;
      const [type, epoch] = [votes[i + VOTE.type] as number, votes[i + VOTE.epoch] as number];
      const key = `${type} ${epoch}`;
      let known = tallies.get(key);
      if (known === undefined) {
        known = { tally: { type, epoch, voters: [], needed: this.#needed[type] ?? 0, closedAt: null } };
        tallies.set(key, known);
      }
      known.tally.voters.push(votes[i + VOTE.voter] as NodeIndex);
      if (known.tally.voters.length === known.tally.needed) known.tally.closedAt = votedAt;
    }
    const { slot, digest, epoch, proposal } = entry;
    return {
      slot,
      digest,
      epoch,
      proposal: proposal !== null && proposal.at <= at ? proposal : null,
      votes: [...tallies.values()].map(({ tally }) => tally),
    };
  }

  #entryOf(slot: number, digest: string, epoch: number, at: Micros): Entry {
    let entries = this.#slots.get(slot);
    if (entries === undefined) {
      entries = new Map();
      this.#slots.set(slot, entries);
    }
    let entry = entries.get(digest);
    if (entry === undefined) {
      entry = { slot, digest, epoch, at, votes: [], proposal: null };
      entries.set(digest, entry);
    }
    return entry;
  }
}

function hasVote(votes: readonly number[], type: number, epoch: number, voter: NodeIndex): boolean {
  for (let i = 0; i < votes.length; i += VOTE.size)
    if (votes[i + VOTE.voter] === voter && votes[i + VOTE.type] === type && votes[i + VOTE.epoch] === epoch)
      return true;
  return false;
}
