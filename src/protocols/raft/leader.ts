/** Leading: the no-op that opens a term, blocks on schedule, steps that come with time. Ref: §5.2, §5.3, §6, §8. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { assembleBlock, buildBlock, type BlockProposal } from '../../ledger/block.ts';
import { copyLedger, executeBatch } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import { wantedMembers } from './config.ts';
import { stopLeading } from './roles.ts';
import { lastDigest, lastIndex } from './log.ts';
import type { Configuration } from './messages.ts';
import { NOTE } from './notes.ts';
import { beat, commitWhatMay, replicate } from './replication.ts';
import { confirmReads } from './reads.ts';
import { type Ctx, hasQuorum, isVoter } from './rules.ts';
import { type Leading, type Out, refreshConfiguration, type State } from './state.ts';

/** Blocks that may wait for a majority at once: a leader that was cut off stops growing its log. */
const UNCOMMITTED_MAX = 64;

/** Becomes leader of its term. */
export function lead(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const next = lastIndex(state.log) + 1;
  const tail = copyLedger(state.ledger);
  for (const { block } of state.log.entries.slice(state.applied - state.log.base.index)) {
    for (const { batch } of block.batches) executeBatch(tail, batch, ctx.validatorCount);
  }
  state.role = 'leader';
  state.leader = state.self;
  state.leading = {
    progress: Array.from({ length: state.validatorCount }, (_, node) => ({
      match: node === state.self ? next - 1 : 0,
      next,
      isProbing: false,
      round: 0,
      hasAnswered: false,
    })),
    tail,
    firstIndex: next,
    scheduledAt: now + ctx.config.blockMicros,
    isDue: false,
    round: 0,
    confirmedRound: 0,
    reads: [],
    transferTo: null,
  };
  const { term } = state;
  out.setTimer({ kind: 'heartbeat', term }, ctx.config.heartbeatMicros);
  out.setTimer({ kind: 'quorum', term }, ctx.config.electionMicros);
  out.setTimer({ kind: 'propose', term }, Math.max(1, ctx.config.blockMicros));
  const change = ctx.config.membershipChanges.find(({ at }) => at > now);
  if (change !== undefined) out.setTimer({ kind: 'membership', term }, change.at - now);
  // A no-op of its own term lets a leader commit what came before it. Ref: §5.4.2, §8.
  if (ctx.mutant === 'raft-figure-8') return beat(state, state.leading, out, ctx);
  const { leading } = state;
  append(state, leading, emptyBlock(state, leading, ctx), null, now, out, ctx);
  tryReconfigure(state, leading, now, out, ctx);
}

function header(state: State): BlockProposal {
  const height = lastIndex(state.log) + 1;
  return { height, parent: lastDigest(state.log), proposer: state.self, epoch: state.term, validators: null };
}

function emptyBlock(state: State, leading: Leading, ctx: Ctx): Block {
  return assembleBlock(leading.tail, [], header(state), blockRules(ctx));
}

/** Puts an entry at the end of the leader's own log, durable, and sends it to everyone. Ref: §5.3. */
function append(
  state: State,
  leading: Leading,
  block: Block,
  configuration: Configuration | null,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const entry = { block, configuration };
  out.persist({ kind: 'entries', index: block.height, entries: [entry] });
  state.log.entries.push(entry);
  for (const { batch } of block.batches) executeBatch(leading.tail, batch, ctx.validatorCount);
  if (configuration !== null) refreshConfiguration(state);
  const own = leading.progress[state.self];
  if (own !== undefined) own.match = block.height;
  replicate(state, leading, out, ctx);
  // Alone in its configuration it needs nobody's answer.
  if (commitWhatMay(state, leading, out, ctx)) afterCommit(state, now, out, ctx);
}

export function onProposeTimer(state: State, term: number, now: Micros, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null || term !== state.term) return;
  leading.isDue = true;
  tryPropose(state, leading, now, out, ctx);
}

/** The next block, when it is due, there is something for it and not too much is under way. */
export function tryPropose(state: State, leading: Leading, now: Micros, out: Out, ctx: Ctx): void {
  if (!leading.isDue || leading.transferTo !== null) return;
  if (!ctx.config.emptyBlocks && state.waiting === 0) return;
  const underWay = lastIndex(state.log) - state.applied;
  if (underWay >= (ctx.config.blockMicros === 0 ? 1 : UNCOMMITTED_MAX)) return;
  leading.isDue = false;
  // The schedule is kept, not the delay. Late, it starts from now.
  leading.scheduledAt = Math.max(leading.scheduledAt + ctx.config.blockMicros, now);
  out.setTimer({ kind: 'propose', term: state.term }, Math.max(1, leading.scheduledAt - now));
  const block = buildBlock(leading.tail, state.pool, header(state), blockRules(ctx));
  state.waiting = sizeOf(state.pool).batches;
  append(state, leading, block, null, now, out, ctx);
}

export function onHeartbeatTimer(state: State, term: number, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null || term !== state.term) return;
  out.setTimer({ kind: 'heartbeat', term }, ctx.config.heartbeatMicros);
  beat(state, leading, out, ctx);
  confirmReads(state, leading, out, ctx);
}

/** A leader that no majority answers leads nobody: better that clients look elsewhere. Ref: thesis §6.2. */
export function onQuorumTimer(state: State, term: number, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null || term !== state.term) return;
  const answers = (node: NodeIndex): boolean => node === state.self || leading.progress[node]?.hasAnswered === true;
  if (ctx.config.checkQuorum && !hasQuorum(state.configuration, answers, ctx.mutant)) {
    out.note(NOTE.quorumLost);
    return stopLeading(state, out, ctx);
  }
  for (const progress of leading.progress) progress.hasAnswered = false;
  out.setTimer({ kind: 'quorum', term }, ctx.config.electionMicros);
}

export function onMembershipTimer(state: State, term: number, now: Micros, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null || term !== state.term) return;
  const change = ctx.config.membershipChanges.find(({ at }) => at > now);
  if (change !== undefined) out.setTimer({ kind: 'membership', term }, change.at - now);
  tryReconfigure(state, leading, now, out, ctx);
}

/** What a leader does when more became committed. */
export function afterCommit(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null) return;
  const { configuration, configurationIndex } = state;
  if (configurationIndex <= state.applied && configuration.next === null && !isVoter(configuration, state.self)) {
    // It led its own removal. Ref: §6.
    out.note(NOTE.removed);
    beat(state, leading, out, ctx);
    return stopLeading(state, out, ctx);
  }
  tryReconfigure(state, leading, now, out, ctx);
  tryPropose(state, leading, now, out, ctx);
}

/**
 * One step towards the members that are wanted: first old and new set jointly, then the new one alone, each only when the
 * one before is committed, and nothing before an entry of the leader's own term is. Ref: §6.
 */
function tryReconfigure(state: State, leading: Leading, now: Micros, out: Out, ctx: Ctx): void {
  const { configuration, configurationIndex } = state;
  if (configurationIndex > state.applied) return;
  const isSingleStep = ctx.mutant === 'raft-single-step-membership';
  if (!isSingleStep && state.applied < leading.firstIndex) return;
  if (configuration.next !== null) {
    out.note(NOTE.newConfiguration);
    return appendConfiguration(state, leading, { voters: configuration.next, next: null }, now, out, ctx);
  }
  const wanted = wantedMembers(ctx.config, now)?.filter((node) => node < state.validatorCount) ?? [];
  const { voters } = configuration;
  const isSame = wanted.length === voters.length && wanted.every((node, i) => node === voters[i]);
  if (wanted.length === 0 || isSame) return;
  out.note(NOTE.joint);
  const change = isSingleStep ? { voters: wanted, next: null } : { voters, next: wanted };
  appendConfiguration(state, leading, change, now, out, ctx);
}

function appendConfiguration(
  state: State,
  leading: Leading,
  configuration: Configuration,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  // The block names the members once they stand alone.
  const validators = configuration.next === null ? configuration.voters : null;
  const block = assembleBlock(leading.tail, [], { ...header(state), validators }, blockRules(ctx));
  append(state, leading, block, configuration, now, out, ctx);
}
