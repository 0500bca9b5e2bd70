import { beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { Explorer, type SearchRequest } from './explorer.ts';
import { futures } from './inevitability.ts';
import { MODES } from './modes/index.ts';
import { twinsCount } from './modes/twins.ts';
import { checked, plainScenario } from './plain.ts';
import { probe } from './probe.ts';
import { isWithinModel, shrinkScenario, withoutStorm } from './shrink/index.ts';

const MUTANTS = PROTOCOLS.get('svbft')?.mutants ?? [];

function requestFor(mutant: string | null, validators = 4, mode = 'mixed'): SearchRequest {
  const check = MUTANTS.find(({ name }) => name === mutant)?.check ?? null;
  return { base: plainScenario({ protocol: 'svbft', mutant, validators }), mode, seed: 1, budget: 600, check };
}

describe.each(MODES)('mode $name', ({ name }) => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await Explorer.open(requestFor(null, 4, name));
  });

  it('makes valid scenarios within the fault model, each of them different', () => {
    const texts = new Set<string>();
    for (let index = 0; index < 120; index++) {
      const scenario = explorer.candidate(index);
      if (scenario === null) throw new Error(`exhausted at ${index}`);
      expect(validateScenario(scenario, PROTOCOLS)).toHaveProperty('scenario');
      expect(isWithinModel(withoutStorm(scenario)), `index ${index}`).toBe(true);
      expect(scenario.stop.ms).not.toBeNull();
      texts.add(JSON.stringify(scenario));
    }
    expect(texts.size).toBeGreaterThan(110);
  });

  it('means the same by an index wherever it is asked', async () => {
    const other = await Explorer.open(requestFor(null, 4, name));
    for (const index of [0, 7, 33]) expect(other.candidate(index)).toEqual(explorer.candidate(index));
  });
});

it.each(MODES.map(({ name }) => name))(
  'mode %s leaves a node alone that its scenario has down already',
  async (mode) => {
    const faults: ScenarioInput['faults'] = [
      { kind: 'crash', target: 'v1', at: 900, until: 2_500 },
      { kind: 'byzantine', target: 'v3', behaviour: 'equivocate', at: 500 },
    ];
    const base = checked({
      ...plainScenario({ protocol: 'svbft', mutant: null, validators: 4 }),
      faults,
    } as ScenarioInput);
    const explorer = await Explorer.open({ ...requestFor(null, 4, mode), base });
    const crashed = new Set<string>();
    for (let index = 0; index < 200; index++) {
      for (const fault of explorer.candidate(index)?.faults.slice(2) ?? []) {
        if (fault.kind === 'crash') crashed.add(fault.target);
      }
    }
    // Others still crash, and so does the same node at other times.
    if (mode === 'mixed' || mode === 'targeted') expect([...crashed].sort()).toEqual(['v0', 'v1', 'v2', 'v3']);
  },
);

describe('twins', () => {
  it('enumerates every split once and then ends', async () => {
    const { field, ...explorer } = await Explorer.open(requestFor(null, 4, 'twins')).then((opened) => ({
      field: opened.field,
      candidate: (index: number) => opened.candidate(index),
    }));
    const count = twinsCount(field);
    // Four twins × four audiences × four splits in each of three rounds.
    expect(count).toBe(4 * 4 ** 4);
    const texts = new Set<string>();
    for (let index = 0; index < count; index++) texts.add(JSON.stringify(explorer.candidate(index)));
    expect(texts.size).toBe(count);
    expect(explorer.candidate(count)).toBeNull();
  });
});

/** The run at which a search with seed 1 finds each (docs/searching.md has the table). */
const FOUND_AT: Readonly<Record<string, number>> = {
  'svbft-vc-forgets': 11,
  'quorum-2f+1-any-n': 25,
  'votes-not-distinct': 10,
  'timer-not-doubled': 36,
  unverified: 39,
  'no-domain-separation': 43,
  'qc-repeated-signers': 319,
};

describe('broken variants from a plain configuration', () => {
  it('every variant has its run', () => {
    expect(MUTANTS.map(({ name }) => name).sort()).toEqual(Object.keys(FOUND_AT).sort());
  });

  it.each(MUTANTS)(
    '$name is found by its check, and the mended protocol survives the same run',
    async ({ name, check }) => {
      const validators = name === 'quorum-2f+1-any-n' ? 6 : 4;
      const explorer = await Explorer.open(requestFor(name, validators));
      const report = await explorer.run(FOUND_AT[name] ?? -1);
      if (report.kind !== 'run' || report.scenario === null) throw new Error(`not found: ${JSON.stringify(report)}`);
      expect(report.findings.map((finding) => finding.check)).toContain(check);
      const { scenario } = report;
      const mended: Scenario = { ...scenario, protocol: { ...scenario.protocol, mutant: null } };
      expect((await probe(mended)).findings).toEqual([]);
    },
  );

  it('the correct protocol survives the first runs of a search', { timeout: 120_000 }, async () => {
    const explorer = await Explorer.open(requestFor(null));
    let decided = 0;
    for (let index = 0; index < 100; index++) {
      const report = await explorer.run(index);
      expect(report).toMatchObject({ kind: 'run', findings: [] });
      if (report.kind === 'run' && report.height > 0) decided++;
    }
    expect(decided).toBeGreaterThan(90);
  });
});

describe('shrinking', () => {
  it.each([
    ['svbft-vc-forgets', 2],
    ['unverified', 1],
  ] as const)('%s comes down to %i faults that still show it', { timeout: 180_000 }, async (mutant, faultsMax) => {
    const request = requestFor(mutant);
    const found = (await Explorer.open(request)).candidate(FOUND_AT[mutant] ?? -1) as Scenario;
    const check = request.check as string;
    const shrunk = await shrinkScenario(found, { check, budget: 600 });
    expect(shrunk?.scenario.faults.length).toBeLessThanOrEqual(faultsMax);
    const { scenario } = shrunk as NonNullable<typeof shrunk>;
    expect((await probe(scenario, check)).findings.map((finding) => finding.check)).toContain(check);
    expect((await probe({ ...scenario, protocol: { ...scenario.protocol, mutant: null } })).findings).toEqual([]);
    expect(scenario.faults.length).toBeLessThanOrEqual(found.faults.length);
  });

  it('gives nothing where nothing is violated', async () => {
    const calm = {
      ...plainScenario({ protocol: 'svbft', mutant: null, validators: 4 }),
      stop: { height: null, ms: 3000 },
    };
    expect(await shrinkScenario(calm, { check: 'agreement', budget: 10 })).toBeNull();
  });
});

describe('inevitability', () => {
  it('nothing is lost before the first fault, everything once the victim has decided alone and is cut off', async () => {
    const scenario = checked(presetById('mutant-svbft-vc-forgets')?.scenario as ScenarioInput);
    const moments = await futures(scenario, { check: 'agreement', moments: 5, futuresPerMoment: 4 });
    expect(moments[0]).toMatchObject({ atMs: 0, violated: 0 });
    expect(moments.at(-1)).toMatchObject({ violated: 4 });
    const shares = moments.map(({ violated }) => violated);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('a scenario that violates nothing has no such moment', async () => {
    const calm = {
      ...plainScenario({ protocol: 'svbft', mutant: null, validators: 4 }),
      stop: { height: null, ms: 2000 },
    };
    expect(await futures(calm, { check: 'agreement', moments: 3, futuresPerMoment: 1 })).toEqual([]);
  });
});
