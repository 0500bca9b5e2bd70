/** Shards of several validators as a whole: liars inside a shard, cuts through it, old words, storms. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type FaultInput, presetById, type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { BEHAVIOURS } from '../scenario/schema.ts';
import { openTestnet } from '../session/index.ts';

function scenarioOf(input: ScenarioInput | undefined): Scenario {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

function replicated(faults: FaultInput[], more: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    seed: 5,
    protocol: { name: 'sharded', config: { heartbeatMs: 5000, downAfterMs: 20_000, transfersMax: 4 } },
    shards: { count: 3, validatorsPerShard: 4 },
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', deltaMs: 100 } },
    workload: { ratePerSecond: 4, crossShard: 0.8, accounts: 24 },
    faults,
    stop: { ms: 20_000 },
    ...more,
  };
}

const unhappy = ({ result }: RunOutcome): string[] =>
  result.checks.filter(({ verdict }) => verdict !== 'holds').map(({ name, detail }) => `${name}: ${detail}`);

const byzantine = (target: string, behaviour: string, types: string[] | null = null): FaultInput =>
  ({ kind: 'byzantine', target, behaviour, types, at: 0 }) as FaultInput;

describe('a shard of four', () => {
  it.each([
    ['equivocate', null],
    ['equivocate', ['vote', 'commit-request', 'abort-request']],
    ['double-vote', null],
    ['forged-sender', null],
    ['transplant', null],
    ['inflate-certificate', null],
    ['replay', null],
    ['twins', null],
    ['withhold', null],
    ['silent', ['order-propose', 'order-new']],
  ] as const)('bears a leader that does %s (%j) in every shard', { timeout: 60_000 }, async (behaviour, types) => {
    const faults = ['s0v0', 's1v0', 's2v0'].map((target) => byzantine(target, behaviour, types as string[] | null));
    const outcome = await runScenario(scenarioOf(replicated(faults)), null);
    expect(unhappy(outcome)).toEqual([]);
    expect(outcome.result.height).toBeGreaterThan(60);
  });

  it('goes on behind a cut with three, and the fourth learns what it missed', { timeout: 60_000 }, async () => {
    const faults: FaultInput[] = [
      {
        kind: 'partition',
        groups: [['s0v0'], ['s0v1', 's0v2', 's0v3', 's1v0', 's1v1', 's1v2', 's1v3', 's2v0', 's2v1', 's2v2', 's2v3']],
        at: 3000,
        until: 12_000,
        cut: 'lost',
      },
    ];
    const testnet = await openTestnet();
    await testnet.load(replicated(faults, { stop: { ms: 30_000 } }));
    const ordered = async (id: string) =>
      (await testnet.node(id)).details.ordering as { readonly slot: number; readonly view: number };
    await testnet.runUntil({ ms: 11_900 });
    const [left, right] = [await ordered('s0v0'), await ordered('s0v1')];
    expect(right.view).toBeGreaterThan(0);
    expect(right.slot).toBeGreaterThan(left.slot + 10);
    await testnet.runUntil({ ms: 29_900 });
    expect((await ordered('s0v0')).slot).toBeGreaterThanOrEqual((await ordered('s0v1')).slot - 1);
    expect((await testnet.node('s0v0')).balances).toEqual((await testnet.node('s0v1')).balances);
    expect((await testnet.checks()).filter(({ verdict }) => verdict === 'violated')).toEqual([]);
    await testnet.close();
  });

  it('stands still behind a cut through its middle, its transactions with it, and goes on', {
    timeout: 60_000,
  }, async () => {
    const rest = ['s1v0', 's1v1', 's1v2', 's1v3', 's2v0', 's2v1', 's2v2', 's2v3'];
    const cut: FaultInput = {
      kind: 'partition',
      groups: [
        ['s0v0', 's0v1'],
        ['s0v2', 's0v3', ...rest],
      ],
      at: 4000,
      until: 10_000,
    };
    const testnet = await openTestnet();
    await testnet.load(replicated([cut], { stop: { ms: 40_000 } }));
    const slot = async (): Promise<number> =>
      ((await testnet.node('s0v2')).details.ordering as { readonly slot: number }).slot;
    await testnet.runUntil({ ms: 5000 });
    const before = await slot();
    await testnet.runUntil({ ms: 9900 });
    expect(await slot()).toBeLessThanOrEqual(before + 1);
    await testnet.runUntil({ ms: 39_900 });
    expect(await slot()).toBeGreaterThan(before + 20);
    expect((await testnet.checks()).filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    await testnet.close();
  });

  it('a lying leader is replaced', { timeout: 60_000 }, async () => {
    const testnet = await openTestnet();
    const scenario = presetById('sharded-byzantine-leader')?.scenario;
    await testnet.load(scenario as never);
    await testnet.runUntil({ ms: 20_000 });
    const { view } = (await testnet.node('s0v1')).details.ordering as { readonly view: number };
    expect(view).toBeGreaterThan(0);
    await testnet.close();
  });

  it('old votes of a shard are refused by their number even where votes bind no transaction', {
    timeout: 60_000,
  }, async () => {
    const scenario = scenarioOf(presetById('mutant-shard-words-replayed')?.scenario);
    const numbered = { ...scenario, protocol: { ...scenario.protocol, mutant: null } };
    expect(unhappy(await runScenario(numbered, null))).toEqual([]);
  });
});

const SEEDS = 8;

describe(`storms over replicated shards, seeds 1 to ${SEEDS}`, () => {
  const outcomes: RunOutcome[] = [];

  beforeAll(async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const more: Partial<ScenarioInput> = {
        seed,
        shards: {
          count: 2 + (seed % 2),
          validatorsPerShard: seed % 4 === 0 ? 7 : 4,
          commit: seed % 3 === 0 ? '3pc' : '2pc',
        },
        network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
        workload: { ratePerSecond: 6, crossShard: 0.7, accounts: 24 },
        storm: { intensity: 1, startMs: 500 },
        stop: { ms: 40_000 },
      };
      outcomes.push(await runScenario(scenarioOf(replicated([], more)), null));
    }
  }, 240_000);

  it('violate nothing, and every check was judged', () => {
    for (const outcome of outcomes) {
      expect(unhappy(outcome), `seed ${outcome.result.seed}`).toEqual([]);
      expect(outcome.result.height, `seed ${outcome.result.seed}`).toBeGreaterThan(150);
    }
  });

  it('were no summer breeze', () => {
    const kinds = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    for (const kind of ['crash', 'partition', 'link']) expect(kinds).toContain(kind);
    expect(BEHAVIOURS.filter((behaviour) => kinds.has(behaviour)).length).toBeGreaterThan(2);
    const changes = outcomes.reduce(
      (sum, { result }) => sum + (result.metrics.messages['order-change']?.count ?? 0),
      0,
    );
    expect(changes).toBeGreaterThan(50);
  });
});
