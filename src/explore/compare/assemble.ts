/** From measured runs to the document of a comparison. */
import { TestnetError } from '../../core/problem.ts';
import { measure } from './measure.ts';
import { planComparison } from './plan.ts';
import {
  type Comparison,
  COMPARISON_FORMAT,
  type ComparisonPlan,
  type ComparisonRequest,
  type Measured,
} from './types.ts';

/** `measured` in the order of the plan's cells. */
export function assemble(plan: ComparisonPlan, seed: number, measured: readonly Measured[]): Comparison {
  const { name, columns, rows, cells } = plan;
  if (measured.length !== cells.length) throw new TestnetError('internal', 'runs are missing from the comparison');
  return {
    format: COMPARISON_FORMAT,
    name,
    seed,
    columns,
    rows: rows.map((heading, row) => ({
      ...heading,
      cells: measured.slice(row * columns.length, (row + 1) * columns.length),
    })),
  };
}

/** All runs, one after the other, in this thread. `onProgress`: share of the whole, and what runs now. */
export async function compare(
  request: ComparisonRequest,
  onProgress: (share: number, what: string) => void = () => undefined,
): Promise<Comparison> {
  const plan = planComparison(request);
  const measured: Measured[] = [];
  for (const [i, cell] of plan.cells.entries()) {
    const what = `${plan.rows[cell.row]?.label ?? ''}, ${plan.columns[cell.column]?.protocol ?? ''}`;
    measured.push(await measure(cell, (share) => onProgress((i + share) / plan.cells.length, what)));
  }
  return assemble(plan, request.base.seed, measured);
}
