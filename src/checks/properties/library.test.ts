/** Named properties hold where they should and are broken where they should, in every protocol's words. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../core/time.ts';
import { runScenario } from '../../cli/run.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { bindFormula } from '../ltl/bind.ts';
import { evaluate } from '../ltl/evaluate.ts';
import { type Proposition, propositionText } from '../ltl/formula.ts';
import { parseFormula } from '../ltl/parse.ts';
import { chance } from '../ltl/testing.ts';
import { LIBRARY } from './library.ts';
import { always, eventuallyWithin, leadsTo, type NamedProperty, sometimes } from './properties.ts';

async function verdicts(properties: readonly NamedProperty[], changes: Partial<ScenarioInput>) {
  const validated = validateScenario(
    {
      seed: 4,
      protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000 } },
      crypto: { suite: 'modelled:ml-dsa-65' },
      stop: { ms: 15_000 },
      expect: properties.map(({ name, ltl }) => ({ name, ltl })),
      ...changes,
    },
    PROTOCOLS,
  );
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { result } = await runScenario(validated.scenario, null);
  return Object.fromEntries(
    result.checks.filter(({ kind }) => kind === 'ltl').map((check) => [check.name, check.verdict]),
  );
}

describe('the library', () => {
  it.each([...PROTOCOLS.values()].map(({ declaration }) => declaration))('means something in $name', (declaration) => {
    for (const { ltl, misses } of LIBRARY) {
      expect(bindFormula(ltl, { declaration, validatorCount: 4, clientCount: 1 }), ltl).toHaveProperty('bound');
      expect(misses.length).toBeGreaterThan(40);
    }
    expect(new Set(LIBRARY.map(({ name }) => name)).size).toBe(LIBRARY.length);
  });

  it.each(LIBRARY)('can be kept and broken: $name', ({ ltl }) => {
    const parsed = parseFormula(ltl);
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem));
    const draw = chance(1);
    const found = new Set<boolean>();
    for (let round = 0; round < 400 && found.size < 2; round++) {
      const length = 1 + draw(5);
      const truth = new Map<string, boolean>();
      const holds = (proposition: Proposition, position: number): boolean => {
        const key = `${propositionText(proposition)} ${position}`;
        const known = truth.get(key) ?? draw(2) === 0;
        truth.set(key, known);
        return known;
      };
      found.add(evaluate(parsed.formula, { length, holds, timeAt: (position) => position * SECOND }));
    }
    expect([...found].sort()).toEqual([false, true]);
  });

  it('holds where nothing happens but blocks, save what waits for a fault', async () => {
    const found = await verdicts(LIBRARY, {});
    expect(Object.keys(found).filter((name) => found[name] !== 'holds')).toEqual(['somebody crashes']);
  });

  it('sees a crash that nobody gets over', async () => {
    const crash = { kind: 'crash', at: 3000 } as const;
    const found = await verdicts(LIBRARY, {
      faults: [
        { ...crash, target: 'v0' },
        { ...crash, target: 'v1' },
      ],
    });
    const broken = Object.keys(found).filter((name) => found[name] !== 'holds');
    expect(broken).toEqual(expect.arrayContaining(['all is calm', 'who crashes comes back', 'a crash is got over']));
    expect(broken).not.toContain('nobody lies');
  });

  it('sees one that is got over', async () => {
    const found = await verdicts(LIBRARY, { faults: [{ kind: 'crash', target: 'v0', at: 3000, until: 8000 }] });
    for (const name of [
      'who crashes comes back',
      'a crash is got over',
      'a crash brings a change',
      'every fault ends',
    ]) {
      expect([name, found[name]]).toEqual([name, 'holds']);
    }
    expect(found['all is calm']).toBe('violated');
  });

  it('sees a liar', async () => {
    const found = await verdicts(LIBRARY, {
      faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'equivocate', at: 0 }],
    });
    expect(found['nobody lies']).toBe('violated');
    expect(found['evidence convicts only who lied']).toBe('holds');
  });
});

describe('named properties', () => {
  it('hold and fail with the run', async () => {
    const found = await verdicts(
      [
        always('low', 'height <= 3'),
        always('bounded', 'height <= 500'),
        sometimes('tall', 'height >= 500'),
        eventuallyWithin('soon', 'height >= 2', 10 * SECOND),
        eventuallyWithin('at once', 'height >= 2', SECOND / 1000),
        leadsTo('on and on', 'height = 2', 'height = 4'),
        leadsTo('too fast', 'height = 2', 'height = 9', SECOND),
        leadsTo('never asked', 'crash', 'height >= 500'),
      ],
      {},
    );
    expect(found).toEqual({
      low: 'violated',
      bounded: 'holds',
      tall: 'violated',
      soon: 'holds',
      'at once': 'violated',
      'on and on': 'holds',
      'too fast': 'violated',
      'never asked': 'holds',
    });
  });
});
