/**
 * Old blocks are forgotten, and a validator that missed more than the others kept takes over their state instead: the last
 * decided block, proved by its commit certificate, and the accounts behind that block's state root. Ref: PBFT §4.3 (discarding
 * old messages needs a provably correct state for those left behind); TOCS 20(4), 2002 (state transfer).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { blockHash, txRootOf } from '../../ledger/block.ts';
import { copyLedger, isExecuted, stateRoot } from '../../ledger/ledger.ts';
import { pendingBatches, removeBatches, sizeOf } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import type { DecidedEntry, Snapshot } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, quorumOf, verifyCertificate } from './rules.ts';
import { commitMessage } from './signing.ts';
import { appoint, firstKept, moveToNextHeight, type Out, scheduledMembers, type State } from './state.ts';

/** Blocks are forgotten a quarter of what is kept at a time: the disk is written anew then. */
const SLACK_SHARE = 4;

/** Our state at our last block; null before the first. */
export function snapshotOf(state: State): Snapshot | null {
  const entry = state.chain.at(-1);
  return entry === undefined ? null : { entry, ledger: copyLedger(state.ledger) };
}

/** Forgets blocks beyond what is kept, in memory and on disk. Only right after a decision: the height in progress is fresh. */
export function forgetOld(state: State, out: Out, ctx: Ctx): void {
  const kept = ctx.config.blocksKept;
  if (kept === 0 || state.chain.length < kept + Math.ceil(kept / SLACK_SHARE)) return;
  state.chain.splice(0, state.chain.length - kept);
  const snapshot = snapshotOf(state);
  if (snapshot === null || out.rewrite === undefined) return;
  // The older blocks come last: they are what may be lost with the last write.
  out.rewrite([
    { kind: 'snapshot', snapshot },
    { kind: 'kept', entries: state.chain.slice(0, -1) },
  ]);
}

/** Who votes at a height: the schedule is everybody's, so that a gap in the chain leaves no doubt about it. */
export function membersAt(height: number, ctx: Ctx): readonly NodeIndex[] {
  let members: readonly NodeIndex[] = Array.from({ length: ctx.validatorCount }, (_, node) => node);
  for (const change of ctx.config.validatorChanges)
    if (change.height < height) members = scheduledMembers(change.height, ctx) ?? members;
  return members;
}

/** Null when a quorum of the members of its height decided its block, and the accounts are those that the block's root names. */
export function checkSnapshot(state: State, { entry, ledger }: Snapshot, ctx: Ctx): string | null {
  const { block, view, votes } = entry;
  if (block.height <= state.decided) return NOTE.oldSnapshot;
  const members = membersAt(block.height, ctx);
  const electorate = { members, quorum: quorumOf(members.length, ctx.mutant) };
  const refusal = verifyCertificate(commitMessage(block.height, view, blockHash(block)), votes, electorate, ctx);
  if (refusal !== null) return refusal;
  return txRootOf(block.batches) === block.txRoot && isStateBehind(block.stateRoot, ledger, state.ledger)
    ? null
    : NOTE.wrongState;
}

/** Whether these are the accounts behind a root, as many as there are here. */
function isStateBehind(root: string, ledger: LedgerState, own: LedgerState): boolean {
  if (ledger.balances.length !== own.balances.length || ledger.executed.length !== own.executed.length) return false;
  return stateRoot(ledger) === root;
}

/** Stands where the snapshot stands. What waits in the mempool and was executed meanwhile is dropped. */
export function install(state: State, { entry, ledger }: Snapshot, ctx: Ctx): void {
  const { height } = entry.block;
  const { balances, executed } = copyLedger(ledger);
  state.ledger.balances = balances;
  state.ledger.executed = executed;
  removeBatches(
    state.pool,
    pendingBatches(state.pool).filter(({ batch }) =>
      isExecuted(state.ledger, batch.client - ctx.validatorCount, batch.sequence),
    ),
  );
  state.waiting = sizeOf(state.pool).batches;
  state.chain.splice(0, state.chain.length, entry);
  state.decided = height;
  state.tip = blockHash(entry.block);
  state.known[state.self] = height;
  moveToNextHeight(state, ctx);
  // The rounds before are of another height than the one below ours.
  state.previous = null;
  appoint(state, membersAt(height + 1, ctx), ctx);
}

/** Puts back blocks from disk under the oldest that is kept; those that do not fit there are not. */
export function restoreKept(state: State, entries: readonly DecidedEntry[]): void {
  for (const entry of [...entries].reverse()) {
    const [oldest] = state.chain;
    if (oldest === undefined || entry.block.height !== firstKept(state) - 1) return;
    if (blockHash(entry.block) !== oldest.block.parent) return;
    state.chain.unshift(entry);
  }
}
