/** What followers answer, and what the leader makes of it: agreement, repair, handing over. Ref: §5.3. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { afterCommit } from './leader.ts';
import { lastIndex, lastOfTerm } from './log.ts';
import type { AppendRefusal, AppendReply } from './messages.ts';
import { confirmReads } from './reads.ts';
import { commitWhatMay, sendTo } from './replication.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';
import { tryHandOver } from './transfer.ts';

/** A server agrees with us up to an index. Ref: §5.3. */
export function onAppendReply(
  state: State,
  from: NodeIndex,
  message: AppendReply,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { leading } = state;
  const progress = leading?.progress[from];
  if (leading === null || progress === undefined || message.term !== state.term) return;
  const last = lastIndex(state.log);
  progress.hasAnswered = true;
  progress.match = Math.max(progress.match, Math.min(message.index, last));
  progress.next = progress.isProbing ? message.index + 1 : Math.max(progress.next, progress.match + 1);
  progress.isProbing = false;
  if (message.round > progress.round) {
    progress.round = message.round;
    confirmReads(state, leading, out, ctx);
  }
  if (progress.next <= last) sendTo(state, from, progress, out, ctx);
  tryHandOver(state, leading, out);
  if (progress.match > state.applied && commitWhatMay(state, leading, out, ctx)) afterCommit(state, now, out, ctx);
}

/** A server's log does not reach or does not match: go back by a whole term at a time. Ref: end of §5.3. */
export function onAppendRefusal(state: State, from: NodeIndex, message: AppendRefusal, out: Out, ctx: Ctx): void {
  const { leading, log } = state;
  const progress = leading?.progress[from];
  if (progress === undefined || message.term !== state.term) return;
  progress.hasAnswered = true;
  const isStale = progress.isProbing ? message.prevIndex !== progress.next - 1 : message.prevIndex >= progress.next;
  if (isStale) return;
  const sameTerm = message.conflictTerm === 0 ? null : lastOfTerm(log, message.conflictTerm, message.prevIndex - 1);
  const next = sameTerm === null ? message.index : sameTerm + 1;
  progress.next = Math.max(1, Math.min(next, message.prevIndex));
  progress.isProbing = true;
  sendTo(state, from, progress, out, ctx);
}
