/** What was proposed and voted for, decided or not: per slot and hash who proposed it and who signed which vote. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { messageId, readMessage } from '../../kernel/trace/messages.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Candidate, VoteTally } from './diagram.ts';
import { neededOf } from './votes.ts';

interface Vote {
  readonly type: number;
  readonly epoch: number;
  readonly voter: NodeIndex;
  readonly at: Micros;
}

interface Entry {
  readonly slot: number;
  readonly digest: string;
  readonly epoch: number;
  readonly at: Micros;
  readonly votes: Vote[];
  proposal: Candidate['proposal'];
}

export class CandidateIndex implements RecordIndex {
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
    if (declared.vote) {
      const known = entry.votes.some(
        (vote) => vote.voter === claimedFrom && vote.type === type && vote.epoch === epoch,
      );
      if (!known) entry.votes.push({ type, epoch, voter: claimedFrom, at: sentAt });
    }
    if (declared.phase === 'propose' && entry.proposal === null) {
      const id = messageId(node, message.sequence, this.#store);
      entry.proposal = { messageId: id, node: claimedFrom, at: sentAt, type };
    }
  }

  truncate(at: Micros): void {
    for (const [slot, entries] of this.#slots) {
      for (const [digest, entry] of entries) {
        if (entry.at >= at) entries.delete(digest);
        while ((entry.votes.at(-1)?.at ?? -1) >= at) entry.votes.pop();
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
    for (const vote of entry.votes) {
      if (vote.at > at) break;
      const key = `${vote.type} ${vote.epoch}`;
      let known = tallies.get(key);
      if (known === undefined) {
        const needed = this.#needed[vote.type] ?? 0;
        known = { tally: { type: vote.type, epoch: vote.epoch, voters: [], needed, closedAt: null } };
        tallies.set(key, known);
      }
      known.tally.voters.push(vote.voter);
      if (known.tally.voters.length === known.tally.needed) known.tally.closedAt = vote.at;
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
