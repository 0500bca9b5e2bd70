/** Putting a vertex into its place, whose parents are in theirs: no effects, so that what is on disk can be placed as well. */
import type { Batch } from '../../ledger/types.ts';
import type { SignedRef } from '../protocol.ts';
import type { Vertex } from './messages.ts';
import { addMember, type Ctx } from './rules.ts';
import { vertexDigest } from './signing.ts';
import { type Entry, type State, setOf } from './state.ts';

/** A number for a batch: clients below 2^16, sequences below 2^32. */
export function batchKey({ client, sequence }: Pick<Batch, 'client' | 'sequence'>): number {
  return client * 4_294_967_296 + sequence;
}

export function parentsOf(state: State, vertex: Vertex): Entry[] {
  return vertex.parents.map((parent) => state.entries.get(parent)).filter((entry) => entry !== undefined);
}

/** Its entry, new or known. */
export function place(state: State, vertex: Vertex, proof: SignedRef, ctx: Ctx): Entry {
  const digest = vertexDigest(vertex);
  const known = state.entries.get(digest);
  if (known !== undefined) return known;
  const parents = parentsOf(state, vertex);
  const depth = parents.reduce((most, parent) => Math.max(most, parent.depth), 0) + 1;
  const set = setOf(state, vertex.slot);
  const isRejected = set.accepted !== '' || parents.some((parent) => parent.isRejected);
  const entry: Entry = { vertex, proof, depth, children: [], isAccepted: false, isRejected };
  state.entries.set(digest, entry);
  for (const parent of parents) parent.children.push(digest);
  addMember(set, digest);
  state.seenSlot = Math.max(state.seenSlot, vertex.slot);
  if (isRejected) return entry;
  for (const { batch } of vertex.batches) state.inFlight.set(batchKey(batch), digest);
  if (ctx.config.mode !== 'avalanche') return entry;
  state.tips.add(digest);
  for (const parent of vertex.parents) state.tips.delete(parent);
  state.unpolled.push(digest);
  return entry;
}
