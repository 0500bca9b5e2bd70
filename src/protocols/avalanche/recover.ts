/** The state after a crash, from what is on disk: accepted vertices, and our own that were issued. */
import { markAccepted } from './accept.ts';
import { place } from './place.ts';
import type { Ctx } from './rules.ts';
import { vertexDigest } from './signing.ts';
import { createState, type Durable, type State } from './state.ts';

/**
 * Preferences, counters and the mempool are forgotten: a node that returns asks anew. It accepts nothing against what it
 * accepted, and issues no second vertex for a slot.
 */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const { kind, vertex, proof } of records) {
    if (kind === 'issued') {
      state.issuedSlot = Math.max(state.issuedSlot, vertex.slot);
      continue;
    }
    const entry = place(state, vertex, proof, ctx);
    if (!entry.isAccepted) markAccepted(state, vertexDigest(vertex), entry, ctx);
  }
  for (const record of records) if (record.kind === 'issued') replayIssued(state, record, ctx);
  return state;
}

/** An own vertex whose parents were lost with the memory waits for them like a stranger's. */
function replayIssued(state: State, { vertex, proof }: Durable, ctx: Ctx): void {
  const digest = vertexDigest(vertex);
  if (state.entries.has(digest)) return;
  const unknown = vertex.parents.filter((parent) => !state.entries.has(parent));
  if (unknown.length === 0) {
    place(state, vertex, proof, ctx);
    return;
  }
  state.orphans.set(digest, { vertex, proof });
  for (const parent of unknown) {
    const entry = state.missing.get(parent) ?? { attempts: 0, orphans: [] };
    entry.orphans.push(digest);
    state.missing.set(parent, entry);
  }
}
