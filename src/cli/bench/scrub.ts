/** Rows of the trace as the page reads it: what one look at any moment of a ten-minute run of 16 validators costs. */
import { type TraceFigure, traceFigures } from '../../session/trace-view/bench.ts';
import { type BenchOptions, type GroupResult, RUNS, rowOf } from './measure.ts';

const VALIDATORS = 16;
const SECONDS = 600;
const QUICK_SECONDS = 60;

export function benchScrub({ quick, now, onStep }: BenchOptions): GroupResult {
  const byName = new Map<string, { readonly unit: string; readonly values: number[] }>();
  for (let run = 0; run < RUNS; run++) {
    onStep(`scrub, run ${run + 1} of ${RUNS}`);
    for (const figure of traceFigures(now, VALIDATORS, quick ? QUICK_SECONDS : SECONDS)) note(byName, figure);
  }
  return {
    rows: [...byName].map(([name, { unit, values }]) => rowOf('scrub', name, unit, values)),
    ratios: [],
  };
}

function note(
  byName: Map<string, { readonly unit: string; readonly values: number[] }>,
  { name, unit, value }: TraceFigure,
): void {
  const known = byName.get(name);
  if (known === undefined) byName.set(name, { unit, values: [value] });
  else known.values.push(value);
}
