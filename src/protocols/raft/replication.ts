/** Copying the leader's log: entries, heartbeats, repair, and what a majority of copies means. Ref: §5.3, §5.4.2, §7. */
import type { NodeIndex } from '../../core/ids.ts';
import { advance } from './apply.ts';
import { entriesFrom, lastIndex, termAt } from './log.ts';
import { type Ctx, mayCommit, quorumValue } from './rules.ts';
import type { Leading, Out, Progress, State } from './state.ts';

/** Sends everyone what is new. Servers that are in step share one message, signed once. */
export function replicate(state: State, leading: Leading, out: Out, ctx: Ctx): void {
  const last = lastIndex(state.log);
  const isInStep = ({ next, isProbing }: Progress): boolean => next === last && !isProbing;
  if (everyPeer(state, leading, isInStep)) {
    out.broadcast(appendFrom(state, last, 1));
    for (const progress of leading.progress) progress.next = last + 1;
    return;
  }
  for (const [node, progress] of leading.progress.entries()) {
    if (node !== state.self && !progress.isProbing && progress.next <= last) sendTo(state, node, progress, out, ctx);
  }
}

/** A heartbeat to all: to those in step one for all, to others what they lack. Ref: §5.2. */
export function beat(state: State, leading: Leading, out: Out, ctx: Ctx): void {
  leading.round++;
  const last = lastIndex(state.log);
  const isInStep = ({ next, isProbing }: Progress): boolean => next === last + 1 && !isProbing;
  if (everyPeer(state, leading, isInStep)) {
    out.broadcast(heartbeatAfter(state, leading, last));
  } else {
    for (const [node, progress] of leading.progress.entries()) {
      if (node === state.self) continue;
      if (progress.isProbing) sendTo(state, node, progress, out, ctx);
      else out.send(node, heartbeatAfter(state, leading, progress.next - 1));
    }
  }
  const own = leading.progress[state.self];
  if (own !== undefined) own.round = leading.round;
}

function everyPeer(state: State, { progress }: Leading, is: (progress: Progress) => boolean): boolean {
  for (let node = 0; node < progress.length; node++) {
    if (node !== state.self && !is(progress[node] as Progress)) return false;
  }
  return true;
}

function appendFrom(state: State, index: number, count: number) {
  const prevIndex = index - 1;
  return {
    type: 'append',
    term: state.term,
    prevIndex,
    prevTerm: termAt(state.log, prevIndex) ?? 0,
    commit: state.applied,
    entries: entriesFrom(state.log, index, count),
  } as const;
}

function heartbeatAfter(state: State, { round }: Leading, prevIndex: number) {
  const prevTerm = termAt(state.log, prevIndex) ?? 0;
  return { type: 'heartbeat', term: state.term, prevIndex, prevTerm, commit: state.applied, round } as const;
}

/** The entries a server lacks, as many as one message may hold; the snapshot where they are gone. Ref: §5.3, §7. */
export function sendTo(state: State, node: NodeIndex, progress: Progress, out: Out, ctx: Ctx): void {
  const { log, snapshot } = state;
  if (progress.next <= log.base.index && snapshot !== null) {
    out.send(node, { type: 'install-snapshot', term: state.term, snapshot });
    progress.next = snapshot.index + 1;
    progress.isProbing = true;
    return;
  }
  const count = Math.min(ctx.config.appendEntries, lastIndex(log) + 1 - progress.next);
  if (count === 0) {
    if (state.leading !== null) out.send(node, heartbeatAfter(state, state.leading, progress.next - 1));
    return;
  }
  out.send(node, appendFrom(state, progress.next, count));
  // In flight is taken for arrived; a refusal tells where it was not so.
  if (!progress.isProbing) progress.next += count;
}

/** Commits what a majority holds, if the leader may count it. True when there was something. Ref: §5.3, §5.4.2. */
export function commitWhatMay(state: State, leading: Leading, out: Out, ctx: Ctx): boolean {
  const index = quorumValue(state.configuration, (node) => leading.progress[node]?.match ?? 0, ctx.mutant);
  if (index <= state.applied || !mayCommit(state.log, index, state.term, ctx.mutant)) return false;
  advance(state, index, out, ctx);
  return true;
}
