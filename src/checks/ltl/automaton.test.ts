/** What a formula remembers from one run must change nothing in another. */
import { expect, it } from 'vitest';
import { Monitor } from './monitor.ts';
import { type NodeTable, nodeTable } from './nodes.ts';
import { chance, type LetterTrace, randomFormula, randomTrace } from './testing.ts';

const FORMULAS = 300;
const TRACES = 12;

function judge(table: NodeTable, trace: LetterTrace): Monitor {
  const monitor = new Monitor(table);
  for (let i = 0; i < trace.length; i++) {
    const holds = (index: number): boolean => trace.holds(table.propositions[index] as never, i);
    monitor.step({ t: trace.timeAt(i), holds });
  }
  return monitor;
}

it('judges every run as if it were the first', () => {
  let definite = 0;
  for (let seed = 1; seed <= FORMULAS; seed++) {
    const draw = chance(seed);
    const formula = randomFormula(draw, 2 + (seed % 3));
    const shared = nodeTable(formula, '');
    for (let run = 0; run < TRACES; run++) {
      const trace = randomTrace(draw);
      const [later, first] = [judge(shared, trace), judge(nodeTable(formula, ''), trace)];
      expect(later.verdict, `seed ${seed}, run ${run}`).toBe(first.verdict);
      expect(later.whyNot(), `seed ${seed}, run ${run}`).toEqual(first.whyNot());
      expect(structuredClone(later.capture()), `seed ${seed}, run ${run}`).toEqual(structuredClone(first.capture()));
      if (first.definite !== null) definite++;
    }
  }
  expect(definite).toBeGreaterThan(FORMULAS);
});
