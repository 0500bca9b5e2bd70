/**
 * VIEW-CHANGE and NEW-VIEW: when a primary fails, the next one goes on with what may have been decided, by either path.
 * Ref: SBFT, arXiv 1804.01626, §V-G (choice of the value); PBFT §4.4 (messages), §4.5.2 (the three rules of liveness).
 */
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import { isHelperOf } from '../common/relay.ts';
import { followerCount, highestPrepared, viewMicros, viewToJoin } from '../common/views.ts';
import type { SignedMessage, SignedRef } from '../protocol.ts';
import { armView } from './height.ts';
import type { Claim, Justification, ViewChange } from './messages.ts';
import { NOTE } from './notes.ts';
import { freshBlock, propose } from './proposal.ts';
import { type Choice, type Ctx, chooseValue, reportForChange, verifyCertificate } from './rules.ts';
import { reportOf, voteMessage } from './signing.ts';
import { currentRound, moveToView, type Out, type State } from './state.ts';
import { checkPlace, isChecked } from './validity.ts';
import { keepCertificate } from './votes.ts';

/** The view's time is over: on to the next; or, while too few have followed us into this one, tell them again. */
export function onViewTimer(state: State, height: number, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (height !== state.height || view !== state.view) return;
  if (state.isTimed) {
    out.note(NOTE.timedOut);
    enterChange(state, view + 1, now, out, ctx);
  } else {
    out.note(NOTE.repeatedChange);
    askForView(state, out, ctx);
  }
  afterChange(state, now, out, ctx);
}

/** Leaves the view in progress for `view`: from now on nothing is said in lower ones. */
function enterChange(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  out.cancelTimer({ kind: 'fast', height: state.height, view: state.view });
  keepCertificate(state, out);
  out.persist({ kind: 'view', height: state.height, view });
  moveToView(state, view);
  state.phase = 'changing';
  state.changeCount++;
  state.progressAt = now;
  askForView(state, out, ctx);
}

/**
 * Our VIEW-CHANGE for the view in progress, with the last VOTE and the certificate we are locked on. The view's time runs once n − f
 * want it; until then the timer only repeats this message. Ref: PBFT §4.5.2, first rule.
 */
export function askForView(state: State, out: Out, ctx: Ctx): void {
  armView(state, viewMicros(0, ctx), out);
  state.isTimed = false;
  const { height, view } = state;
  const { voted, prepared } = reportForChange({ voted: state.voted, prepared: state.prepared }, ctx.mutant);
  const blocks = voted === null ? [] : [voted.block];
  if (prepared !== null && prepared.digest !== voted?.digest) blocks.push(prepared.block);
  const votes = prepared?.votes ?? [];
  const message: ViewChange = { type: 'view-change', height, view, ...reportOf({ voted, prepared }), votes, blocks };
  state.changes.set(state.self, { message, proof: out.broadcast(message) });
}

/** A VIEW-CHANGE for the height in progress. Kept if its claims are sound and it is newer than its sender's last. */
export function onViewChange(
  state: State,
  message: ViewChange,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { signer } = proof;
  if (signer === state.self) return;
  const last = state.changes.get(signer);
  if (last !== undefined && last.message.view >= message.view) {
    passProposalOn(state, signer, message.view, out);
    return out.note(NOTE.oldChange);
  }
  const proved = checkedChange(state, message, ctx);
  if (typeof proved === 'string') return out.note(proved);
  state.changes.set(signer, { message: proved, proof });
  afterChange(state, now, out, ctx);
}

/** Who asks again for a view that has its NEW-VIEW missed it: it proves itself, whoever passes it on. */
function passProposalOn(state: State, peer: number, wanted: number, out: Out): void {
  const { proposal } = currentRound(state);
  if (wanted > state.view || state.view === 0 || proposal === null) return;
  if (state.primary === state.self || isHelperOf(state, peer)) out.relay(peer, proposal.message, proposal.proof);
}

/**
 * The message with votes that are known to hold, or why it is refused: behind every claim stands a block that may follow our last one,
 * and behind a prepared one its certificate. A view has one prepared digest at most, so that one verified certificate vouches for every
 * equal claim, and stands in for whatever came with it: a liar must not get an unread certificate into our NEW-VIEW.
 */
function checkedChange(state: State, message: ViewChange, ctx: Ctx): ViewChange | string {
  const { voted, prepared, blocks } = message;
  for (const claim of [voted, prepared]) {
    if (claim !== null && !isSound(state, claim, message, ctx)) return NOTE.badClaim;
  }
  const digests = blocks.map(blockHash);
  const isIdle = digests.some((digest) => digest !== voted?.digest && digest !== prepared?.digest);
  if (isIdle || new Set(digests).size < digests.length) return NOTE.badClaim;
  if (prepared === null) return message.votes.length === 0 ? message : NOTE.badClaim;
  const known = knownVotes(state, prepared);
  if (known !== null) return { ...message, votes: known };
  const vote = voteMessage(state.height, prepared.view, prepared.digest);
  return verifyCertificate(vote, message.votes, state.quorums.normal, ctx) ?? message;
}

/** Whether a block that may follow our last one comes with the claim, and was made in time for it. */
function isSound(state: State, claim: Claim, { view, blocks }: ViewChange, ctx: Ctx): boolean {
  const block = blocks.find((candidate) => blockHash(candidate) === claim.digest);
  if (block === undefined || claim.view >= view || block.epoch > claim.view) return false;
  if (isChecked(state, block)) return true;
  return checkPlace(state, block) === null && checkBlock(state.ledger, block, blockRules(ctx)) === null;
}

/** The votes of an equal claim that was verified before. */
function knownVotes(state: State, { view, digest }: Claim): readonly SignedRef[] | null {
  const { prepared } = state;
  if (prepared?.view === view && prepared.digest === digest) return prepared.votes;
  for (const { message } of state.changes.values()) {
    if (message.prepared?.view === view && message.prepared.digest === digest) return message.votes;
  }
  return null;
}

/** What the VIEW-CHANGEs at hand ask for now. */
function afterChange(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const next = (): number | null => viewToJoin(state, state.validatorCount);
  for (let view = next(); view !== null; view = next()) {
    out.note(NOTE.joined);
    enterChange(state, view, now, out, ctx);
  }
  if (state.phase !== 'changing') return;
  const following = followerCount(state);
  if (following >= state.quorums.change && !state.isTimed) armView(state, viewMicros(state.view, ctx), out);
  if (state.primary === state.self) tryNewView(state, now, out, ctx);
}

/** The new primary's move: n − f VIEW-CHANGEs decide which block it must propose. Ref: SBFT §V-G, `rules.ts` `chooseValue`. */
function tryNewView(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { quorums, height, view } = state;
  const signed = [...state.changes.values()].filter(({ message }) => message.view === view);
  if (signed.length < quorums.change) return;
  const changes = signed.slice(0, quorums.change);
  const reports = changes.map(({ message }) => message);
  const choice = chooseValue(reports, quorums.vouch, ctx.mutant);
  out.note(choice === null ? NOTE.choseFree : choice.isPrepared ? NOTE.chosePrepared : NOTE.choseFast);
  const justification: Justification = {
    changes: changes.map(({ message, proof }) => ({ ...proof, ...reportOf(message) })),
    certificate: choice?.isPrepared === true ? certificateBehind(reports) : [],
  };
  const block = choice === null ? freshBlock(state, ctx) : blockOf(choice, changes);
  if (block !== null) propose(state, { type: 'proposal', height, view, block, justification }, now, out, ctx);
}

/** The block that was chosen; whoever claims a digest brings its block, so it is there. */
function blockOf({ digest }: Choice, changes: readonly SignedMessage<ViewChange>[]): Block | null {
  for (const { message } of changes) {
    for (const block of message.blocks) if (blockHash(block) === digest) return block;
  }
  return null;
}

/** The certificate of the highest claim; every claim at hand was verified when it came. */
function certificateBehind(changes: readonly ViewChange[]): readonly SignedRef[] {
  const highest = highestPrepared(changes);
  return changes.find(({ prepared }) => prepared === highest)?.votes ?? [];
}
