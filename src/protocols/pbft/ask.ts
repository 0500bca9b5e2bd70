/** Asking others for what we miss: executed requests of those who are ahead, and requests behind digests. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { whomToAsk } from '../common/chain/catch-up.ts';
import type { Status } from './messages.ts';
import type { Ctx } from './rules.ts';
import { executedOf, type Out, type State, slotsAscending } from './state.ts';

export function ownStatus(state: State): Status {
  const { stable, view, isChanging } = state;
  return { type: 'status', executed: executedOf(state), stable: stable.sequence, view, isChanging };
}

/** Asks `peer` for what follows our last execution, unless an answer is due. */
export function requestState(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  const target = whomToAsk(state, peer, now, ctx.config.statusMicros);
  if (target !== null) out.send(target, { type: 'state-request', sequence: executedOf(state) + 1 });
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
