/** What a table of a comparison shows: one measure a row (or one at a time), each with its unit and which way is better. */
import type { Comparison, Measured } from './types.ts';

export interface Measure {
  readonly id: string;
  readonly label: string;
  /** '' where the figure is a plain number. */
  readonly unit: string;
  /** What it counts, in one sentence. */
  readonly explain: string;
  /** Which way is better; null where neither is. */
  readonly better: 'less' | 'more' | null;
  /** Digits behind the point. */
  readonly digits: number;
  value(measured: Measured): number | null;
}

const perDecision = (total: number, { decisions }: Measured): number | null =>
  decisions === 0 ? null : total / decisions;

export const MEASURES: readonly Measure[] = [
  {
    id: 'decisions',
    label: 'Decisions',
    unit: '',
    explain: 'Heights that a correct node decided.',
    better: 'more',
    digits: 0,
    value: ({ decisions }) => decisions,
  },
  {
    id: 'messages-per-decision',
    label: 'Messages per decision',
    unit: '',
    explain: 'Copies sent between validators, heartbeats and elections included, by the number of decisions.',
    better: 'less',
    digits: 1,
    value: (measured) => perDecision(measured.messages, measured),
  },
  {
    id: 'bytes-per-decision',
    label: 'Bytes per decision',
    unit: 'B',
    explain: 'The same in bytes on the wire, signatures included.',
    better: 'less',
    digits: 0,
    value: (measured) => perDecision(measured.bytes, measured),
  },
  {
    id: 'messages',
    label: 'Messages',
    unit: '',
    explain: 'Copies sent between validators during the run.',
    better: 'less',
    digits: 0,
    value: ({ messages }) => messages,
  },
  {
    id: 'bytes',
    label: 'Bytes',
    unit: 'B',
    explain: 'Bytes sent between validators during the run.',
    better: 'less',
    digits: 0,
    value: ({ bytes }) => bytes,
  },
  {
    id: 'verified-per-decision',
    label: 'Signatures verified per decision',
    unit: '',
    explain: 'Over all nodes; certificates count each of their signatures.',
    better: 'less',
    digits: 1,
    value: (measured) => perDecision(measured.signatures.verified, measured),
  },
  {
    id: 'block-latency-p50',
    label: 'Finality of a block, p50',
    unit: 'ms',
    explain: 'From the proposal to the decision of each correct node.',
    better: 'less',
    digits: 0,
    value: ({ blockLatencyMs }) => blockLatencyMs.p50,
  },
  {
    id: 'block-latency-p95',
    label: 'Finality of a block, p95',
    unit: 'ms',
    explain: 'From the proposal to the decision of each correct node.',
    better: 'less',
    digits: 0,
    value: ({ blockLatencyMs }) => blockLatencyMs.p95,
  },
  {
    id: 'transaction-latency-p50',
    label: 'Finality of a transaction, p50',
    unit: 'ms',
    explain: "From the client's submission to the first decision.",
    better: 'less',
    digits: 0,
    value: ({ transactionLatencyMs }) => transactionLatencyMs.p50,
  },
  {
    id: 'transaction-latency-p95',
    label: 'Finality of a transaction, p95',
    unit: 'ms',
    explain: "From the client's submission to the first decision.",
    better: 'less',
    digits: 0,
    value: ({ transactionLatencyMs }) => transactionLatencyMs.p95,
  },
  {
    id: 'blocks-per-second',
    label: 'Blocks',
    unit: '/s',
    explain: 'Decided heights by virtual seconds of the run.',
    better: 'more',
    digits: 2,
    value: ({ blocksPerSecond }) => blocksPerSecond,
  },
  {
    id: 'transactions-per-second',
    label: 'Transactions',
    unit: '/s',
    explain: 'Decided transfers by virtual seconds of the run.',
    better: 'more',
    digits: 1,
    value: ({ transactionsPerSecond }) => transactionsPerSecond,
  },
  {
    id: 'view-changes',
    label: 'Changes of leader',
    unit: '',
    explain: 'View changes, elections, new ballots: counted when the first correct node enters.',
    better: null,
    digits: 0,
    value: ({ viewChanges }) => viewChanges,
  },
  {
    id: 'longest-pause',
    label: 'Longest pause',
    unit: 'ms',
    explain: 'The longest time without a decision, from the start, or up to the end.',
    better: 'less',
    digits: 0,
    value: ({ longestPauseMs }) => longestPauseMs,
  },
];

/** Not a figure: whether checks held and whether it goes on. Chosen like a measure where rows are many. */
export const VERDICT_ID = 'verdict';

export function measureById(id: string): Measure | null {
  return MEASURES.find((measure) => measure.id === id) ?? null;
}

/** A figure as text without its unit; `–` where there is none. */
export function figureText(measure: Measure, value: number | null): string {
  return value === null ? '–' : value.toFixed(measure.digits).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, '\u202f');
}

/** Figures closer than this to the best one count as equal. */
const EQUAL_SHARE = 0.05;

/**
 * How each figure of a row stands to the best one: 1 for the best, otherwise how many times worse; null where there is no
 * figure, nothing better or worse, or all are about equal.
 */
export function standings(measure: Measure, values: readonly (number | null)[]): (number | null)[] {
  const known = values.filter((value) => value !== null);
  if (measure.better === null || known.length < 2) return values.map(() => null);
  const best = measure.better === 'less' ? Math.min(...known) : Math.max(...known);
  const ratio = (value: number): number => {
    const [large, small] = measure.better === 'less' ? [value, best] : [best, value];
    if (large === small) return 1;
    return small === 0 ? Number.POSITIVE_INFINITY : large / small;
  };
  const ratios = values.map((value) => (value === null ? null : ratio(value)));
  const isEqual = ratios.every((each) => each === null || each <= 1 + EQUAL_SHARE);
  return isEqual ? values.map(() => null) : ratios.map((each) => (each !== null && each <= 1 + EQUAL_SHARE ? 1 : each));
}

/** The middle figure of a column, the smaller of two; null where there is none. */
export function median(measure: Measure, cells: readonly Measured[]): number | null {
  const values = cells.map((cell) => measure.value(cell)).filter((value) => value !== null);
  values.sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
}

/** Whether rows differ by nothing but chance, so that a middle says something. */
export function isRepeated({ rows }: Pick<Comparison, 'rows'>): boolean {
  return rows.length > 1 && rows.every(({ id }) => id.startsWith('seed-'));
}

export type VerdictKind = 'holds' | 'stopped' | 'violated';

/** In one word for a mark, and in a few for people. A broken promise about time is no loss of safety. */
export function verdictOf({ violated, goesOn, lastDecisionMs }: Measured): {
  readonly kind: VerdictKind;
  readonly text: string;
} {
  if (violated.length > 0) {
    const names = violated.map(({ name }) => name).join(', ');
    return { kind: 'violated', text: `${names} violated${goesOn ? '' : ', stands still'}` };
  }
  if (goesOn) return { kind: 'holds', text: 'safe, goes on' };
  const since =
    lastDecisionMs === null ? 'decides nothing' : `stands still since ${(lastDecisionMs / 1000).toFixed(1)} s`;
  return { kind: 'stopped', text: `safe, ${since}` };
}

/** A check was violated although no more failed than the protocol promises to bear. */
export function isBroken({ violated, isBeyondModel }: Measured): boolean {
  return violated.length > 0 && !isBeyondModel;
}
