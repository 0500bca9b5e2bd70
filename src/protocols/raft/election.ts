/** Elections: randomised timeouts, pre-votes, one vote a term. Ref: §5.2, §5.4.1; thesis §4.2.3, §9.6. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { lead } from './leader.ts';
import { lastIndex, lastTerm } from './log.ts';
import type { PreVote, PreVoteReply, RequestVote, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { armElection } from './roles.ts';
import { type Ctx, hasQuorum, isUpToDate, mayVote } from './rules.ts';
import { isMember, type Out, persistTerm, type State } from './state.ts';

export function onElectionTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.role === 'leader' || !isMember(state)) return;
  if (ctx.mutant === 'raft-no-prevote') return campaign(state, false, now, out, ctx);
  askForPreVotes(state, now, out, ctx);
}

/** Asks whether an election could be won before disturbing anybody with a new term. Ref: thesis §9.6. */
function askForPreVotes(state: State, now: Micros, out: Out, ctx: Ctx): void {
  out.note(NOTE.timedOut);
  state.role = 'pre-candidate';
  state.leader = null;
  state.preVoteRound++;
  state.granted = [state.self];
  armElection(state, out, ctx);
  out.broadcast({ type: 'pre-vote', term: state.term + 1, ...logEnd(state), round: state.preVoteRound });
  tryCampaign(state, now, out, ctx);
}

function logEnd(state: State): { readonly lastIndex: number; readonly lastTerm: number } {
  return { lastIndex: lastIndex(state.log), lastTerm: lastTerm(state.log) };
}

function hasMajority(state: State, ctx: Ctx): boolean {
  return hasQuorum(state.configuration, (node) => state.granted.includes(node), ctx.mutant);
}

function tryCampaign(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (hasMajority(state, ctx)) campaign(state, false, now, out, ctx);
}

/** A new term, with our own vote for us. Ref: §5.2. */
export function campaign(state: State, isTransfer: boolean, now: Micros, out: Out, ctx: Ctx): void {
  out.note(NOTE.campaign);
  state.role = 'candidate';
  state.leader = null;
  state.term++;
  state.votedFor = state.self;
  state.granted = [state.self];
  state.electionCount++;
  persistTerm(state, out);
  armElection(state, out, ctx);
  out.broadcast({ type: 'request-vote', term: state.term, ...logEnd(state), isTransfer });
  tryLead(state, now, out, ctx);
}

function tryLead(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (!hasMajority(state, ctx)) return;
  out.note(NOTE.elected);
  out.cancelTimer({ kind: 'election' });
  lead(state, now, out, ctx);
}

/** Whether a leader was heard so recently that an election could only disturb. Ref: thesis §4.2.3. */
function hearsLeader(state: State, now: Micros, ctx: Ctx): boolean {
  if (state.role === 'leader') return true;
  return state.leader !== null && now < state.leaderHeardAt + ctx.config.electionMicros;
}

/** Answers without changing anything here. Ref: thesis §9.6. */
export function onPreVote(state: State, from: NodeIndex, message: PreVote, now: Micros, out: Out, ctx: Ctx): void {
  const isFree = message.term > state.term || state.votedFor === null || state.votedFor === from;
  const isGranted =
    message.term >= state.term && isFree && !hearsLeader(state, now, ctx) && isUpToDate(message, state.log, ctx.mutant);
  const term = isGranted ? message.term : state.term;
  out.send(from, { type: 'pre-vote-reply', term, candidate: from, isGranted, round: message.round });
}

export function onPreVoteReply(
  state: State,
  from: NodeIndex,
  message: PreVoteReply,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (!message.isGranted) return;
  const isCurrent = message.round === state.preVoteRound && message.term === state.term + 1;
  if (state.role !== 'pre-candidate' || !isCurrent || state.granted.includes(from)) return;
  state.granted.push(from);
  tryCampaign(state, now, out, ctx);
}

/** Whether the request is ignored altogether, its term too: a server that left must not depose leaders. Ref: thesis §4.2.3. */
export function isDisturbance(state: State, message: RequestVote, now: Micros, ctx: Ctx): boolean {
  return !message.isTransfer && ctx.mutant !== 'raft-no-prevote' && hearsLeader(state, now, ctx);
}

/** The vote of this term, if it is still free and the candidate's log is good enough. Ref: §5.2, §5.4.1. */
export function onRequestVote(state: State, from: NodeIndex, message: RequestVote, out: Out, ctx: Ctx): void {
  if (state.role === 'leader' || !mayVote(state, from, message, ctx.mutant)) {
    out.send(from, { type: 'vote-refusal', term: state.term });
    return;
  }
  if (state.votedFor === null) {
    state.votedFor = from;
    persistTerm(state, out);
  }
  if (state.role !== 'candidate') armElection(state, out, ctx);
  out.send(from, { type: 'vote', term: state.term, candidate: from });
}

export function onVote(state: State, from: NodeIndex, message: Vote, now: Micros, out: Out, ctx: Ctx): void {
  if (state.role !== 'candidate' || message.term !== state.term || message.candidate !== state.self) return;
  if (state.granted.includes(from)) return;
  state.granted.push(from);
  tryLead(state, now, out, ctx);
}

/** The leader hands over: no need to wait or to ask whether an election is welcome. Ref: thesis §3.10. */
export function onTimeoutNow(state: State, from: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  if (state.role === 'leader' || state.leader !== from || !isMember(state)) return;
  campaign(state, true, now, out, ctx);
}
