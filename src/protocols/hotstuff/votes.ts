/** Votes and what a quorum of them makes: certificates, and the phases of the basic form. Ref: Algorithm 2; Algorithm 3. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addVote, votesFor } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import { requestBlock } from './ask.ts';
import { adopt, onCertificate } from './certify.ts';
import { choiceOf, reportVotes } from './evidence.ts';
import { type PhaseMessage, type Qc, QC_PHASES, type Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, mayVote, nextMessage, phasesOf } from './rules.ts';
import { phaseOf, viewOf, voteMessage } from './signing.ts';
import { collectorOf, isChained, leaderOf, type Out, recordVote, roundAt, type State, tallyOf } from './state.ts';
import { isBlockMissing, raiseLock } from './tree.ts';
import { tellLeader } from './view.ts';

/** Our vote: on disk, then to the one that collects it. */
export function sendVote(state: State, vote: Vote, now: Micros, out: Out, ctx: Ctx): void {
  recordVote(state, vote);
  out.persist({ kind: 'voted', vote });
  const collector = collectorOf(vote.view, state);
  if (collector === state.self) onVote(state, vote, out.sign(vote), now, out, ctx);
  else out.send(collector, vote);
}

/** A vote, ours or of `proof.signer`. Called for every vote: nothing is verified twice, little is allocated. */
export function onVote(state: State, message: Vote, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = roundAt(state, message.view);
  if (round === null) return out.note(NOTE.viewTooFar);
  const phase = phaseOf(message.type);
  const tally = tallyOf(round, phase, state.validatorCount);
  const choice = choiceOf(message);
  const outcome = addVote(tally, proof.signer, choice, proof, true);
  if (outcome === 'conflicting') return reportVotes(state, tally, message, proof, out);
  const votes = votesFor(tally, choice);
  if (outcome === 'repeated' || votes.length < state.quorum) return;
  const { view, height, digest } = message;
  if (isChained(state) && (phase !== 'prepare' || view <= viewOf(state.highQc))) return;
  const qc: Qc = { phase, view, height, digest, votes: votes.slice(0, state.quorum) };
  if (!isChained(state)) return show(state, qc, now, out, ctx);
  out.note(NOTE.certified);
  adopt(state, qc, out, ctx);
  if (isBlockMissing(state)) requestBlock(state, qc, state.self, now, out, ctx);
}

/** The leader of the basic form shows the certificate of a phase, once, while its view lasts; and hears itself. */
function show(state: State, qc: Qc, now: Micros, out: Out, ctx: Ctx): void {
  const round = roundAt(state, qc.view);
  const position = QC_PHASES.indexOf(qc.phase);
  if (qc.view !== state.view || state.leader !== state.self || state.wish > state.view) return;
  if (round === null || round.shownCount > position) return;
  round.shownCount = position + 1;
  out.note(NOTE.certified);
  const message: PhaseMessage = { type: nextMessage(qc.phase, ctx.mutant), qc };
  out.broadcast(message);
  followPhase(state, message, now, out, ctx);
}

/** PRE-COMMIT, COMMIT or DECIDE of the leader of a view. Ref: Algorithm 2, lines 17–35. */
export function onPhase(state: State, from: NodeIndex, message: PhaseMessage, now: Micros, out: Out, ctx: Ctx): void {
  const { qc } = message;
  if (isChained(state) || qc.phase !== phasesOf(message.type, ctx.mutant)[0]) return out.note(NOTE.wrongPhase);
  if (leaderOf(qc.view, state.validatorCount) !== from) return out.note(NOTE.notLeader);
  if (qc.height <= state.decided && qc.view < state.view) return;
  if (!onCertificate(state, qc, from, now, out, ctx)) return;
  if (qc.height > state.decided && !state.tree.has(qc.digest)) {
    out.note(NOTE.blockMissing);
    requestBlock(state, qc, from, now, out, ctx);
  }
  followPhase(state, message, now, out, ctx);
}

/** The certificate is valid: lock where it says so, vote for the next phase, or go on to the next view. */
function followPhase(state: State, message: PhaseMessage, now: Micros, out: Out, ctx: Ctx): void {
  const { qc } = message;
  adopt(state, qc, out, ctx);
  if (message.type === 'commit') raiseLock(state, qc);
  const answer = phasesOf(message.type, ctx.mutant)[1];
  if (answer === null) return tellLeader(state, out);
  const { view, height, digest } = qc;
  if (view !== state.view || state.wish > view || !mayVote(state.voted, view, QC_PHASES.indexOf(answer))) return;
  sendVote(state, voteMessage(answer, view, height, digest), now, out, ctx);
}
