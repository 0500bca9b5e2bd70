/**
 * The tree of blocks above the decided ones, and what certificates make of it: the highest certificate, the lock, decisions.
 * No effects: the machine calls this when it learns something, recovery when it reads it back.
 */
import { required } from '../../core/assert.ts';
import { blockHash } from '../../ledger/block.ts';
import { removeBatches, sizeOf } from '../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../ledger/types.ts';
import { ledgerAfter } from './ledgers.ts';
import type { DecidedEntry, Qc } from './messages.ts';
import { type Ctx, isThreeChain, isTwoChain, type Lock } from './rules.ts';
import { viewOf } from './signing.ts';
import { isChained, type State, type TreeNode } from './state.ts';

const NOTHING: readonly DecidedEntry[] = [];

/** The ledger after the block with this hash; null where it is neither the last decided one nor above it. */
export function ledgerAt(state: State, digest: string): LedgerState | null {
  return digest === state.tip ? state.ledger : (state.tree.get(digest)?.ledger ?? null);
}

/** Whether the block of our highest certificate has not arrived. */
export function isBlockMissing(state: State): boolean {
  const { highQc } = state;
  return highQc !== null && highQc.height > state.decided && !state.tree.has(highQc.digest);
}

/** Whether a child of `parent` stands above the locked block. What is decided is below everything in the tree. */
export function extendsLock(state: State, parent: string): boolean {
  let digest = parent;
  for (;;) {
    if (digest === state.lock.digest) return true;
    const node = state.tree.get(digest);
    if (node === undefined) return digest === state.tip && state.lock.height <= state.decided;
    digest = node.block.parent;
  }
}

/** Whether a block can stand on this one: the last decided one, or a certified one above it. */
export function isCertified(state: State, digest: string): boolean {
  return digest === state.tip || (state.tree.get(digest)?.qc ?? null) !== null;
}

/** Puts a checked block on top of its certified parent; then what a certificate for it has to say. */
export function insertBlock(state: State, block: Block, ctx: Ctx): readonly DecidedEntry[] {
  const below = ledgerAt(state, block.parent);
  const digest = blockHash(block);
  if (below === null || state.tree.has(digest)) return NOTHING;
  state.tree.set(digest, { block, qc: null, ledger: ledgerAfter(below, block, ctx.validatorCount) });
  return state.highQc?.digest === digest ? applyQc(state, state.highQc, ctx) : NOTHING;
}

/** Whether a certificate tells us anything new. */
export function isNews(state: State, qc: Qc): boolean {
  if (qc.phase === 'prepare') return qc.view > viewOf(state.highQc) || state.tree.get(qc.digest)?.qc === null;
  return qc.phase === 'pre-commit' ? qc.view > state.lock.view : state.tree.has(qc.digest);
}

/** Takes a valid certificate in; what it decides, lowest first. */
export function learnQc(state: State, qc: Qc, ctx: Ctx): readonly DecidedEntry[] {
  if (qc.phase === 'prepare' && qc.view > viewOf(state.highQc)) state.highQc = qc;
  return applyQc(state, qc, ctx);
}

function applyQc(state: State, qc: Qc, ctx: Ctx): readonly DecidedEntry[] {
  if (qc.phase === 'pre-commit') raiseLock(state, qc);
  const node = state.tree.get(qc.digest);
  if (node === undefined) return NOTHING;
  if (qc.phase === 'commit') return decideUpTo(state, node, qc, []);
  if (qc.phase !== 'prepare') return NOTHING;
  node.qc ??= qc;
  return isChained(state) ? applyChain(state, node.block, ctx) : NOTHING;
}

/**
 * b″ is certified: with its parent b′ it is a two-chain, which locks b′ (and decides it in the two-chain form, where the parent is
 * direct); with the parent b of that a three-chain, which decides b where the parents are direct. Ref: Algorithm 3, lines 22–28;
 * Algorithm 5, `update`; Jolteon, fig. 2 (2-chain commit).
 */
function applyChain(state: State, b2: Block, ctx: Ctx): readonly DecidedEntry[] {
  const node1 = state.tree.get(b2.parent);
  if (node1 === undefined) return NOTHING;
  const b1 = node1.block;
  raiseLock(state, { view: b1.epoch, height: b1.height, digest: b2.parent });
  if (state.mode === 'two-chain') {
    if (node1.qc === null || !isTwoChain({ b: b1.epoch, b1: b2.epoch })) return NOTHING;
    return decideUpTo(state, node1, node1.qc, [blockHash(b2)]);
  }
  const node = state.tree.get(b1.parent);
  if (node === undefined || node.qc === null) return NOTHING;
  const isDecided = isThreeChain({ b: node.block.epoch, b1: b1.epoch, b2: b2.epoch }, ctx.mutant);
  return isDecided ? decideUpTo(state, node, node.qc, [b2.parent, blockHash(b2)]) : NOTHING;
}

/** The lock only ever moves to a later view. Ref: Algorithm 2, line 24; Algorithm 3, line 25. */
export function raiseLock(state: State, { view, height, digest }: Lock): void {
  if (view > state.lock.view) state.lock = { view, height, digest };
}

/** Decides a block and everything below it, because of the certified blocks `provedBy` above it; forgets what conflicts with it. */
function decideUpTo(state: State, last: TreeNode, qc: Qc, provedBy: readonly string[]): readonly DecidedEntry[] {
  // Block by block in the ordinary course: then there is none below.
  const path: DecidedEntry[] = [{ block: last.block, qc }];
  for (let node = state.tree.get(last.block.parent); node !== undefined; node = state.tree.get(node.block.parent)) {
    path.push({ block: node.block, qc: required(node.qc, 'the certificate that a block stands on') });
  }
  if (path.length > 1) path.reverse();
  if (path[0]?.block.parent !== state.tip) return NOTHING;
  for (const entry of path) {
    state.chain.push(entry);
    if (entry.block.batches.length > 0) removeBatches(state.pool, entry.block.batches);
  }
  state.decided = last.block.height;
  state.provedBy = provedBy;
  state.tip = blockHash(last.block);
  state.ledger = last.ledger;
  if (state.waiting > 0) state.waiting = sizeOf(state.pool).batches;
  prune(state);
  return path;
}

/** Keeps what stands above the last decided block; parents stand before their children. */
export function prune(state: State): void {
  const { tip, tree } = state;
  for (const { block } of tree.values()) {
    if (block.parent !== tip && !tree.has(block.parent)) tree.delete(blockHash(block));
  }
}
