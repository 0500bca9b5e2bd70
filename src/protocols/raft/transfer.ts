/** Handing over leadership: the target is brought up to date and then told to stand at once. Ref: thesis §3.10. */
import type { NodeIndex } from '../../core/ids.ts';
import { lastIndex } from './log.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isVoter } from './rules.ts';
import type { Leading, Out, State } from './state.ts';

/** A scheduled transfer: concerns whoever leads now. No new blocks until it is over. */
export function onTransferTimer(state: State, to: NodeIndex, out: Out, ctx: Ctx): void {
  const { leading } = state;
  if (leading === null || to === state.self || !isVoter(state.configuration, to)) return;
  out.note(NOTE.transferBegins);
  leading.transferTo = to;
  out.setTimer({ kind: 'transfer-abort', term: state.term }, ctx.config.electionMicros);
  tryHandOver(state, leading, out);
}

/** Tells the target to stand once its log is as long as ours. */
export function tryHandOver(state: State, leading: Leading, out: Out): void {
  const { transferTo } = leading;
  if (transferTo === null || leading.progress[transferTo]?.match !== lastIndex(state.log)) return;
  out.note(NOTE.transferNow);
  out.send(transferTo, { type: 'timeout-now', term: state.term });
}

/** The target did not take over: lead on. */
export function onTransferAbort(state: State, term: number, out: Out): boolean {
  const { leading } = state;
  if (leading === null || term !== state.term || leading.transferTo === null) return false;
  out.note(NOTE.transferFailed);
  leading.transferTo = null;
  return true;
}
