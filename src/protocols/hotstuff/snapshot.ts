/**
 * Old blocks are forgotten, and a replica that missed more than the others kept takes over their state: a decided block, the certified
 * blocks above it that decided it, and the accounts behind the root that it names. The paper leaves both open; the proof is the commit
 * rule itself (§5.1, Algorithm 3, line 26; Jolteon, fig. 2), which anybody can apply to what is shown.
 */
import { blockHash } from '../../ledger/block.ts';
import { copyLedger } from '../../ledger/ledger.ts';
import { forgetOldest } from '../common/chain/kept.ts';
import { dropExecuted, isStateAfter, type Snapshot, snapshotOf } from '../common/chain/snapshot.ts';
import { SYNC_NOTE } from '../common/chain/sync.ts';
import type { DecidedEntry, Entry, Qc } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isThreeChain, isTwoChain, verifyQc } from './rules.ts';
import { type Durable, isChained, type Out, type SnapshotRecord, type State } from './state.ts';
import { prune } from './tree.ts';

/** Forgets decided blocks beyond what is kept, in memory and on disk. */
export function discardOld(state: State, out: Out, ctx: Ctx): void {
  if (!forgetOldest(state, ctx.config.blocksKept)) return;
  const snapshot = snapshotOf(state);
  if (snapshot === null || out.rewrite === undefined) return;
  const record: SnapshotRecord = { kind: 'snapshot', snapshot, provedBy: state.provedBy };
  // The older blocks come last: they are what may be lost with the last write.
  out.rewrite([record, ...said(state), { kind: 'kept', entries: state.chain.slice(0, -1) }]);
}

/** What must not be contradicted after a crash: blocks and certificates above the decided ones, lock, vote, view asked for. */
function said({ tree, highQc, lock, lastVote, wish }: State): Durable[] {
  const records: Durable[] = [];
  for (const { block, qc } of tree.values()) {
    records.push({ kind: 'block', block });
    if (qc !== null) records.push({ kind: 'certificate', qc });
  }
  if (highQc !== null) records.push({ kind: 'certificate', qc: highQc });
  records.push({ kind: 'lock', lock });
  if (lastVote !== null) records.push({ kind: 'voted', vote: lastVote });
  records.push({ kind: 'wish', view: wish });
  return records;
}

/** The certified blocks that decided our last one, lowest first. */
export function proofOf({ provedBy, tree }: State): Entry[] {
  return provedBy.flatMap((digest) => tree.get(digest) ?? []).map(({ block, qc }) => ({ block, qc }));
}

/**
 * Takes over a proved state further on: the heights between are decided by it, not one by one. `above`: what came with it, the proof first.
 * False, with a note, where it proves nothing.
 */
export function takeSnapshot(
  state: State,
  snapshot: Snapshot<DecidedEntry>,
  above: readonly Entry[],
  out: Out,
  ctx: Ctx,
): boolean {
  const { block, qc } = snapshot.entry;
  const proof = above.slice(0, proofLength(state));
  const refusal = checkSnapshot(state, snapshot, proof, ctx);
  if (refusal !== null) {
    out.note(refusal);
    return false;
  }
  const provedBy = proof.map((entry) => blockHash(entry.block));
  out.persist({ kind: 'snapshot', snapshot, provedBy });
  install(state, snapshot, provedBy, ctx);
  state.timeouts = 0;
  const [slot, digest] = [block.height, state.tip];
  out.decide({ slot, epoch: block.epoch, digest, value: block, certificate: qc, isSnapshot: true });
  out.note(SYNC_NOTE.jumped);
  return true;
}

/** Blocks above a decided one that prove it decided; in the basic form its certificate does. */
function proofLength({ mode }: State): number {
  if (mode === 'basic') return 0;
  return mode === 'two-chain' ? 1 : 2;
}

/** Null when the block is above ours and decided, and the accounts are those that its root names. The cheap rules first. */
function checkSnapshot(
  state: State,
  { entry, ledger }: Snapshot<DecidedEntry>,
  proof: readonly Entry[],
  ctx: Ctx,
): string | null {
  if (entry.block.height <= state.decided) return SYNC_NOTE.oldSnapshot;
  const path: readonly Entry[] = [entry, ...proof];
  if (path.length <= proofLength(state) || !path.every((_, at) => isLinked(path, at, state))) return NOTE.undecided;
  const [b = 0, b1 = 0, b2 = 0] = path.map(({ block }) => block.epoch);
  if (state.mode === 'two-chain' && !isTwoChain({ b, b1 })) return NOTE.undecided;
  if (state.mode === 'chained' && !isThreeChain({ b, b1, b2 }, ctx.mutant)) return NOTE.undecided;
  for (const { qc } of path) {
    const refusal = verifyQc(qc as Qc, ctx);
    if (refusal !== null) return refusal;
  }
  return isStateAfter(entry.block, ledger, state.ledger) ? null : SYNC_NOTE.wrongState;
}

/** Whether the block at this position stands on the one before it, and its certificate is for it and of the phase that decides. */
function isLinked(path: readonly Entry[], at: number, state: State): boolean {
  const { block, qc } = path[at] as Entry;
  const below = path[at - 1]?.block;
  if (below !== undefined && block.parent !== blockHash(below)) return false;
  if (qc === null || qc.phase !== (isChained(state) ? 'prepare' : 'commit')) return false;
  return qc.digest === blockHash(block) && qc.height === block.height && qc.view === block.epoch;
}

/** Stands where the snapshot stands; of the tree stays what is above it. */
export function install(
  state: State,
  { entry, ledger }: Snapshot<DecidedEntry>,
  provedBy: readonly string[],
  ctx: Ctx,
): void {
  // Never written to, only replaced: blocks without transfers share it.
  state.ledger = copyLedger(ledger);
  dropExecuted(state, ctx.validatorCount);
  state.chain.splice(0, state.chain.length, entry);
  state.decided = entry.block.height;
  state.provedBy = provedBy;
  state.tip = blockHash(entry.block);
  prune(state);
}
