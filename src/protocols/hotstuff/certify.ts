/** A certificate has been formed or has arrived: what it locks, decides and moves. Ref: §4.2 (QCs), §5, Algorithm 5 (`update`). */
import { blockHash } from '../../ledger/block.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { DecidedEntry, Qc } from './messages.ts';
import { NOTE } from './notes.ts';
import { requestSync } from './ask.ts';
import { type Ctx, verifyQc } from './rules.ts';
import { discardOld } from './snapshot.ts';
import { isChained, type Out, type State } from './state.ts';
import { enterView } from './view.ts';
import { insertBlock, isBlockMissing, isNews, learnQc } from './tree.ts';
import type { Block } from '../../ledger/types.ts';

/**
 * Takes in a certificate that `from` sent; false, with a note, when it proves nothing. One that says nothing new is not
 * verified: whoever needs it for something knows it from before.
 */
export function onCertificate(state: State, qc: Qc | null, from: NodeIndex, now: Micros, out: Out, ctx: Ctx): boolean {
  if (qc === null) return true;
  if (!isKnown(state, qc)) {
    const refusal = verifyQc(qc, ctx);
    if (refusal !== null) {
      out.note(refusal);
      return false;
    }
  }
  adopt(state, qc, out, ctx);
  if (isBlockMissing(state)) requestSync(state, from, now, out, ctx);
  return true;
}

/** Whether we hold this very statement, verified: one certificate vouches for every equal one. */
export function isKnown(state: State, { phase, view, height, digest }: Qc): boolean {
  if (phase !== 'prepare') return false;
  const { highQc } = state;
  if (highQc?.digest === digest) return highQc.view === view && highQc.height === height;
  const known = state.tree.get(digest)?.qc ?? (digest === state.tip ? state.chain.at(-1)?.qc : null) ?? null;
  return known !== null && known.phase === 'prepare' && known.view === view && known.height === height;
}

/** A valid certificate: on disk, then what follows from it. */
export function adopt(state: State, qc: Qc, out: Out, ctx: Ctx): void {
  const { lock } = state;
  if (isNews(state, qc)) {
    out.persist({ kind: 'certificate', qc });
    announce(state, learnQc(state, qc, ctx), out, ctx);
    if (state.lock !== lock) out.note(isChained(state) ? NOTE.locked : NOTE.lockedByQuorum);
  }
  excuse(state, qc);
  // Its voters were in its view, and in the chained form have nothing left to do there. Ref: §5, Algorithm 4 (`onNewView`).
  const isOver = isChained(state) || qc.phase === 'commit';
  const view = isOver ? qc.view + 1 : qc.view;
  if (view > state.view) enterView(state, view, false, out, ctx);
}

/** The view before did not fail after all: its votes came by another way than its collector. */
function excuse(state: State, { phase, view }: Qc): void {
  if (phase !== 'prepare' || view + 1 !== state.lengthenedAt || !isChained(state)) return;
  state.lengthenedAt = 0;
  state.timeouts = Math.max(0, state.timeouts - 1);
}

/** A checked block: on disk, then into the tree. */
export function addBlock(state: State, block: Block, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'block', block });
  announce(state, insertBlock(state, block, ctx), out, ctx);
}

function announce(state: State, decided: readonly DecidedEntry[], out: Out, ctx: Ctx): void {
  if (decided.length === 0) return;
  state.timeouts = 0;
  for (const { block, qc } of decided) {
    out.decide({ slot: block.height, epoch: block.epoch, digest: blockHash(block), value: block, certificate: qc });
  }
  discardOld(state, out, ctx);
}
