/** The life of the selected transaction as a line through the shards: where its steps stand. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { TransactionStep } from '../../../protocols/crossing.ts';
import type { TransactionLife } from '../../../session/view.ts';

export interface PlacedStep {
  readonly step: TransactionStep;
  readonly u: number;
  readonly v: number;
  readonly at: Micros;
}

/** From a promise to its end at one node: it holds locks, and is in doubt. */
export interface PlacedPromise {
  readonly u: number;
  readonly fromV: number;
  readonly toV: number;
  /** It has not ended. */
  readonly isOpen: boolean;
}

export interface PlacedLife {
  readonly transaction: number;
  /** Positions of the sendings of its messages. */
  readonly sends: ReadonlySet<number>;
  readonly steps: readonly PlacedStep[];
  readonly promises: readonly PlacedPromise[];
}

export function placeLife(
  { transaction, steps, copies }: TransactionLife,
  layout: { readonly lanes: readonly number[] },
  placeV: (at: Micros) => number,
  headV: number,
): PlacedLife {
  const placed: PlacedStep[] = [];
  const promises: PlacedPromise[] = [];
  for (const { step, node, at } of steps) {
    const u = layout.lanes[node];
    if (step === null || u === undefined) continue;
    placed.push({ step, u, v: placeV(at), at });
    if (step.means !== 'promise') continue;
    const end = steps.find((other) => other.node === node && other.step?.means === 'end');
    promises.push({ u, fromV: placeV(at), toV: end === undefined ? headV : placeV(end.at), isOpen: end === undefined });
  }
  return { transaction, sends: new Set(copies.map(({ send }) => send)), steps: placed, promises };
}
