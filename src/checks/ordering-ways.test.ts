/** Shards that order by votes to their leader, or choose their way as they go: liars, crashes, storms, and what it shows. */
import { describe, expect, it } from 'vitest';
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

type Ordering = string | readonly string[];

function shards(ordering: Ordering, more: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    seed: 5,
    protocol: { name: 'sharded', config: { ordering, heartbeatMs: 5000, downAfterMs: 20_000, transfersMax: 4 } },
    shards: { count: 2, validatorsPerShard: 4 },
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', deltaMs: 100 } },
    workload: { ratePerSecond: 4, crossShard: 0.8, accounts: 24 },
    stop: { ms: 15_000 },
    ...more,
  };
}

const unhappy = ({ result }: RunOutcome): string[] =>
  result.checks.filter(({ verdict }) => verdict !== 'holds').map(({ name, detail }) => `${name}: ${detail}`);

const sent = ({ result }: RunOutcome, type: string): number => result.metrics.messages[type]?.count ?? 0;

const lies = (target: string, behaviour: string, types: string[] | null): FaultInput =>
  ({ kind: 'byzantine', target, behaviour, types, at: 0 }) as FaultInput;

describe('a shard of four that votes to its leader', () => {
  it.each([
    ['equivocate', null],
    ['double-vote', null],
    ['forged-sender', null],
    ['transplant', null],
    ['inflate-certificate', null],
    ['twins', null],
    ['silent', ['order-propose', 'order-lead']],
    ['silent', ['order-prepared']],
    ['silent', ['order-final']],
  ] as const)('bears a leader that does %s (%j) in every shard', { timeout: 60_000 }, async (behaviour, types) => {
    const faults = ['s0v0', 's1v0'].map((target) => lies(target, behaviour, types as string[] | null));
    const outcome = await runScenario(scenarioOf(shards('linear', { faults })), null);
    expect(unhappy(outcome)).toEqual([]);
    expect(outcome.result.height).toBeGreaterThan(40);
    expect(sent(outcome, 'order-new')).toBe(0);
  });

  it('the preset of the variant that asks for no certificate is calm without it', { timeout: 60_000 }, async () => {
    const scenario = scenarioOf(presetById('mutant-linear-any-proposal')?.scenario);
    const outcome = await runScenario({ ...scenario, protocol: { ...scenario.protocol, mutant: null } }, null);
    expect(unhappy(outcome)).toEqual([]);
    expect(sent(outcome, 'order-lead')).toBeGreaterThan(0);
  });
});

/** Copies inside a shard for each block. */
async function copiesPerBlock(ordering: Ordering, validatorsPerShard: number): Promise<number> {
  const testnet = await openTestnet();
  await testnet.load(shards(ordering, { shards: { count: 2, validatorsPerShard }, stop: { ms: 8000 } }));
  await testnet.runUntil({ ms: 8000 });
  let blocks = 0;
  for (const shard of [0, 1])
    blocks += ((await testnet.node(`s${shard}v0`)).details['ordering'] as { readonly slot: number }).slot - 1;
  const { messages } = await testnet.metrics();
  const copies = Object.entries(messages).reduce(
    (sum, [type, { count }]) => sum + (type.startsWith('order-') ? count : 0),
    0,
  );
  await testnet.close();
  return copies / blocks;
}

describe('messages of a block', () => {
  it('are 5 for each other validator where votes go to the leader, 2n + 1 where they go to all', {
    timeout: 120_000,
  }, async () => {
    for (const n of [4, 10]) {
      const [linear, all] = [await copiesPerBlock('linear', n), await copiesPerBlock('all-to-all', n)];
      // The last block is under way when it stops.
      expect(linear / (5 * (n - 1))).toBeCloseTo(1, 1);
      expect(all / ((2 * n + 1) * (n - 1))).toBeCloseTo(1, 1);
    }
  });
});

describe('shards that choose their way', () => {
  it('turn where all validators say so, back when leaders fail, and show it', { timeout: 120_000 }, async () => {
    const testnet = await openTestnet();
    const scenario = presetById('sharded-each-its-own-way')?.scenario;
    const ltl = [
      'F (ordering(s0v3) == linear)',
      'F (ordering(s1v3) == linear & F (ordering(s1v3) == "all-to-all" & F ordering(s1v3) == linear))',
      'G (ordering(s0v3) == linear -> G ordering(s0v3) == linear)',
    ];
    await testnet.load({ ...scenario, expect: ltl.map((text, i) => ({ name: `ways ${i}`, ltl: text })) } as never);
    await testnet.runUntil({ ms: 35_000 });
    const checks = await testnet.checks();
    expect(checks.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
    for (const name of ['ways 0', 'ways 1']) expect(checks.find((check) => check.name === name)?.verdict).toBe('holds');
    const turns = new Map<string, Set<string>>();
    for (const event of await testnet.trace({ kinds: ['state'] } as never)) {
      if (event.kind !== 'state' || event.fields['ordering'] === null) continue;
      const shown = turns.get(event.node) ?? new Set<string>();
      turns.set(event.node, shown.add(`${event.fields['ordering']} from ${event.fields['orderingFrom']}`));
    }
    // Who slept through a turn knows the ones that it saw.
    for (const [node, shown] of turns) {
      const all = [...(turns.get(`${node.slice(0, 2)}v6`) ?? [])];
      expect(all.length).toBeGreaterThan(node.startsWith('s1') ? 3 : 1);
      for (const each of shown) expect(all).toContain(each);
    }
    await testnet.close();
  });

  it('are marked once each on the timeline', { timeout: 120_000 }, async () => {
    const testnet = await openTestnet();
    await testnet.load('sharded-each-its-own-way');
    await testnet.runUntil({ ms: 12_000 });
    const marks = testnet
      .view()
      .markers.map(({ label }) => label)
      .filter((label) => label.includes('votes'));
    expect(marks).toHaveLength(3);
    expect(marks[0]).toMatch(/^s[01]: orders by votes linear from \d+ on$/);
    expect(marks[2]).toMatch(/^s1: orders by votes all-to-all from \d+ on$/);
    await testnet.close();
  });
});

const [FIRST = 1, LAST = 6] = (process.env['ORDERING_SEEDS'] ?? '').split('..').filter(Boolean).map(Number);

describe(`storms over shards that order in their ways, seeds ${FIRST} to ${LAST}`, () => {
  it.each([['linear'], ['adaptive']])(
    '%s: nothing is violated, and it was no summer breeze',
    { timeout: 3_600_000 },
    async (ordering) => {
      const kinds = new Set<string>();
      let [leads, prepared, commits] = [0, 0, 0];
      for (let seed = FIRST; seed <= LAST; seed++) {
        const more: Partial<ScenarioInput> = {
          seed,
          shards: {
            count: 2,
            validatorsPerShard: ordering === 'linear' && seed % 2 === 0 ? 4 : 7,
            commit: seed % 3 === 0 ? '3pc' : '2pc',
          },
          network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
          workload: { ratePerSecond: 12, crossShard: 0.5, accounts: 24 },
          storm: { intensity: 1, startMs: 2500 },
          stop: { ms: 30_000 },
        };
        const outcome = await runScenario(scenarioOf(shards(ordering, more)), null);
        expect(unhappy(outcome), `seed ${seed}`).toEqual([]);
        expect(outcome.result.height, `seed ${seed}`).toBeGreaterThan(100);
        for (const kind of Object.keys(outcome.tally.faults)) kinds.add(kind);
        leads += sent(outcome, 'order-lead');
        prepared += sent(outcome, 'order-prepared');
        commits += sent(outcome, 'order-new');
      }
      for (const kind of ['crash', 'partition', 'link']) expect(kinds).toContain(kind);
      expect(BEHAVIOURS.filter((behaviour) => kinds.has(behaviour)).length).toBeGreaterThan(2);
      expect(prepared).toBeGreaterThan(100);
      expect(leads).toBeGreaterThan(0);
      expect(commits > 0).toBe(ordering === 'adaptive');
    },
  );
});
