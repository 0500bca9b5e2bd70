/** What only a traitor of the Avalanche family can do: vertices that contradict each other, and answers that keep others apart. */
import { pendingBatches } from '../../ledger/mempool.ts';
import type { AdversaryHooks } from '../protocol.ts';
import type { AvalancheConfig } from './config.ts';
import type { Chit, Message, Vertex } from './messages.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, AvalancheConfig> = {
  conflicting(message, state, ctx) {
    if (message.type === 'vertex') return rogue(message, state);
    if (message.type === 'chit')
      return ctx.config.mode === 'avalanche' ? opposite(message, state) : minority(message, state);
    return null;
  },
  // Answers are asked for one by one: an unasked one in another's name counts for nothing.
  forgeries: () => [],
  transplant: () => null,
  inflate: () => null,
};

/** Another vertex for the same slot: with no batches where it has some, with one that waits where it has none, or on fewer parents. */
function rogue(vertex: Vertex, state: State): Vertex | null {
  if (vertex.batches.length > 0) return { ...vertex, batches: [] };
  const waiting = pendingBatches(state.pool)[0];
  if (waiting !== undefined) return { ...vertex, batches: [waiting] };
  return vertex.parents.length > 1 ? { ...vertex, parents: vertex.parents.slice(0, -1) } : null;
}

/** No where it thinks yes, yes where it thinks no. */
function opposite(chit: Chit, state: State): Chit | null {
  const asked = state.lastAsked;
  if (asked === null || asked.poll !== chit.poll) return null;
  return { ...chit, prefers: asked.vertices.map((digest, i) => (chit.prefers[i] === '' ? digest : '')) };
}

/**
 * The colour that is behind, as the queries of all others tell: whoever leads is held back, so that the network stays split. Ref:
 * Kniep, Laval, Sliwinski, Wattenhofer, Quantifying Liveness and Safety of Avalanche's Snowball, arXiv 2409.02217.
 */
function minority(chit: Chit, state: State): Chit | null {
  const set = state.sets.get(chit.slot);
  if (set === undefined || set.members.length < 2) return null;
  const weights = set.members.map(
    (colour) => state.askedWith.filter((asked) => asked.slot === chit.slot && asked.colour === colour).length,
  );
  const held = weights.filter((weight) => weight > 0);
  // Where all hold the same colour, any other is behind.
  const behind = weights.indexOf(held.length > 1 ? Math.min(...held) : 0);
  return { ...chit, prefers: [set.members[Math.max(0, behind)] ?? ''] };
}
