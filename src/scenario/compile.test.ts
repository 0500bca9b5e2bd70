import { describe, expect, it } from 'vitest';
import { compileScenario } from './compile.ts';
import { fakeProtocols } from './fake-protocol.ts';
import { recordFault, recordHeal, recordSubmission } from './record.ts';
import type { FaultInput, Scenario, ScenarioInput } from './schema.ts';
import { validateScenario } from './validate.ts';

function valid(input: Omit<ScenarioInput, 'protocol'>): Scenario {
  const result = validateScenario({ protocol: { name: 'fake' }, ...input }, fakeProtocols);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}
const planOf = (scenario: Scenario) => compileScenario(scenario, fakeProtocols);
const planFor = (input: Omit<ScenarioInput, 'protocol'>) => planOf(valid(input));

describe('the plan of a scenario', () => {
  it('has integer microseconds and node indices', () => {
    const plan = planFor({
      seed: 7,
      clients: 2,
      network: {
        latency: { kind: 'uniform', minMs: 0.0015, maxMs: 80 },
        loss: 0.1,
        synchrony: { kind: 'partial', gstMs: 1.5 },
      },
      workload: { batchMs: 250 },
      faults: [
        { kind: 'crash', target: 'v0', at: 3000, until: 12_000.001, restart: 'torn' },
        { kind: 'partition', groups: [['v3', 'c1'], ['v0']], at: 1 },
        { kind: 'link', from: ['v1'], delayMs: 2.5, loss: 0.25, duplicate: 1e-6, types: ['prepare'] },
        { kind: 'slow', target: 'c0', factor: 2.5, untilWhen: 'height>=9' },
        { kind: 'byzantine', target: 'v2', behaviour: 'equivocate', peers: ['v3', 'v1'], when: 'height >= 5' },
      ],
      transactions: [
        { at: 5, from: 'a3', to: 'a0', amount: 9 },
        { from: 'a0', to: 'a1', amount: 1, client: 'c1' },
      ],
      stop: { height: 20, ms: 60_000 },
    });
    expect(plan).toEqual({
      seed: 7,
      protocol: { name: 'fake', config: {}, mutant: null },
      validators: Array.from({ length: 4 }, () => ({ stake: 1, region: 'local', suite: 'ml-dsa-65' })),
      clientCount: 2,
      network: {
        latency: { kind: 'uniform', minMicros: 2, maxMicros: 80_000 },
        bandwidthMbps: 100,
        lossPpm: 100_000,
        duplicatePpm: 0,
        synchrony: { kind: 'partial', gst: 1500, deltaMicros: 500_000 },
      },
      workload: { ratePerSecond: 50, batchMicros: 250_000, accountCount: 100, initialBalance: 1000 },
      faults: [
        {
          id: 'f0',
          kind: 'crash',
          target: 0,
          disk: 'torn',
          at: 3_000_000,
          when: null,
          until: 12_000_001,
          untilWhen: null,
        },
        {
          id: 'f1',
          kind: 'partition',
          groups: [[3, 5], [0]],
          oneWay: false,
          cut: 'held',
          at: 1000,
          when: null,
          until: null,
          untilWhen: null,
        },
        {
          id: 'f2',
          kind: 'link',
          from: [1],
          to: [0, 1, 2, 3, 4, 5],
          symmetric: true,
          types: ['prepare'],
          delayMicros: 2500,
          lossPpm: 250_000,
          duplicatePpm: 1,
          at: 0,
          when: null,
          until: null,
          untilWhen: null,
        },
        {
          id: 'f3',
          kind: 'slow',
          target: 4,
          factorMilli: 2500,
          at: 0,
          when: null,
          until: null,
          untilWhen: { text: 'height >= 9', terms: [{ field: 'height', comparison: '>=', value: 9 }] },
        },
        {
          id: 'f4',
          kind: 'byzantine',
          target: 2,
          behaviour: 'equivocate',
          peers: [1, 3],
          types: null,
          at: null,
          when: { text: 'height >= 5', terms: [{ field: 'height', comparison: '>=', value: 5 }] },
          until: null,
          untilWhen: null,
        },
      ],
      submissions: [
        { at: 5000, client: 5, from: 3, to: 0, amount: 9 },
        { at: 0, client: 5, from: 0, to: 1, amount: 1 },
      ],
      stop: { height: 20, at: 60_000_000 },
    });
  });

  it.each([
    [
      { kind: 'constant', ms: 2 },
      { kind: 'constant', micros: 2000 },
    ],
    [
      { kind: 'normal', meanMs: 9, deviationMs: 0.5, minMs: 1 },
      { kind: 'normal', meanMicros: 9000, deviationMicros: 500, minMicros: 1000 },
    ],
    [
      { kind: 'log-normal', medianMs: 9, sigma: 0.25, minMs: 1 },
      { kind: 'log-normal', medianMicros: 9000, sigmaMilli: 250, minMicros: 1000 },
    ],
    [
      { kind: 'pareto', minMs: 9, alpha: 1.5, maxMs: 90 },
      { kind: 'pareto', minMicros: 9000, alphaMilli: 1500, maxMicros: 90_000 },
    ],
    [
      { kind: 'regions', jitterMs: 1 },
      { kind: 'regions', jitterMicros: 1000 },
    ],
  ] as const)('latency %j', (latency, plan) => {
    expect(planFor({ network: { latency } }).network.latency).toEqual(plan);
  });

  it('spreads validators over the regions where latency is by region and nothing else is said', () => {
    const { validators } = planFor({ validators: 12, network: { latency: { kind: 'regions' } } });
    expect(new Set(validators.map((validator) => validator.region)).size).toBe(10);
    expect(validators[10]?.region).toBe(validators[0]?.region);
    expect(planFor({ validators: [{ region: 'sa-east' }, {}] }).validators.map(({ region }) => region)).toEqual([
      'sa-east',
      'local',
    ]);
  });

  it('generates no load where the workload is none', () => {
    expect(planFor({ workload: { kind: 'none', ratePerSecond: 9 } }).workload.ratePerSecond).toBe(0);
  });

  it('is plain data', () => {
    const plan = planFor({ storm: { intensity: 1 } });
    expect(structuredClone(plan)).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('the storm in the plan', () => {
  it('comes before what is written, so that appended faults shift no id', () => {
    const plan = planFor({ storm: { intensity: 0.5 }, faults: [{ kind: 'slow', target: 'v0', at: 1 }] });
    expect(plan.faults.map((fault) => fault.id)).toEqual(plan.faults.map((_, i) => `f${i}`));
    expect(plan.faults.length).toBeGreaterThan(3);
    expect(plan.faults.at(-1)).toMatchObject({ kind: 'slow', at: 1000 });
  });

  it('ends at its own end, else at GST, else after 20 s', () => {
    const lastHeal = (input: Omit<ScenarioInput, 'protocol'>): number =>
      Math.max(
        ...planFor(input).faults.flatMap((fault) =>
          fault.kind === 'byzantine' ? [] : [fault.until ?? Number.POSITIVE_INFINITY],
        ),
      );
    const gst = { synchrony: { kind: 'partial', gstMs: 8000 } } as const;
    expect(lastHeal({ storm: { intensity: 1, endMs: 5000 }, network: gst })).toBeLessThanOrEqual(5_000_000);
    expect(lastHeal({ storm: { intensity: 1 }, network: gst })).toBeLessThanOrEqual(8_000_000);
    const late = lastHeal({ storm: { intensity: 1 } });
    expect(late).toBeLessThanOrEqual(20_000_000);
    expect(late).toBeGreaterThan(8_000_000);
  });
});

describe('interventions are recorded', () => {
  const crash: FaultInput = { kind: 'crash', target: 'v1' };
  function inject(scenario: Scenario, fault: FaultInput, atMs: number): { scenario: Scenario; faultId: string } {
    const result = recordFault(scenario, fault, atMs, fakeProtocols);
    if ('problems' in result) throw new Error(JSON.stringify(result.problems));
    return result;
  }
  function heal(scenario: Scenario, id: string, atMs: number): Scenario {
    const result = recordHeal(scenario, id, atMs, fakeProtocols);
    if ('problems' in result) throw new Error(JSON.stringify(result.problems));
    return result.scenario;
  }

  it('a fault gets the next id and begins at its moment; earlier ones stay as they are', () => {
    for (const storm of [null, { intensity: 0.6 }]) {
      const before = valid({ storm, faults: [{ kind: 'slow', target: 'v0', at: 1 }] });
      const { scenario, faultId } = inject(before, crash, 1234.567);
      const plan = planOf(scenario);
      expect(plan.faults.slice(0, -1)).toEqual(planOf(before).faults);
      expect(plan.faults.at(-1)).toMatchObject({ id: faultId, kind: 'crash', target: 1, at: 1_234_567, until: null });
    }
  });

  it('a heal ends the fault now and never in an empty interval', () => {
    const { scenario, faultId } = inject(valid({}), crash, 500);
    expect(planOf(heal(scenario, faultId, 900.25)).faults[0]).toMatchObject({ at: 500_000, until: 900_250 });
    expect(planOf(heal(scenario, faultId, 500)).faults[0]).toMatchObject({ at: 500_000, until: 500_001 });
    const conditional = valid({
      faults: [{ kind: 'crash', target: 'v0', when: 'height >= 2', untilWhen: 'height >= 9' }],
    });
    expect(planOf(heal(conditional, 'f0', 0)).faults[0]).toMatchObject({ until: 0, untilWhen: null });
  });

  it('a heal of a storm fault is kept with the storm and changes nothing else', () => {
    const before = valid({ storm: { intensity: 0.8 } });
    const plan = planOf(before);
    const target = plan.faults.findIndex(
      (fault) => fault.kind !== 'byzantine' && (fault.until ?? 0) - (fault.at ?? 0) > 2,
    );
    const fault = plan.faults[target];
    const now = ((fault?.at ?? 0) + 1) / 1000;
    const healed = planOf(heal(before, fault?.id ?? '', now));
    expect(healed.faults[target]).toEqual({ ...fault, until: (fault?.at ?? 0) + 1 });
    expect(healed.faults.toSpliced(target, 1)).toEqual(plan.faults.toSpliced(target, 1));
  });

  it('what is recorded is a valid scenario with the same plan after a round trip through JSON', () => {
    let scenario = valid({ storm: { intensity: 0.5 } });
    const injected = inject(scenario, crash, 25_000);
    scenario = heal(injected.scenario, injected.faultId, 26_000.5);
    const submitted = recordSubmission(scenario, { from: 'a0', to: 'a1', amount: 5 }, 27_000, fakeProtocols);
    if ('problems' in submitted) throw new Error('refused');
    const again = validateScenario(JSON.parse(JSON.stringify(submitted.scenario)), fakeProtocols);
    expect(again).toEqual({ scenario: submitted.scenario });
    expect(planOf(submitted.scenario).submissions).toEqual([{ at: 27_000_000, client: 4, from: 0, to: 1, amount: 5 }]);
  });

  it('the same node can crash again once it has been healed, not before', () => {
    const { scenario, faultId } = inject(valid({}), crash, 500);
    expect(recordFault(scenario, crash, 700, fakeProtocols)).toEqual({
      problems: [{ path: 'fault.at', found: '700', expected: 'not during faults[0], when v1 is down already' }],
    });
    expect(inject(heal(scenario, faultId, 700), crash, 700).faultId).toBe('f1');
  });

  it.each([
    [
      { kind: 'crash', target: 'v9' },
      { path: 'fault.target', found: '"v9"', expected: 'a validator from v0 to v3' },
    ],
    [
      { kind: 'crash', target: 'v1', when: 'view > 0' },
      { path: 'fault.when', found: '"view > 0"', expected: 'no condition: an injected fault begins now' },
    ],
    [
      { kind: 'crash', target: 'v1', at: 1 },
      { path: 'fault.at', found: '1', expected: 'a time from now on (500 ms)' },
    ],
    ['crash', { path: 'fault', found: '"crash"', expected: 'a fault: an object with at least `kind`' }],
    [null, { path: 'fault', found: 'null', expected: 'a fault: an object with at least `kind`' }],
  ])('%j is refused', (fault, problem) => {
    expect(recordFault(valid({}), fault as FaultInput, 500, fakeProtocols)).toEqual({ problems: [problem] });
  });

  it('heals and submissions that make no sense are refused', () => {
    const scenario = valid({ faults: [{ kind: 'crash', target: 'v0', at: 100, until: 200 }] });
    const refusal = (id: string, atMs: number) => {
      const result = recordHeal(scenario, id, atMs, fakeProtocols);
      return 'problems' in result ? result.problems[0]?.expected : 'accepted';
    };
    expect(refusal('f0', 50)).toBe('a fault that has begun');
    expect(refusal('f0', 200)).toBe('a fault that is not over');
    expect(refusal('f1', 150)).toBe('f0 to f0');
    expect(refusal('f0', 150)).toBe('accepted');
    const transaction = { from: 'a0', to: 'a0', amount: 0 };
    expect(recordSubmission(scenario, transaction, 1, fakeProtocols)).toEqual({
      problems: [{ path: 'transaction.amount', found: '0', expected: 'a whole number from 1 to 1000000000' }],
    });
  });
});
