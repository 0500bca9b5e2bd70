/** Why a formula fails: the innermost part that does, in words. */
import { type Micros, msFromMicros } from '../../core/time.ts';
import type { Demand, Duty } from './duties.ts';
import type { Node, NodeTable } from './nodes.ts';
import type { Step } from './progress.ts';

export interface Reason {
  /** The part of the formula that failed. */
  readonly text: string;
  /**
   * false: it does not hold in this state · late: its time was up · open: the trace ended before it came ·
   * clash: its parts cannot all be met · hopeless: nothing that can still come satisfies the formula
   */
  readonly kind: 'false' | 'late' | 'open' | 'clash' | 'hopeless';
  /** Since when it was demanded, where it was not in this state. */
  readonly since: { readonly position: number; readonly t: Micros } | null;
  /** Index of the proposition that decided it, where one did. */
  readonly proposition?: number;
}

/** What lost the demand in this state. `residual`: what was demanded before it; null: it is the first. */
export function lossReason(table: NodeTable, step: Step, residual: Demand | null): Reason {
  if (residual === null) return innermost(table, step, table.root);
  for (const clause of residual) {
    const lost = clause.find((one) => step.duty(one).length === 0);
    if (lost !== undefined) return innermost(table, step, lost.node);
  }
  const first = residual[0]?.[0];
  return { text: table.texts[first?.node ?? table.root] ?? '', kind: 'clash', since: null };
}

/** The duty that the end of the trace leaves open. */
export function lateReason(
  table: NodeTable,
  residual: Demand,
  birthOf: (duty: Duty) => { readonly position: number; readonly t: Micros } | null,
): Reason {
  const strong = residual.map((clause) => clause.filter(({ weak }) => !weak));
  const fewest = strong.reduce((least, clause) => (clause.length < least.length ? clause : least));
  const open = fewest[0] as Duty;
  return { text: table.texts[open.node] ?? '', kind: 'open', since: birthOf(open) };
}

/** Goes down into the part whose demand is lost at this state. */
function innermost(table: NodeTable, step: Step, index: number): Reason {
  const node = table.nodes[index] as Node;
  const text = table.texts[index] ?? '';
  const lost = (child: number): boolean => step.of(child).length === 0;
  switch (node.kind) {
    case 'literal':
      return { text, kind: 'false', since: null, proposition: node.proposition };
    case 'and':
      if (lost(node.left)) return innermost(table, step, node.left);
      return lost(node.right) ? innermost(table, step, node.right) : { text, kind: 'clash', since: null };
    case 'or':
      return innermost(table, step, node.right);
    case 'until':
      return lost(node.left) && table.nodes[node.left]?.kind !== 'false'
        ? innermost(table, step, node.left)
        : { text, kind: 'false', since: null };
    case 'release':
      return lost(node.right) ? innermost(table, step, node.right) : { text, kind: 'clash', since: null };
    case 'triggered':
      return lost(node.right) ? innermost(table, step, node.right) : { text, kind: 'false', since: null };
    default:
      return { text, kind: 'false', since: null };
  }
}

/** The reason in one line. `timeOf` gives '' where times say nothing. `actual`: what stands there instead of the proposition, or null. */
export function describeReason(
  reason: Reason,
  timeOf: (t: Micros) => string,
  actual: (proposition: number) => string | null,
): string {
  const time = reason.since === null ? '' : timeOf(reason.since.t);
  const stamp = time === '' ? '' : ` (${time})`;
  const since = reason.since === null ? '' : `, due since state ${reason.since.position}${stamp}`;
  const value = reason.proposition === undefined ? null : actual(reason.proposition);
  switch (reason.kind) {
    case 'false':
      return `${reason.text} does not hold${value === null ? '' : `: ${value}`}`;
    case 'late':
      return `${reason.text}${since}: did not come in time`;
    case 'open':
      return `${reason.text}${since}: never came`;
    case 'clash':
      return `${reason.text}: its parts cannot hold together`;
    case 'hopeless':
      return 'nothing that can still come satisfies it';
  }
}

/** `12.430 s` */
export function formatTime(t: Micros): string {
  return `${(msFromMicros(t) / 1000).toFixed(3)} s`;
}
