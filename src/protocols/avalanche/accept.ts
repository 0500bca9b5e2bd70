/** What polls do to vertices and their ancestors, and what acceptance entails. Ref: Avalanche. */
import { executeBatch } from '../../ledger/ledger.ts';
import { removeBatches, sizeOf } from '../../ledger/mempool.ts';
import { NOTE } from './notes.ts';
import { batchKey } from './place.ts';
import { credit, type Ctx, fail, isAcceptable, isContested, isStronglyPreferred } from './rules.ts';
import { type Entry, type Out, type State, setOf } from './state.ts';

/** A poll about a vertex succeeded: a vote for it and for everything it builds on. Returns their hashes, it first. */
export function creditAncestry(state: State, digest: string, poll: number, out: Out, ctx: Ctx): readonly string[] {
  const ancestry = undecidedAncestry(state, digest);
  for (const each of ancestry) {
    const entry = state.entries.get(each);
    if (entry === undefined || !credit(setOf(state, entry.vertex.slot), each, ctx.mutant)) continue;
    state.flippedAt = poll;
    out.note(NOTE.flips);
  }
  return ancestry;
}

/**
 * A poll about a vertex failed: its counter and those of everything it builds on start again. Where rivals in its ancestry
 * explain the failure, only theirs and what builds on them: else one liar could hold up everybody, as Amores-Sesar, Cachin and
 * Tedeschi show (When is Spring coming?, arXiv 2210.03423). For the same reason what fails with a loser leaves alone the winner's
 * counter, and those of what the loser builds on: who goes on building on its own rejected past would start them again for ever.
 */
export function failAncestry(state: State, digest: string, ctx: Ctx): void {
  const isLost = !isStronglyPreferred(state, digest);
  const isExplained = isContested(state, digest);
  for (const each of undecidedAncestry(state, digest)) {
    const entry = state.entries.get(each);
    if (entry === undefined) continue;
    if (each !== digest && isLost && isStronglyPreferred(state, each)) continue;
    if (each !== digest && isExplained && !isContested(state, each)) continue;
    const set = setOf(state, entry.vertex.slot);
    if (set.last === '' || set.last === each) fail(set, ctx.mutant);
  }
}

/** Accepts what can be among these vertices, and then what builds on it. */
export function acceptReady(state: State, digests: readonly string[], poll: number, out: Out, ctx: Ctx): void {
  const open = [...digests];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const entry = state.entries.get(digest);
    if (entry === undefined || entry.isAccepted || entry.isRejected) continue;
    const set = setOf(state, entry.vertex.slot);
    if (!isAcceptable(set, digest, ctx.config)) continue;
    if (!entry.vertex.parents.every((parent) => state.entries.get(parent)?.isAccepted === true)) continue;
    out.note(set.members.length === 1 ? NOTE.early : NOTE.late);
    accept(state, digest, entry, poll, out, ctx);
    open.push(...entry.children);
  }
}

/** Accepts a vertex for good: durable, executed, its rivals rejected. */
export function accept(state: State, digest: string, entry: Entry, poll: number, out: Out, ctx: Ctx): void {
  const { vertex, proof } = entry;
  out.persist({ kind: 'accepted', vertex, proof });
  const lost = markAccepted(state, digest, entry, ctx);
  if (lost > 0) out.note(NOTE.rejected);
  out.decide({ slot: vertex.slot, epoch: poll, digest, value: vertex, certificate: null });
}

/** The same without telling anybody, for what is read from disk. Returns how many vertices were rejected that built on a loser. */
export function markAccepted(state: State, digest: string, entry: Entry, ctx: Ctx): number {
  const { vertex } = entry;
  const set = setOf(state, vertex.slot);
  entry.isAccepted = true;
  set.accepted = digest;
  set.preferred = digest;
  state.accepted.push(digest);
  state.acceptedSlot = Math.max(state.acceptedSlot, vertex.slot);
  for (const { batch } of vertex.batches) {
    executeBatch(state.ledger, batch, ctx.validatorCount);
    state.inFlight.delete(batchKey(batch));
    state.patience.delete(batchKey(batch));
  }
  removeBatches(state.pool, vertex.batches);
  state.waiting = sizeOf(state.pool).batches;
  let lost = 0;
  for (const rival of set.members) if (rival !== digest) lost += reject(state, rival) - 1;
  return lost;
}

/** A vertex and all that builds on it can never be accepted: their batches wait again. Returns how many they are. */
function reject(state: State, first: string): number {
  let count = 0;
  const open = [first];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    const entry = state.entries.get(digest);
    if (entry === undefined || entry.isRejected) continue;
    entry.isRejected = true;
    count++;
    for (const { batch } of entry.vertex.batches) {
      if (state.inFlight.get(batchKey(batch)) === digest) state.inFlight.delete(batchKey(batch));
    }
    state.tips.delete(digest);
    for (const parent of entry.vertex.parents) restoreTip(state, parent);
    open.push(...entry.children);
  }
  return count;
}

/** What only losers build on is built on again. */
function restoreTip(state: State, digest: string): void {
  const entry = state.entries.get(digest);
  if (entry === undefined || entry.isRejected) return;
  if (entry.children.every((child) => state.entries.get(child)?.isRejected === true)) state.tips.add(digest);
}

/** A vertex and its ancestors, as far as they are neither accepted nor rejected. */
function undecidedAncestry(state: State, digest: string): string[] {
  const found = new Set<string>();
  const open = [digest];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entry = state.entries.get(next);
    if (entry === undefined || entry.isAccepted || entry.isRejected || found.has(next)) continue;
    found.add(next);
    open.push(...entry.vertex.parents);
  }
  return [...found];
}
