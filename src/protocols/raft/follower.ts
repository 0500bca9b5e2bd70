/** Following a leader: terms, the consistency check of AppendEntries, snapshots from the leader. Ref: §5.1, §5.3, §7. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import { copyLedger } from '../../ledger/ledger.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import { advance } from './apply.ts';
import { entryAt, firstOfTerm, lastIndex, termAt, truncateFrom } from './log.ts';
import type { Append, Entry, Heartbeat, InstallSnapshot, Snapshot } from './messages.ts';
import { NOTE } from './notes.ts';
import { armElection } from './roles.ts';
import type { Ctx } from './rules.ts';
import { type Out, refreshConfiguration, type State } from './state.ts';

/** The sender leads our term. False where that cannot be. */
function follow(state: State, from: NodeIndex, now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.role === 'leader') {
    out.note(NOTE.secondLeader);
    return false;
  }
  state.role = 'follower';
  state.leader = from;
  state.leaderHeardAt = now;
  armElection(state, out, ctx);
  return true;
}

/** AppendEntries, with entries or as a heartbeat. Ref: figure 2; hints as at the end of §5.3. */
export function onAppend(
  state: State,
  from: NodeIndex,
  message: Append | Heartbeat,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { log } = state;
  const { prevIndex, prevTerm, term } = message;
  const last = lastIndex(log);
  if (term < state.term) {
    out.send(from, { type: 'append-refusal', term: state.term, prevIndex, conflictTerm: 0, index: last + 1 });
    return;
  }
  if (!follow(state, from, now, out, ctx)) return;
  // What the snapshot stands for is committed and agrees with every leader.
  const known = prevIndex < log.base.index ? prevTerm : termAt(log, prevIndex);
  if (known !== prevTerm) {
    const conflictTerm = known ?? 0;
    const index = known === null ? last + 1 : firstOfTerm(log, prevIndex);
    out.send(from, { type: 'append-refusal', term, prevIndex, conflictTerm, index });
    return;
  }
  const entries = message.type === 'append' ? message.entries : [];
  if (!take(state, prevIndex, entries, out, ctx)) return;
  const index = prevIndex + entries.length;
  advance(state, Math.min(message.commit, index), out, ctx);
  const round = message.type === 'heartbeat' ? message.round : 0;
  out.send(from, { type: 'append-reply', term, index, round });
}

/** Puts new entries after `prevIndex`; those that contradict them and all that follow go. False where that cannot be. */
function take(state: State, prevIndex: number, entries: readonly Entry[], out: Out, ctx: Ctx): boolean {
  const { log } = state;
  let skipped = 0;
  while (skipped < entries.length) {
    const index = prevIndex + 1 + skipped;
    if (index > log.base.index && termAt(log, index) !== entries[skipped]?.block.epoch) break;
    skipped++;
  }
  if (skipped === entries.length) return true;
  const index = prevIndex + 1 + skipped;
  if (index <= state.applied) {
    out.note(NOTE.contradictsCommit);
    return false;
  }
  const fresh = entries.slice(skipped);
  out.persist({ kind: 'entries', index, entries: fresh });
  const removed = truncateFrom(log, index);
  if (removed.length > 0) {
    out.note(NOTE.conflict);
    returnToPool(state, removed);
  }
  log.entries.push(...fresh);
  const isVoterChange = removed.some(isChange) || fresh.some(isChange);
  if (isVoterChange) {
    refreshConfiguration(state);
    armElection(state, out, ctx);
  }
  return true;
}

function isChange({ configuration }: Entry): boolean {
  return configuration !== null;
}

/** What lost its place in the log waits for a block again. */
function returnToPool(state: State, removed: readonly Entry[]): void {
  for (const { block } of removed) for (const signed of block.batches) addBatch(state.pool, state.ledger, signed);
  state.waiting = sizeOf(state.pool).batches;
}

/** A leader that discarded what we lack sends the state instead. Ref: §7, figure 13. */
export function onInstallSnapshot(
  state: State,
  from: NodeIndex,
  message: InstallSnapshot,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { term, snapshot } = message;
  if (term < state.term) {
    const index = lastIndex(state.log) + 1;
    out.send(from, { type: 'append-refusal', term: state.term, prevIndex: snapshot.index, conflictTerm: 0, index });
    return;
  }
  if (!follow(state, from, now, out, ctx)) return;
  if (snapshot.index > state.applied) {
    out.persist({ kind: 'installed', snapshot });
    install(state, snapshot);
    state.installedCount++;
    out.note(NOTE.installed);
    const { block, index } = snapshot;
    const certificate = { term: state.term };
    const digest = blockHash(block);
    out.decide({ slot: index, epoch: block.epoch, digest, value: block, certificate, isSnapshot: true });
    armElection(state, out, ctx);
  } else {
    out.note(NOTE.staleSnapshot);
  }
  // Up to here both agree in any case: what is executed is committed.
  out.send(from, { type: 'append-reply', term, index: snapshot.index, round: 0 });
}

/** Makes the snapshot our state machine. Entries behind it stay if the log holds its last entry, else all go. Ref: §7. */
export function install(state: State, snapshot: Snapshot): void {
  const { log } = state;
  const { index, block, configuration, ledger } = snapshot;
  const isPrefix = entryAt(log, index)?.block.epoch === block.epoch;
  const rest = isPrefix ? log.entries.slice(index - log.base.index) : [];
  const removed = log.entries.slice(0, log.entries.length - rest.length);
  log.entries = rest;
  log.base = { index, term: block.epoch, digest: blockHash(block), configuration };
  const copy = copyLedger(ledger);
  state.ledger.balances = copy.balances;
  state.ledger.executed = copy.executed;
  state.snapshot = snapshot;
  state.applied = index;
  refreshConfiguration(state);
  returnToPool(state, removed);
}
