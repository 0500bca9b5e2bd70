/** Asking others for what we miss: executed requests of those who are ahead, and requests behind digests. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Status } from './messages.ts';
import type { Ctx } from './rules.ts';
import { executedOf, type Out, type State, slotsAscending } from './state.ts';

/** Remembers what a peer has executed. */
export function learn(state: State, peer: NodeIndex, executed: number): void {
  if (executed > (state.known[peer] ?? 0)) state.known[peer] = executed;
}

export function ownStatus(state: State): Status {
  const { stable, view, isChanging } = state;
  return { type: 'status', executed: executedOf(state), stable: stable.sequence, view, isChanging };
}

/** The next replica after the one asked last that has executed more than we have; null when none is known. */
export function nextAhead(state: State): NodeIndex | null {
  const last = state.asked?.peer ?? state.self;
  for (let step = 1; step <= state.validatorCount; step++) {
    const peer = (last + step) % state.validatorCount;
    if (peer !== state.self && (state.known[peer] ?? 0) > executedOf(state)) return peer;
  }
  return null;
}

/**
 * Asks `peer` for what follows our last execution, unless an answer is due. When the last one asked kept silent, another that
 * is ahead comes first, so that a liar about its state cannot keep us from those who have it.
 */
export function requestState(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  const { asked } = state;
  if (asked !== null && now < asked.retryAt) return;
  const target = asked !== null && !asked.hasAnswered ? (nextAhead(state) ?? peer) : peer;
  if (target === state.self) return;
  state.asked = { peer: target, retryAt: now + ctx.config.statusMicros, hasAnswered: false };
  out.send(target, { type: 'state-request', sequence: executedOf(state) + 1 });
}

/**
 * Asks for the requests behind digests that are assigned or committed and not here. A quorum prepared them, so f+1 correct
 * replicas have them: each time another peer is asked.
 */
export function fetchMissing(state: State, out: Out): void {
  for (const slot of slotsAscending(state)) {
    if (slot.sequence <= executedOf(state)) continue;
    const digest = slot.committed?.digest ?? slot.rounds.get(state.view)?.digest ?? '';
    if (digest === '' || slot.requests.has(digest)) continue;
    const peers = holdersOf(state, slot.sequence, slot.committed?.votes ?? []);
    const peer = peers[state.fetchTurn++ % Math.max(1, peers.length)];
    if (peer !== undefined) out.send(peer, { type: 'fetch', sequence: slot.sequence, digest });
  }
}

/** Who voted for it where that is known; everyone else otherwise. */
function holdersOf(state: State, sequence: number, votes: readonly { readonly signer: NodeIndex }[]): NodeIndex[] {
  const assigned = state.newView?.message.assignments.find((item) => item.sequence === sequence)?.votes ?? [];
  const voters = (votes.length > 0 ? votes : assigned).map(({ signer }) => signer);
  const everyone = Array.from({ length: state.validatorCount }, (_, node) => node);
  return (voters.length > 0 ? voters : everyone).filter((node) => node !== state.self);
}
