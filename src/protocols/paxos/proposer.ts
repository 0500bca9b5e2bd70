/** Proposers: phase 1 once for all instances, then phase 2 for one after the other. Ref: Paxos Made Simple, §2.2, §3. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, buildBlock } from '../../ledger/block.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import { accept, acceptedOf, promise } from './acceptor.ts';
import { armTakeover } from './leadership.ts';
import { choose, learn } from './learner.ts';
import type { Accepted, AcceptedReply, Promise1b, Refusal } from './messages.ts';
import { ownerOf } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isMajority, nextBallot, valueFor } from './rules.ts';
import type { Out, Proposing, State } from './state.ts';

export function onTakeoverTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.proposing?.isLeading === true) return;
  out.note(NOTE.takesOver);
  prepare(state, now, out, ctx);
}

/** Phase 1a, with a ballot above all heard of, for every instance from the first unknown one on. Ref: §2.2, §3. */
function prepare(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const ballot = nextBallot(state.self, Math.max(state.seen, state.promised), state.validatorCount);
  state.seen = ballot;
  state.leader = null;
  state.ballotCount++;
  const proposing: Proposing = {
    ballot,
    promised: [state.self],
    accepted: new Map(),
    knownMax: state.decided,
    isLeading: false,
    current: null,
    scheduledAt: now,
    isDue: true,
  };
  state.proposing = proposing;
  promise(state, ballot, out);
  collect(proposing, acceptedOf(state));
  armTakeover(state, out, ctx);
  out.broadcast({ type: 'prepare', ballot, instance: state.decided + 1 });
  tryLead(state, proposing, now, out, ctx);
}

function collect(proposing: Proposing, accepted: readonly Accepted[]): void {
  for (const item of accepted) {
    const known = proposing.accepted.get(item.block.height) ?? [];
    proposing.accepted.set(item.block.height, known);
    known.push(item);
  }
}

export function onPromise(state: State, from: NodeIndex, message: Promise1b, now: Micros, out: Out, ctx: Ctx): void {
  const { proposing } = state;
  learn(state, message.chosen, out, ctx);
  if (proposing === null || message.ballot !== proposing.ballot || proposing.promised.includes(from)) return;
  proposing.promised.push(from);
  proposing.knownMax = Math.max(proposing.knownMax, message.known);
  if (proposing.isLeading) return;
  collect(proposing, message.accepted);
  if (message.known > state.decided) out.send(from, { type: 'learn-request', instance: state.decided + 1 });
  tryLead(state, proposing, now, out, ctx);
}

/** With promises of a majority, and knowing all that any of them knew, phase 1 is over. */
export function tryLead(state: State, proposing: Proposing, now: Micros, out: Out, ctx: Ctx): void {
  if (proposing.isLeading || !isMajority(proposing.promised.length, state.validatorCount)) return;
  if (state.decided < proposing.knownMax) return;
  out.note(NOTE.leads);
  proposing.isLeading = true;
  proposing.scheduledAt = now;
  state.leader = state.self;
  out.cancelTimer({ kind: 'takeover' });
  out.setTimer({ kind: 'heartbeat', ballot: proposing.ballot }, ctx.config.heartbeatMicros);
  out.broadcast({ type: 'heartbeat', ballot: proposing.ballot, known: state.decided });
  tryPropose(state, proposing, now, out, ctx);
}

export function onProposeTimer(state: State, ballot: number, now: Micros, out: Out, ctx: Ctx): void {
  const { proposing } = state;
  if (proposing?.ballot !== ballot) return;
  proposing.isDue = true;
  tryPropose(state, proposing, now, out, ctx);
}

/** Phase 2a for the next instance: a value that may be chosen already, or else one of our own when it is due. Ref: §2.2 P2c. */
function tryPropose(state: State, proposing: Proposing, now: Micros, out: Out, ctx: Ctx): void {
  if (!proposing.isLeading || proposing.current !== null) return;
  const instance = state.decided + 1;
  const bound = valueFor(proposing.accepted.get(instance) ?? [], ctx.mutant);
  if (bound !== null) {
    out.note(NOTE.adopts);
    return propose(state, proposing, bound.block, now, out, ctx);
  }
  if (!proposing.isDue) return;
  proposing.isDue = false;
  // The schedule is kept, not the delay. Late, it starts from now.
  proposing.scheduledAt = Math.max(proposing.scheduledAt + ctx.config.blockMicros, now);
  out.setTimer({ kind: 'propose', ballot: proposing.ballot }, Math.max(1, proposing.scheduledAt - now));
  const header = {
    height: instance,
    parent: state.tip,
    proposer: state.self,
    epoch: proposing.ballot,
    validators: null,
  };
  const rules = { validatorCount: ctx.validatorCount, maxTransfers: ctx.config.maxTransactionsPerBlock };
  const block = buildBlock(state.ledger, state.pool, header, rules);
  state.waiting = sizeOf(state.pool).batches;
  propose(state, proposing, block, now, out, ctx);
}

function propose(state: State, proposing: Proposing, block: Block, now: Micros, out: Out, ctx: Ctx): void {
  const { ballot } = proposing;
  proposing.current = { block, digest: blockHash(block), acceptedBy: [state.self] };
  accept(state, { ballot, block }, out);
  out.broadcast({ type: 'accept', ballot, block, known: state.decided });
  tryChoose(state, proposing, now, out, ctx);
}

/** Ref: §2.2: a value is chosen when a majority has accepted it in one ballot. */
function tryChoose(state: State, proposing: Proposing, now: Micros, out: Out, ctx: Ctx): void {
  const { current } = proposing;
  if (current === null || !isMajority(current.acceptedBy.length, state.validatorCount)) return;
  proposing.current = null;
  // Unless it was learned from somebody else meanwhile.
  if (current.block.height === state.decided + 1) choose(state, current.block, out, ctx);
  tryPropose(state, proposing, now, out, ctx);
}

export function onAccepted(
  state: State,
  from: NodeIndex,
  message: AcceptedReply,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { proposing } = state;
  const current = proposing?.current ?? null;
  if (proposing === null || current === null || message.ballot !== proposing.ballot) return;
  if (message.digest !== current.digest || current.acceptedBy.includes(from)) return;
  current.acceptedBy.push(from);
  tryChoose(state, proposing, now, out, ctx);
}

/** Another proposer is ahead. Gives way and waits: if both insisted, neither would ever finish. Ref: §2.4. */
export function onRefusal(state: State, { ballot }: Refusal, now: Micros, out: Out, ctx: Ctx): void {
  state.seen = Math.max(state.seen, ballot);
  const { proposing } = state;
  if (proposing === null || ballot <= proposing.ballot) return;
  if (ctx.mutant === 'paxos-duel') {
    out.note(NOTE.duel);
    return prepare(state, now, out, ctx);
  }
  out.note(NOTE.giveUp);
  state.proposing = null;
  state.leader = ownerOf(ballot, state.validatorCount);
  armTakeover(state, out, ctx);
}

/** Tells all what is chosen, and says again what a majority has not accepted yet. */
export function onHeartbeatTimer(state: State, ballot: number, out: Out, ctx: Ctx): void {
  const { proposing } = state;
  if (proposing === null || proposing.ballot !== ballot) return;
  out.setTimer({ kind: 'heartbeat', ballot }, ctx.config.heartbeatMicros);
  const known = state.decided;
  const { current } = proposing;
  if (current === null) out.broadcast({ type: 'heartbeat', ballot, known });
  else out.broadcast({ type: 'accept', ballot, block: current.block, known });
}
