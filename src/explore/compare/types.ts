/** What a comparison is: the same seed, network, load and faults, run by several protocols. Plain data throughout. */
import type { Declaration, PhaseRole } from '../../protocols/protocol.ts';
import type { Scenario } from '../../scenario/index.ts';
import type { Percentiles } from '../../session/api.ts';

export const COMPARISON_FORMAT = 'testnet-comparison/1';
export const PROTOCOLS_MIN = 2;
export const PROTOCOLS_MAX = 4;

/** What differs from row to row, besides the protocol from column to column. */
export type Variation =
  | { readonly kind: 'none' }
  /** The same scenario with so many validators each. */
  | { readonly kind: 'validators'; readonly counts: readonly number[] }
  /** The same scenario with each of these seeds. */
  | { readonly kind: 'seeds'; readonly seeds: readonly number[] }
  /** The scenario's own faults give way to these, by id (see `cases.ts`). */
  | { readonly kind: 'faults'; readonly cases: readonly string[] };

export interface ComparisonRequest {
  readonly name: string;
  readonly base: Scenario;
  /** Two to four names of the registry, in the order of the columns. */
  readonly protocols: readonly string[];
  readonly vary: Variation;
  /** True: signatures as in the scenario. False: modelled, with the same sizes and costs, which is many times as fast. */
  readonly realSignatures: boolean;
}

/** Who is to fail, and how: known only once somebody leads. */
export interface Aim {
  readonly what: 'crash' | 'lie' | 'slow';
  /** How many nodes. */
  readonly count: number;
  /** The leader of the moment first, or last. */
  readonly from: 'leader' | 'others';
  readonly atMs: number;
}

/** One run of a comparison, still to be made. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly scenario: Scenario;
  readonly aim: Aim | null;
  /** What could not be taken over as it stood, one line each. */
  readonly notes: readonly string[];
}

export interface RowHeading {
  readonly id: string;
  readonly label: string;
}

export interface ColumnHeading {
  readonly protocol: string;
  readonly title: string;
  readonly faultModel: Declaration['faultModel'];
}

export interface ComparisonPlan {
  readonly name: string;
  readonly rows: readonly RowHeading[];
  readonly columns: readonly ColumnHeading[];
  /** Row by row. */
  readonly cells: readonly Cell[];
}

export interface PhaseCount {
  readonly phase: PhaseRole;
  readonly count: number;
  readonly bytes: number;
}

export interface BrokenCheck {
  readonly name: string;
  /** Virtual ms. */
  readonly atMs: number | null;
  readonly detail: string;
}

/** What a run showed. Every figure is counted by its hosts or seen by its observers. */
export interface Measured {
  readonly validatorCount: number;
  readonly faultCount: number;
  /** Nodes that may lie, and nodes that may lie or be down, as the protocol promises. */
  readonly tolerates: { readonly liars: number; readonly faulty: number };
  /** More failed at some time than the protocol promises to bear. */
  readonly isBeyondModel: boolean;
  readonly fingerprint: string;
  readonly timeMs: number;
  readonly events: number;
  /** Heights decided by a correct node. */
  readonly decisions: number;
  /** Copies sent, and their bytes, by what they are for; only phases that occurred, in the order of the phases. */
  readonly phases: readonly PhaseCount[];
  /** Over all phases but the clients'. */
  readonly messages: number;
  readonly bytes: number;
  readonly blockLatencyMs: Percentiles;
  readonly transactionLatencyMs: Percentiles;
  readonly blocksPerSecond: number;
  readonly transactionsPerSecond: number;
  readonly viewChanges: number;
  readonly signatures: { readonly made: number; readonly verified: number };
  /** The longest time without a decision, from the start or the last one to the next or the end. */
  readonly longestPauseMs: number;
  readonly lastDecisionMs: number | null;
  /** Something was decided in the second half of what the last change of faults left of the run. */
  readonly goesOn: boolean;
  readonly violated: readonly BrokenCheck[];
  /** Virtual run, as a scenario that shows it by itself. */
  readonly scenario: Scenario;
  readonly notes: readonly string[];
}

/** Everything a comparison found: the document of `--json` and of the page's export. */
export interface Comparison {
  readonly format: typeof COMPARISON_FORMAT;
  readonly name: string;
  readonly seed: number;
  readonly columns: readonly ColumnHeading[];
  readonly rows: readonly (RowHeading & { readonly cells: readonly Measured[] })[];
}
