/** What the status line says, visibly and to screen readers. Pure. */
import type { CheckResult } from '../../../session/api.ts';
import type { Frame, Marker, TraceView } from '../../../session/view.ts';
import { plainText, plural } from '../../lib/format.ts';

export interface Agreement {
  /** Correct, live validators whose newest block is on the same chain as the highest. */
  readonly agreeing: number;
  readonly validators: number;
}

/**
 * How many validators hold the same chain: those whose last decided block is the one most others decided at that height.
 * A validator that is behind agrees as long as what it has is the same.
 */
export function agreementAt(trace: TraceView, nodes: Frame['nodes'], at: number): Agreement {
  const validators = nodes.filter((node) => node.kind === 'validator');
  const blocks = trace.blocksAt(at);
  const last = new Map<number, { readonly height: number; readonly digest: string }>();
  const support = new Map<number, { digest: string; votes: number }>();
  for (const { height, digest, decidedBy } of blocks) {
    const best = support.get(height);
    if (best === undefined || decidedBy.length > best.votes) support.set(height, { digest, votes: decidedBy.length });
    for (const { node } of decidedBy) if ((last.get(node)?.height ?? -1) <= height) last.set(node, { height, digest });
  }
  const agreeing = validators.filter(({ index }) => {
    const block = last.get(index);
    return block === undefined || support.get(block.height)?.digest === block.digest;
  }).length;
  return { agreeing, validators: validators.length };
}

export interface CheckSummary {
  readonly text: string;
  readonly violated: readonly CheckResult[];
}

/** `9 checks hold`, `8 hold, 1 pending`, `2 violated: agreement, validity`. */
export function checkSummary(checks: readonly CheckResult[]): CheckSummary {
  const violated = checks.filter((check) => check.verdict === 'violated');
  if (violated.length > 0)
    return { text: `${violated.length} violated: ${violated.map((check) => check.name).join(', ')}`, violated };
  const pending = checks.filter((check) => check.verdict === 'pending').length;
  const holding = checks.length - pending;
  const hold = `${plural(holding, 'check')} ${holding === 1 ? 'holds' : 'hold'}`;
  return { text: pending === 0 ? hold : `${hold}, ${pending} pending`, violated };
}

/** When the first of them was violated, virtual ms. */
export function earliest(violated: readonly CheckResult[]): number | null {
  return violated.reduce<number | null>(
    (first, { atMs }) => (atMs === null ? first : Math.min(first ?? Number.POSITIVE_INFINITY, atMs)),
    null,
  );
}

/** At most so many marks are read out at once; decisions show in the height. */
const READ_OUT = 3;

/** New marks as sentences before the standing: `View change: height 5 enters view 1. `. */
export function newsOf(markers: readonly Marker[]): string {
  const told = markers.filter(({ kind }) => kind !== 'decision');
  const more = told.length - READ_OUT;
  const sentences = told.slice(-READ_OUT).map(({ label }) => `${plainText(label, 160)}. `);
  return `${more > 0 ? `${plural(more, 'earlier event')}. ` : ''}${sentences.join('')}`;
}

/** How many of the marks, ascending by time, are no later than `at`. */
export function marksUntil(markers: readonly Marker[], at: number): number {
  return markers.findLastIndex((marker) => marker.at <= at) + 1;
}

/** What a screen reader hears after a change. */
export function announcement(frame: Frame): string {
  const { words } = frame.declaration;
  const { violated } = checkSummary(frame.checks);
  const verdict =
    violated.length === 0 ? 'no violations' : violated.map((check) => `${check.name} violated`).join(', ');
  return `${words.slot} ${frame.height}, ${words.epoch} ${frame.view}, ${verdict}`;
}
