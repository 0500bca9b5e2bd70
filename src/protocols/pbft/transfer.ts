/**
 * The state at a checkpoint: kept for those who missed more requests than we keep, and taken over from others. A stable checkpoint proves
 * it, because its digest is the hash of a block that names the root of the accounts.
 * Ref: §4.3 (garbage collection); Castro & Liskov, TOCS 20(4), 2002, §5.3 (state transfer).
 */
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import { isExecuted } from '../../ledger/ledger.ts';
import { forgetOldest } from '../common/chain/kept.ts';
import { isStateAfter, type Snapshot, snapshotOf, standOn } from '../common/chain/snapshot.ts';
import { voteOf } from '../common/tally.ts';
import type { Executed } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyQuorum } from './rules.ts';
import { commitMessage, requestDigest } from './signing.ts';
import { type Durable, executedOf, type Out, type State, type StateRecord, slotsAscending } from './state.ts';
import { onExecuted } from './timing.ts';

/** After an execution: the state at a checkpoint that is or may become stable. With `blocksKept` 0 nobody ever needs it. */
export function keepCopy(state: State, { config }: Ctx): void {
  const sequence = executedOf(state);
  if (config.blocksKept === 0 || sequence % config.checkpointInterval !== 0) return;
  const copy = sequence < state.stable.sequence ? null : snapshotOf(state);
  if (copy !== null) state.copies.set(sequence, copy);
}

/**
 * Forgets executed requests beyond what is kept, in memory and on disk, where a stable checkpoint stands for them. Those above it stay: the
 * state at it is of use only with them. Ref: §4.3.
 */
export function discardOld(state: State, out: Out, ctx: Ctx): void {
  const { blocksKept } = ctx.config;
  const aboveStable = executedOf(state) - state.stable.sequence;
  // Behind the checkpoint, what was said below it is still of use to get there.
  if (aboveStable < 0 || !forgetOldest(state, blocksKept === 0 ? 0 : Math.max(blocksKept, aboveStable))) return;
  const snapshot = snapshotOf(state);
  if (snapshot === null || out.rewrite === undefined) return;
  // The older requests come last: they are what may be lost with the last write.
  out.rewrite([recordOf(state, snapshot), ...said(state), { kind: 'kept', entries: state.chain.slice(0, -1) }]);
}

function recordOf(state: State, snapshot: Snapshot<Executed>): StateRecord {
  const replies = state.replies.map((kept) => new Map(kept));
  return { kind: 'state', snapshot, replies, copies: [...state.copies.values()] };
}

/** What must not be contradicted after a crash: the view, what was accepted in it, and what was prepared in any. */
function said(state: State): Durable[] {
  const { view, doublings, newView, stable, stableProof: proof } = state;
  const records: Durable[] = stable.sequence === 0 ? [] : [{ kind: 'stable', stable, proof }];
  if (state.isChanging) records.push({ kind: 'view', view, doublings });
  else if (newView !== null) records.push({ kind: 'new-view', signed: newView, doublings });
  for (const { rounds, requests, prepared } of slotsAscending(state)) {
    const round = rounds.get(view);
    const request = round === undefined || round.voted === null ? undefined : requests.get(round.digest);
    const assigned = round === undefined ? null : voteOf(round.prepares, state.primary);
    if (!state.isChanging && request !== undefined && assigned !== null) {
      records.push({ kind: 'accepted', view, request, proof: assigned.proof });
    }
    if (prepared !== null) records.push({ kind: 'prepared', claim: prepared });
  }
  return records;
}

/** Takes over the state at our last stable checkpoint; the requests before it are decided by it, not one by one. */
export function takeState(state: State, snapshot: Snapshot<Executed>, now: Micros, out: Out, ctx: Ctx): void {
  const { request, view, votes, block } = snapshot.entry;
  if (request.sequence <= executedOf(state)) return;
  const refusal = checkState(state, snapshot, ctx);
  if (refusal !== null) return out.note(refusal);
  const record: StateRecord = { ...recordOf(state, snapshot), copies: [snapshot] };
  out.persist(record);
  installState(state, record, ctx);
  state.progressAt = now;
  if (!state.isChanging) state.hasProgress = true;
  const [slot, digest, certificate] = [request.sequence, requestDigest(request), { view, votes }];
  out.decide({ slot, epoch: view, digest, value: block, certificate, isSnapshot: true });
  out.note(NOTE.jumped);
  onExecuted(state, out, ctx);
}

/** Null when it is the block of our last stable checkpoint, committed by a quorum, with the accounts behind its root. */
function checkState(state: State, { entry, ledger }: Snapshot<Executed>, ctx: Ctx): string | null {
  const { request, view, votes, block } = entry;
  const { sequence, digest } = state.stable;
  if (request.sequence !== sequence || blockHash(block) !== digest) return NOTE.otherState;
  if (!isStateAfter(block, ledger, state.ledger)) return NOTE.wrongState;
  return verifyQuorum(commitMessage(view, sequence, requestDigest(request)), votes, ctx);
}

/** Stands where the record stands. What has a number in this view and was executed meanwhile is settled. */
export function installState(state: State, { snapshot, replies, copies }: StateRecord, ctx: Ctx): void {
  const { block } = snapshot.entry;
  standOn(state, snapshot, block, ctx.validatorCount);
  state.known[state.self] = block.height;
  state.nextSequence = Math.max(state.nextSequence, block.height + 1);
  for (const [position, kept] of replies.entries()) state.replies[position] = new Map(kept);
  for (const [position, sequences] of state.ordered.entries()) {
    for (const sequence of sequences) if (isExecuted(state.ledger, position, sequence)) sequences.delete(sequence);
  }
  for (const copy of copies) state.copies.set(copy.entry.block.height, copy);
  for (const sequence of state.log.keys()) {
    if (sequence <= Math.min(block.height, state.stable.sequence)) state.log.delete(sequence);
  }
}
