/**
 * VIEW-CHANGE and NEW-VIEW: when a primary fails, the next one goes on with what may have been decided.
 * Ref: PBFT §4.4 (messages, choice of the value), §4.5.2 (the three rules of liveness).
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import { isHelperOf } from '../common/relay.ts';
import { claimOf, followerCount, highestPrepared, viewMicros, viewToJoin } from '../common/views.ts';
import type { SignedRef } from '../protocol.ts';
import { armView } from './height.ts';
import type { Justification, Prepared, ViewChange } from './messages.ts';
import { NOTE } from './notes.ts';
import { freshBlock, propose } from './proposal.ts';
import { type Ctx, claimForChange, verifyCertificate } from './rules.ts';
import { prepareMessage } from './signing.ts';
import { currentRound, isVoter, moveToView, type Out, type State } from './state.ts';
import { checkPlace } from './validity.ts';

/** The view's time is over: on to the next; or, while too few have followed us into this one, tell them again. */
export function onViewTimer(state: State, height: number, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (height !== state.height || view !== state.view || !isVoter(state)) return;
  if (state.isTimed) {
    out.note(NOTE.timedOut);
    return startViewChange(state, view + 1, now, out, ctx);
  }
  out.note(NOTE.repeatedChange);
  askForView(state, out, ctx);
  afterChange(state, now, out, ctx);
}

/** Leaves the view in progress for `view`: from now on nothing is said in lower ones. */
function startViewChange(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  enterChange(state, view, now, out, ctx);
  afterChange(state, now, out, ctx);
}

function enterChange(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'view', height: state.height, view });
  moveToView(state, view, ctx);
  state.phase = 'changing';
  state.changeCount++;
  state.progressAt = now;
  askForView(state, out, ctx);
}

/**
 * Our VIEW-CHANGE for the view in progress, with the certificate we are locked on. The view's time runs once a quorum wants it;
 * until then the timer only repeats this message. Ref: §4.5.2, first rule.
 */
export function askForView(state: State, out: Out, ctx: Ctx): void {
  armView(state, viewMicros(0, ctx), out);
  state.isTimed = false;
  const { height, view } = state;
  const message: ViewChange = {
    type: 'view-change',
    height,
    view,
    prepared: claimForChange(state.prepared, ctx.mutant),
  };
  state.changes.set(state.self, { message, proof: out.broadcast(message) });
}

/** A VIEW-CHANGE for the height in progress. Kept if its claim is proved and it is newer than its sender's last. */
export function onViewChange(
  state: State,
  message: ViewChange,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { signer } = proof;
  if (state.isMember[signer] !== true) return out.note(NOTE.notMember);
  if (signer === state.self) return;
  const last = state.changes.get(signer);
  if (last !== undefined && last.message.view >= message.view) {
    passProposalOn(state, signer, message.view, out);
    return out.note(NOTE.oldChange);
  }
  const prepared = message.prepared === null ? null : provedClaim(state, message, message.prepared, ctx);
  if (typeof prepared === 'string') return out.note(prepared);
  state.changes.set(signer, { message: { ...message, prepared }, proof });
  afterChange(state, now, out, ctx);
}

/** Who asks again for a view that has its NEW-VIEW missed it: it proves itself, whoever passes it on. */
function passProposalOn(state: State, peer: NodeIndex, wanted: number, out: Out): void {
  const { proposal } = currentRound(state);
  if (wanted > state.view || state.view === 0 || proposal === null) return;
  if (state.leader === state.self || isHelperOf(state, peer)) out.relay(peer, proposal.message, proposal.proof);
}

/**
 * The claim with a certificate that is known to hold, or why it is refused: the block must have been prepared as claimed and
 * may follow our last one. A view has one prepared digest at most, so that one verified certificate vouches for every equal
 * claim, and stands in with its block for whatever came with it: a liar must not get anything unread into our NEW-VIEW.
 */
function provedClaim(state: State, message: ViewChange, prepared: Prepared, ctx: Ctx): Prepared | string {
  const { block, digest, view, votes } = prepared;
  if (block === null || view >= message.view || blockHash(block) !== digest || block.epoch > view) return NOTE.badClaim;
  const known = knownClaim(state, view, digest);
  if (known !== null) return known;
  const refusal = verifyCertificate(prepareMessage(state.height, view, digest), votes, state, ctx);
  if (refusal !== null) return refusal;
  if (checkPlace(state, block, ctx) !== null) return NOTE.badClaim;
  return checkBlock(state.ledger, block, blockRules(ctx)) === null ? prepared : NOTE.badClaim;
}

/** An equal claim that was verified before. */
function knownClaim(state: State, view: number, digest: string): Prepared | null {
  const isEqual = (claim: Prepared | null) => claim?.view === view && claim.digest === digest;
  if (isEqual(state.prepared)) return state.prepared;
  for (const { message } of state.changes.values()) if (isEqual(message.prepared)) return message.prepared;
  return null;
}

/** What the VIEW-CHANGEs at hand ask for now. */
function afterChange(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (!isVoter(state)) return;
  const next = (): number | null => viewToJoin(state, state.members.length);
  for (let view = next(); view !== null; view = next()) {
    out.note(NOTE.joined);
    enterChange(state, view, now, out, ctx);
  }
  if (state.phase !== 'changing') return;
  const following = followerCount(state);
  if (following >= state.quorum && !state.isTimed) armView(state, viewMicros(state.view, ctx), out);
  if (state.leader === state.self) tryNewView(state, now, out, ctx);
}

/** The new primary's move: a quorum of VIEW-CHANGEs decides which block it must propose. Ref: §4.4. */
function tryNewView(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const signed = [...state.changes.values()].filter(({ message }) => message.view === state.view);
  if (signed.length < state.quorum) return;
  out.note(NOTE.newView);
  const changes = signed.slice(0, state.quorum);
  // Every claim at hand was verified when it came.
  const chosen = highestPrepared(changes.map(({ message }) => message));
  const justification: Justification = {
    changes: changes.map(({ message, proof }) => ({ ...proof, prepared: claimOf(message.prepared) })),
    certificate: chosen?.votes ?? [],
  };
  const block = chosen?.block ?? freshBlock(state, ctx);
  propose(state, { type: 'proposal', height: state.height, view: state.view, block, justification }, now, out, ctx);
}
