/** What the page and a worker of a comparison tell each other. Plain data. */
import type { Cell, Measured } from '../../../explore/compare/index.ts';

export interface ToWorker {
  /** Position among the plan's cells. */
  readonly index: number;
  readonly cell: Cell;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly index: number; readonly share: number }
  | { readonly kind: 'measured'; readonly index: number; readonly measured: Measured }
  | { readonly kind: 'failed'; readonly text: string };
