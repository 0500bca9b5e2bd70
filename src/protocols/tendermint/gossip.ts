/**
 * What the paper assumes of gossip (§2.1): what one correct validator received, all receive within Δ after GST. Here messages go
 * point to point and may be lost, so a validator without a decision says where it stands, and the others send what it lacks:
 * their own words of its round, the proposal, the polka they hold if it is newer, and what made them leave its round if they did.
 * Decided blocks are sync.ts's. Nothing else is needed: every other message that a rule waits for is one that a correct validator
 * says itself, and says again.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { SignedMessage } from '../protocol.ts';
import { compare, nextAhead } from '../common/chain/catch-up.ts';
import { ownHeartbeat, requestSync } from './ask.ts';
import { precommitsHeard } from './heard.ts';
import type { Heartbeat, Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { precommitMessage, prevoteMessage } from './signing.ts';
import { currentRound, type Out, proposerAt, type State } from './state.ts';
import { voteOf } from './tally.ts';
import { hear } from './upon.ts';

/** Every period: a heartbeat unless decisions or votes of ours show that we live, a look at who is ahead, the stall watch. */
export function onHeartbeatTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { heartbeatMicros } = ctx.config;
  out.setTimer({ kind: 'heartbeat' }, heartbeatMicros);
  const quietSince = Math.max(state.progressAt, state.scheduledAt);
  if (now < Math.min(quietSince, state.saidAt) + heartbeatMicros) return;
  beat(state, now, out);
  const ahead = nextAhead(state);
  if (ahead !== null) requestSync(state, ahead, now, out, ctx);
  if (!state.isIdle) watchForStall(state, quietSince, now, out, ctx);
}

/** Tells everyone where we stand. */
export function beat(state: State, now: Micros, out: Out): void {
  out.broadcast(ownHeartbeat(state));
  state.beats++;
  state.saidAt = now;
}

/** `consensusStalled` once, when nothing was decided for the configured time; `height.ts` notes the recovery. */
function watchForStall(state: State, quietSince: Micros, now: Micros, out: Out, ctx: Ctx): void {
  const { stallMicros, heartbeatMicros } = ctx.config;
  if (now < quietSince + stallMicros) return;
  if (!state.isStalled) out.note(NOTE.stalled);
  state.isStalled = true;
  const silentSince = now - Math.max(stallMicros, 2 * heartbeatMicros);
  state.silentCount = 0;
  for (const [node, heardAt] of state.heardAt.entries()) {
    if (node !== state.self && heardAt < silentSince) state.silentCount++;
  }
}

export function onHeartbeat(state: State, from: NodeIndex, message: Heartbeat, now: Micros, out: Out, ctx: Ctx): void {
  const standing = compare(state, from, message.height - 1, now);
  if (standing === 'ahead') return requestSync(state, from, now, out, ctx);
  if (standing === 'behind') return void out.send(from, ownHeartbeat(state));
  if (message.step !== 'new-round') hear(state, from, message.round, now, out, ctx);
  if (message.height === state.height) supply(state, from, message, out);
}

/** Sends a peer at our height what it lacks. */
function supply(state: State, peer: NodeIndex, message: Heartbeat, out: Out): void {
  const isHelper = helps(state, peer, message.beat);
  const isProposer = proposerAt(state, state.round) === state.self;
  const { valid, height, self } = state;
  if (valid !== null && valid.round > message.validRound && (isHelper || isProposer)) {
    passOn(peer, valid.signed, out);
    out.send(peer, { type: 'polka', height, round: valid.round, digest: valid.digest, votes: valid.votes });
  }
  if (message.round < state.round) return takeAlong(state, peer, message.round, isHelper, out);
  if (message.round > state.round || state.step === 'new-round') return;
  const { round, proposal, prevotes, precommits } = currentRound(state);
  const isNews = message.step === 'propose' && proposal !== null && proposal !== valid?.signed;
  if (isNews && (isProposer || isHelper)) passOn(peer, proposal, out);
  const prevote = message.step === 'precommit' ? null : voteOf(prevotes, self);
  if (prevote !== null) out.relay(peer, prevoteMessage(height, round, prevote.digest), prevote.proof);
  const precommit = voteOf(precommits, self);
  if (precommit !== null) out.relay(peer, precommitMessage(height, round, precommit.digest), precommit.proof);
}

/**
 * For a peer in a round that we left: the PRECOMMITs heard there. Who left it first held two thirds of the power, perhaps only with
 * a liar's, and without them the others might wait in that round for ever. Ref: line 47.
 */
function takeAlong(state: State, peer: NodeIndex, round: number, isHelper: boolean, out: Out): void {
  for (const { message, proof } of precommitsHeard(state, round)) {
    const isOurs = proof.signer === state.self;
    if (isOurs || (isHelper && proof.signer !== peer)) out.relay(peer, message, proof);
  }
}

/** A proposal as its proposer signed it; that one has its own. */
function passOn(peer: NodeIndex, { message, proof }: SignedMessage<Proposal>, out: Out): void {
  if (proof.signer !== peer) out.relay(peer, message, proof);
}

/**
 * Whether it is on us to send this peer what is large: with every heartbeat it is the turn of the next third of the others, so
 * that not everyone answers, and each correct one does within four heartbeats.
 */
function helps(state: State, peer: NodeIndex, beats: number): boolean {
  const others = state.validatorCount - 1;
  const turn = Math.floor(others / 3) + 1;
  const distance = (state.self - peer - 1 + state.validatorCount) % state.validatorCount;
  return (distance + (beats % state.validatorCount) * turn) % others < turn;
}
