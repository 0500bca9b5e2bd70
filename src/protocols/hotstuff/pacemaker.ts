/**
 * The pacemaker: which view we are in, and for how long. The paper leaves view synchronisation open (§4.4, §6): this one is the
 * wish-and-quorum synchroniser of Bravo, Chockler & Gotsman, "Making Byzantine Consensus Live", DISC 2020. A view ends with its
 * certificate, without a word more; only when it does not, everyone tells everyone which view it wants.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import type { SignedRef } from '../protocol.ts';
import { onCertificate } from './certify.ts';
import type { NewView } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { viewOf, wishOf } from './signing.ts';
import { isChained, type Out, type State } from './state.ts';
import { enterView, isWanted, newViewOf, wishedBy } from './view.ts';
import { onVote } from './votes.ts';

/** The view has had its time: nothing is voted for in it any more. Ref: Algorithm 2, line 37 (nextView interrupt). */
export function onViewTimer(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (view !== state.view) return;
  out.setTimer({ kind: 'view', view }, ctx.config.statusMicros);
  if (state.wish > view) {
    out.note(NOTE.repeated);
    return sayWish(state, now, out, ctx);
  }
  out.note(NOTE.timedOut);
  giveUp(state, view + 1, now, out, ctx);
}

/** Asks everyone for a view above ours. */
function giveUp(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  state.changeCount++;
  state.wish = view;
  state.wishes[state.self] = view;
  out.persist({ kind: 'wish', view });
  sayWish(state, now, out, ctx);
  onWish(state, now, out, ctx);
}

/**
 * NEW-VIEW to all. In the chained form our last vote before it: its collector may have failed, and with n = 4 there would be no
 * four leaders in a row to make three blocks and the certificate of the third.
 */
export function sayWish(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { lastVote, self } = state;
  if (isChained(state) && lastVote !== null && lastVote.view > viewOf(state.highQc)) {
    onVote(state, lastVote, out.broadcast(lastVote), now, out, ctx);
  }
  const message = newViewOf(state);
  keepWish(state, self, message, out.broadcast(message));
}

/** The two-chain form proves with these that a quorum gave a view up. */
function keepWish(state: State, node: NodeIndex, message: NewView, proof: SignedRef): void {
  const known = state.wishProofs[node] ?? null;
  if (state.mode !== 'two-chain' || (known !== null && known.view > message.view)) return;
  state.wishProofs[node] = wishOf(message, proof);
}

/** Somebody wants a view, or we do. Who is behind the certificate we hold is shown it. */
export function onNewView(state: State, message: NewView, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const from = proof.signer;
  if (isHeard(state, message, ctx)) {
    const isNewer = viewOf(message.highQc) > viewOf(state.highQc);
    if (isNewer && !onCertificate(state, message.highQc, from, now, out, ctx)) return;
  }
  keepWish(state, from, message, proof);
  if (message.view > (state.wishes[from] ?? 0)) state.wishes[from] = message.view;
  if (message.view <= viewOf(state.highQc)) {
    out.send(from, { type: 'sync-response', entries: [], highQc: state.highQc });
  } else if (message.view >= state.view) {
    onWish(state, now, out, ctx);
  }
}

/**
 * Whether the certificate of a NEW-VIEW is looked at: always. The mutant's leader is impatient: it goes by the first quorum for
 * its own view and hears nothing else. Ref: §4.4 (why two phases do not suffice).
 */
function isHeard(state: State, { view }: NewView, { mutant }: Ctx): boolean {
  if (mutant === 'two-chain-stale-qc') return false;
  if (mutant !== 'hotstuff-two-phase') return true;
  return view % state.validatorCount === state.self && !isWanted(state, view);
}

/** f+1 wishes above ours, hence a correct one: we join. A quorum of them: the view begins. Ref: DISC 2020, §3. */
function onWish(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const joinable = wishedBy(state, oneCorrect(state.validatorCount));
  if (joinable > state.wish && joinable > state.view) {
    out.note(NOTE.joined);
    return giveUp(state, joinable, now, out, ctx);
  }
  const wanted = wishedBy(state, state.quorum);
  if (wanted > state.view) enterView(state, wanted, true, out, ctx);
}
