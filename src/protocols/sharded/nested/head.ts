/**
 * The head of a parent: coordinator below, participant above. It votes YES above only when all leaves below have, with its own promise
 * on disk first; from then on the upper level decides and it is in doubt like any other.
 * Ref: Mohan, Lindsay, Obermarck 1986, hierarchical 2P. Mutant `nested-parent-early-yes`: it votes before its leaves have.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import { ask, createCoordination, decide, isDown } from '../coordinator.ts';
import type { PrepareRequest } from '../messages.ts';
import { NOTE as COMMIT_NOTE } from '../notes.ts';
import { isUnanimous } from '../rules.ts';
import { readAsked } from '../participant.ts';
import type { Coordination, Ctx, Out, State } from '../state.ts';
import { voteAbove } from './above.ts';
import { NOTE } from './notes.ts';
import { isHead, isNested, rootOf } from './tree.ts';

/** The upper level asks this shard for the vote of its parent. False: the question is for the shard itself. */
export function onPrepareAbove(
  state: State,
  from: NodeIndex,
  message: PrepareRequest,
  now: Micros,
  out: Out,
  ctx: Ctx,
): boolean {
  if (!isNested(ctx) || from === state.self) return false;
  const { slot } = message;
  const known = state.coordinating.get(slot);
  if (known?.superior === from) {
    answer(state, known, out);
    return true;
  }
  if (known !== undefined || state.outcomes.has(slot) || state.participating.has(slot)) return false;
  const transaction = readAsked(state, message, ctx);
  if (typeof transaction === 'string' || rootOf(transaction) !== from) return false;
  if (!isHead(transaction, state.self, ctx)) return false;
  const { batch, signature } = transaction.signed;
  if (!ctx.verify(batch.client, batch, signature)) {
    out.note(COMMIT_NOTE.badSignature);
    return true;
  }
  begin(state, createCoordination(transaction, now, ctx), now, out, ctx);
  return true;
}

function begin(state: State, entry: Coordination, now: Micros, out: Out, ctx: Ctx): void {
  const { transaction, children } = entry;
  out.persist({ kind: 'begun', transaction });
  state.coordinating.set(transaction.slot, entry);
  if (children.some((shard) => isDown(state, shard, now, ctx))) {
    out.note(COMMIT_NOTE.shardDown);
    return decide(state, entry, 'abort', 'timeout', out, ctx);
  }
  out.note(NOTE.asks);
  out.mark?.('commit2pc', transaction.slot, 'asks its leaves');
  ask(state, entry, out, ctx);
  if (ctx.mutant === 'nested-parent-early-yes') voteAbove(state, entry, null, out);
}

/** Asked again: what was said before. One that still gathers says it later; a YES is not taken back. */
function answer(state: State, entry: Coordination, out: Out): void {
  if (entry.phase === 'gathered') voteAbove(state, entry, null, out);
  else if (entry.phase === 'aborting' && !isUnanimous(entry)) voteAbove(state, entry, entry.reason ?? 'aborted', out);
}
