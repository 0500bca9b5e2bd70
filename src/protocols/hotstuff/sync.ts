/**
 * Blocks that a certificate names and that have not arrived: asked of whoever showed the certificate, then of its signers, of whom
 * f+1 correct ones have the block. Blocks come with their certificates and decide by the same rules as live ones.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import { keptFrom } from '../common/chain/kept.ts';
import { snapshotOf } from '../common/chain/snapshot.ts';
import { requestSync } from './ask.ts';
import { addBlock, adopt, isKnown, onCertificate } from './certify.ts';
import type { Entry, SyncRequest, SyncResponse } from './messages.ts';
import { NOTE } from './notes.ts';
import { checkContent } from './proposal.ts';
import { type Ctx, verifyQc } from './rules.ts';
import { digestOfQc } from './signing.ts';
import { proofOf, takeSnapshot } from './snapshot.ts';
import { leaderOf, type Out, type State } from './state.ts';
import { isBlockMissing, isCertified, ledgerAt } from './tree.ts';

export function onSyncTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (isBlockMissing(state)) requestSync(state, state.self, now, out, ctx);
}

export function onSyncRequest(state: State, from: NodeIndex, message: SyncRequest, out: Out, ctx: Ctx): void {
  const { height, digest } = message;
  const { syncBatch } = ctx.config;
  const { highQc } = state;
  const kept = keptFrom(state, height, syncBatch);
  const snapshot = kept === null ? snapshotOf(state) : null;
  if (snapshot === null) {
    const entries = entriesFrom(state, kept ?? [], height, digest, syncBatch);
    return void out.send(from, { type: 'sync-response', entries, highQc });
  }
  const proof = proofOf(state);
  const entries = entriesFrom(state, proof, state.decided + 1 + proof.length, digest, syncBatch);
  out.send(from, { type: 'sync-response', entries, highQc, snapshot });
}

/** These first, then the branch from `height` up to the block asked for, or to that of our highest certificate. */
function entriesFrom(state: State, first: readonly Entry[], height: number, digest: string, most: number): Entry[] {
  const entries = [...first];
  const branch: Entry[] = [];
  const top = state.tree.get(digest) ?? state.tree.get(digestOfQc(state.highQc));
  for (let node = top; node !== undefined; node = state.tree.get(node.block.parent)) {
    const isProved = node.qc !== null || blockHash(node.block) === digest;
    if (node.block.height >= height && isProved) branch.push({ block: node.block, qc: node.qc });
  }
  entries.push(...branch.reverse().slice(0, Math.max(0, most - entries.length)));
  return entries;
}

/** Takes blocks in one after the other while each is certified, and asks on while some are missing. */
export function onSyncResponse(
  state: State,
  from: NodeIndex,
  message: SyncResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (!onCertificate(state, message.highQc, from, now, out, ctx)) return;
  const before = state.decided;
  const hasJumped = message.snapshot !== undefined && takeSnapshot(state, message.snapshot, message.entries, out, ctx);
  let added = hasJumped ? 1 : 0;
  let last = 0;
  for (const entry of message.entries) {
    const refusal = takeEntry(state, entry, now, out, ctx);
    if (refusal === null) added++;
    else if (refusal !== '') return out.note(refusal);
    last = entry.block.height;
  }
  const isStuck = added === 0 && last > state.decided && state.asked?.peer === from;
  if (added === 0 && !isStuck) return;
  state.asked = null;
  // An answer may be too short for its blocks to decide anything: the next one goes on where it ends.
  const next = (state.decided > before ? state.decided : last) + 1;
  if (isBlockMissing(state)) requestSync(state, from, now, out, ctx, next);
}

/** Null when the block is new and stands where it belongs now; '' when it was here; otherwise why it is refused. */
function takeEntry(state: State, { block, qc }: Entry, now: Micros, out: Out, ctx: Ctx): string | null {
  const digest = blockHash(block);
  if (block.height <= state.decided) return '';
  if (state.tree.has(digest)) {
    if (qc?.digest === digest) onCertificate(state, qc, state.self, now, out, ctx);
    return '';
  }
  const certificate = qc ?? (state.highQc?.digest === digest ? state.highQc : null);
  if (certificate === null || certificate.digest !== digest) return NOTE.uncertified;
  if (certificate.height !== block.height || certificate.view !== block.epoch) return NOTE.uncertified;
  if (block.proposer !== leaderOf(block.epoch, state.validatorCount)) return NOTE.wrongLeader;
  if (!isCertified(state, block.parent) || heightAt(state, block.parent) !== block.height - 1) return NOTE.wrongPlace;
  const refusal = isKnown(state, certificate) ? null : verifyQc(certificate, ctx);
  if (refusal !== null) return refusal;
  const content = checkContent(state, block, ctx);
  if (content !== null) return content;
  addBlock(state, block, out, ctx);
  adopt(state, certificate, out, ctx);
  return null;
}

/** Height of a block that can be built on; −1 where it is unknown. */
function heightAt(state: State, digest: string): number {
  if (ledgerAt(state, digest) === null) return -1;
  return digest === state.tip ? state.decided : (state.tree.get(digest)?.block.height ?? -1);
}
