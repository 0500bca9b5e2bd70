/** The two evaluators, and the definition's quantifiers as a third, agree on random formulas and traces. */
import { describe, expect, it } from 'vitest';
import { evaluate, type FiniteTrace } from './evaluate.ts';
import { type Formula, looksAhead } from './formula.ts';
import { Monitor } from './monitor.ts';
import { nodeTable } from './nodes.ts';
import { bySense, type Chance, chance, randomFormula, randomTrace } from './testing.ts';

const PAIRS = Number(process.env['LTL_PAIRS'] ?? 100_000);

function monitored(formula: Formula, trace: FiniteTrace, length = trace.length): Monitor {
  const table = nodeTable(formula, '');
  const monitor = new Monitor(table);
  for (let i = 0; i < length; i++) {
    const holds = table.propositions.map((proposition) => trace.holds(proposition, i));
    monitor.step({ t: trace.timeAt(i), holds: (index) => holds[index] === true });
  }
  return monitor;
}

function pair(seed: number): { draw: Chance; formula: Formula; trace: FiniteTrace } {
  const draw = chance(seed);
  return { draw, formula: randomFormula(draw, 1 + (seed % 4)), trace: randomTrace(draw) };
}

describe(`${PAIRS} random formulas and traces`, { timeout: 240_000 }, () => {
  it('are judged alike by definition, evaluator and monitor', () => {
    const counts = { satisfied: 0, violated: 0, definite: 0, ahead: 0, limit: 0 };
    for (let seed = 1; seed <= PAIRS; seed++) {
      const { formula, trace } = pair(seed);
      const expected = evaluate(formula, trace);
      if (seed % 5 === 0) expect(bySense(formula, trace), `seed ${seed}`).toBe(expected);
      const monitor = monitored(formula, trace);
      if (monitor.limit !== null) {
        counts.limit++;
        continue;
      }
      const { verdict } = monitor;
      const found = verdict === 'satisfied' || verdict === 'currently true';
      if (found !== expected) expect(`seed ${seed}: ${verdict}`).toBe(`seed ${seed}: ${expected}`);
      counts[expected ? 'satisfied' : 'violated']++;
      if (monitor.definite !== null) counts.definite++;
      if (looksAhead(formula)) counts.ahead++;
    }
    expect(counts.limit).toBeLessThan(PAIRS / 1000);
    for (const count of [counts.satisfied, counts.violated, counts.definite, counts.ahead]) {
      expect(count).toBeGreaterThan(PAIRS / 5);
    }
  });

  it('keep a definite verdict whatever follows', () => {
    let definite = 0;
    for (let seed = 1; seed <= PAIRS / 50; seed++) {
      const { draw, formula, trace } = pair(seed);
      for (let length = 1; length <= trace.length; length++) {
        const decided = monitored(formula, trace, length).definite;
        if (decided === null) continue;
        definite++;
        for (let round = 0; round < 5; round++) {
          const tail = randomTrace(draw);
          const all: FiniteTrace = {
            length: length + tail.length,
            holds: (proposition, i) => (i < length ? trace.holds(proposition, i) : tail.holds(proposition, i - length)),
            timeAt: (i) => (i < length ? trace.timeAt(i) : trace.timeAt(length - 1) + tail.timeAt(i - length)),
          };
          expect(evaluate(formula, all), `seed ${seed}`).toBe(decided.verdict === 'satisfied');
        }
        break;
      }
    }
    expect(definite).toBeGreaterThan(PAIRS / 200);
  });

  it('are judged alike when states that change nothing are passed over', () => {
    let skipped = 0;
    for (let seed = 1; seed <= PAIRS / 20; seed++) {
      const { draw, formula, trace } = pair(seed);
      const table = nodeTable(formula, '');
      const [whole, lazy] = [new Monitor(table), new Monitor(table)];
      let t = 0;
      let isSameAsLast = false;
      for (let i = 0; i < trace.length; i++) {
        const holds = table.propositions.map((proposition) => trace.holds(proposition, i));
        const isTrue = (index: number): boolean => holds[index] === true;
        for (let again = draw(4); again >= 0; again--) {
          whole.step({ t, holds: isTrue });
          // The first state of a stretch may differ from the one before it.
          if (isSameAsLast && lazy.isStable(t)) {
            lazy.repeat();
            skipped++;
          } else lazy.step({ t, holds: isTrue });
          isSameAsLast = true;
          t += draw(3);
        }
        isSameAsLast = false;
      }
      expect(lazy.verdict, `seed ${seed}`).toBe(whole.verdict);
      expect(lazy.definite, `seed ${seed}`).toEqual(whole.definite);
    }
    expect(skipped).toBeGreaterThan(PAIRS / 20);
  });

  it('are judged alike after a monitor was captured and restored', () => {
    for (let seed = 1; seed <= PAIRS / 50; seed++) {
      const { formula, trace } = pair(seed);
      const cut = seed % trace.length;
      const table = nodeTable(formula, '');
      const resumed = new Monitor(table);
      resumed.restore(structuredClone(monitored(formula, trace, cut).capture()));
      for (let i = cut; i < trace.length; i++) {
        const holds = table.propositions.map((proposition) => trace.holds(proposition, i));
        resumed.step({ t: trace.timeAt(i), holds: (index) => holds[index] === true });
      }
      expect(resumed.capture(), `seed ${seed}`).toEqual(monitored(formula, trace).capture());
    }
  });
});
