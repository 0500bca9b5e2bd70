/** The DAG: taking vertices in, waiting for parents, choosing parents. Ref: Avalanche; implementation. */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, scale } from '../../core/prng.ts';
import { holdsBatch } from '../../ledger/mempool.ts';
import type { SignedRef } from '../protocol.ts';
import { forgetMissing, request } from './exchange.ts';
import type { Vertex } from './messages.ts';
import { NOTE } from './notes.ts';
import { batchKey, place } from './place.ts';
import { type Ctx, isSupported, isWellFormed } from './rules.ts';
import { vertexDigest } from './signing.ts';
import { type Out, type State, setOf } from './state.ts';

/** Vertices that may wait for parents. */
const ORPHANS_MAX = 1024;

/** Takes a vertex in, and everything that waited for it; or keeps it until its parents have come, asking `from` for them. */
export function takeIn(state: State, vertex: Vertex, proof: SignedRef, from: NodeIndex, out: Out, ctx: Ctx): void {
  const digest = vertexDigest(vertex);
  if (state.entries.has(digest) || state.orphans.has(digest)) return;
  if (!isWellFormed(vertex, ctx)) return out.note(NOTE.badVertex);
  if (!areSigned(state, vertex, ctx)) return out.note(NOTE.badBatch);
  const unknown = vertex.parents.filter((parent) => !state.entries.has(parent));
  if (unknown.length === 0) return insertAll(state, vertex, proof, out, ctx);
  if (state.orphans.size >= ORPHANS_MAX) return out.note(NOTE.fullOrphans);
  state.orphans.set(digest, { vertex, proof });
  request(state, unknown, from, digest, out, ctx);
}

/** A vertex and, one after the other, the orphans that now have all their parents. */
function insertAll(state: State, vertex: Vertex, proof: SignedRef, out: Out, ctx: Ctx): void {
  const open = [{ vertex, proof }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (state.entries.has(vertexDigest(next.vertex))) continue;
    insert(state, next.vertex, next.proof, out, ctx);
    for (const orphan of forgetMissing(state, vertexDigest(next.vertex))) {
      const waiting = state.orphans.get(orphan);
      if (waiting === undefined || !waiting.vertex.parents.every((parent) => state.entries.has(parent))) continue;
      state.orphans.delete(orphan);
      open.push(waiting);
    }
  }
}

/** Ref: Avalanche (onReceiveTx). */
function insert(state: State, vertex: Vertex, proof: SignedRef, out: Out, ctx: Ctx): void {
  place(state, vertex, proof, ctx);
  const { members } = setOf(state, vertex.slot);
  if (members.length > 1) noteRival(state, vertex, proof, members[0] ?? '', out);
}

/** Two vertices of one issuer for one slot prove that it lied. */
function noteRival(state: State, vertex: Vertex, proof: SignedRef, rival: string, out: Out): void {
  out.note(NOTE.rogue);
  const other = state.entries.get(rival);
  if (other === undefined || other.vertex.issuer !== vertex.issuer) return;
  const first = { message: other.vertex, proof: other.proof };
  out.evidence(vertex.issuer, 'two vertices for one slot', first, { message: vertex, proof });
}

/** Whether every batch is a known client's own, and none is there twice. */
function areSigned(state: State, { batches }: Vertex, ctx: Ctx): boolean {
  const seen = new Set<number>();
  for (const signed of batches) {
    const { batch, signature } = signed;
    if (batch.client < ctx.validatorCount || batch.client >= ctx.validatorCount + ctx.clientCount) return false;
    if (seen.has(batchKey(batch))) return false;
    seen.add(batchKey(batch));
    if (!holdsBatch(state.pool, signed) && !ctx.verify(batch.client, batch, signature)) return false;
  }
  return true;
}

/**
 * Parents for a new vertex, hashes: supported ones from the frontier, chosen at random; where a tip is not
 * supported, what it builds on instead. Highest slot first. Ref: implementation (parent selection).
 */
export function chooseParents(state: State, isDaring: boolean, ctx: Ctx): string[] {
  const found = frontier(state, isDaring);
  const chosen: string[] = [];
  while (chosen.length < ctx.config.parentCount && found.length > 0) {
    const at = scale(draw(ctx.random, state.drawn++), found.length);
    chosen.push(...found.splice(at, 1));
  }
  const slot = (digest: string): number => state.entries.get(digest)?.vertex.slot ?? 0;
  return chosen.sort((a, b) => slot(b) - slot(a));
}

function frontier(state: State, isDaring: boolean): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const open = [...state.tips];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (isSupported(state, next, isDaring)) found.push(next);
    else open.push(...(state.entries.get(next)?.vertex.parents ?? []));
  }
  return found;
}
