/** Sealed channels between shards of four validators, as a running testnet has them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type FaultInput, presetById, type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { openTestnet, type Testnet } from '../session/index.ts';

interface Channels {
  readonly offers: string;
  readonly open: readonly { readonly with: string; readonly isPostQuantum: boolean; readonly keyEpoch: number }[];
  readonly downgradesRefused: number;
}

function scenarioOf(input: ScenarioInput): Scenario {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

const preset = (id: string): ScenarioInput => presetById(id)?.scenario as ScenarioInput;
const violated = ({ result }: RunOutcome): string[] =>
  result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);

describe('a rolling upgrade, validator by validator', () => {
  let testnet: Testnet;
  beforeAll(async () => {
    testnet = await openTestnet();
    await testnet.load(preset('sharded-replicated-channels') as never);
    return () => testnet.close();
  });

  const channels = async (name: string): Promise<Channels> =>
    (await testnet.node(name)).details.channels as unknown as Channels;
  /** Neighbours that s0v0 talks to by classical suites. */
  const weak = async (): Promise<string[]> =>
    (await channels('s0v0')).open.flatMap((one) => (one.isPostQuantum ? [] : [one.with]));

  it('leaves one weak channel fewer after each, and nothing stops', { timeout: 120_000 }, async () => {
    const seen: string[][] = [];
    const heights: number[] = [];
    for (const ms of [2900, 5900, 8900, 13_900]) {
      await testnet.runUntil({ ms });
      seen.push(await weak());
      heights.push((await testnet.node('s0v0')).height);
    }
    expect(seen).toEqual([['s1v0', 's1v1', 's1v2'], ['s1v1', 's1v2'], ['s1v2'], []]);
    for (const [i, height] of heights.entries()) expect(height).toBeGreaterThan((heights[i - 1] ?? 0) + 5);
    const names = [0, 1, 2].flatMap((shard) => [0, 1, 2, 3].map((place) => `s${shard}v${place}`));
    const all = await Promise.all(names.map(channels));
    expect(all.map(({ open }) => open.length)).toEqual(new Array(12).fill(8));
    expect(all.every(({ open }) => open.every(({ isPostQuantum }) => isPostQuantum))).toBe(true);
    expect(Math.max(...all.flatMap(({ open }) => open.map(({ keyEpoch }) => keyEpoch)))).toBeGreaterThan(1);
    expect((await testnet.checks()).filter(({ verdict }) => verdict === 'violated')).toEqual([]);
  });
});

describe('somebody between shards', () => {
  const strikes: FaultInput[] = [
    { kind: 'crash', target: 's1v0', at: 2000, until: 3000 },
    { kind: 'byzantine', target: 's0v0', behaviour: 'equivocate', peers: ['s0v0'], types: ['channel-hello'], at: 1000 },
  ];
  const attacked = (mutant: string | null): Scenario =>
    scenarioOf({
      ...preset('sharded-replicated-happy'),
      protocol: { name: 'sharded', mutant, config: { heartbeatMs: 1000, downAfterMs: 20_000, channel: 'ml-kem-768' } },
      shards: { count: 2, validatorsPerShard: 4 },
      faults: strikes,
      stop: { ms: 8000 },
    });

  it('who strikes out suites gets no weak channel', { timeout: 120_000 }, async () => {
    const outcome = await runScenario(attacked(null), null);
    expect(violated(outcome)).toEqual([]);
    expect(outcome.result.height).toBeGreaterThan(15);
  });

  it('downgrade-unnoticed is caught', { timeout: 120_000 }, async () => {
    expect(violated(await runScenario(attacked('downgrade-unnoticed'), null))).toContain('no-downgrade');
  });
});

describe('a liar in each shard', () => {
  it.each([
    ['equivocate', null],
    ['replay', null],
    ['forged-sender', null],
    ['equivocate', ['channel-hello']],
  ] as const)(
    'that does %s (%j) neither gets a word past the others nor stops them',
    { timeout: 120_000 },
    async (behaviour, types) => {
      const scenario = scenarioOf({
        ...preset('sharded-replicated-happy'),
        protocol: {
          name: 'sharded',
          config: { heartbeatMs: 2000, downAfterMs: 20_000, channel: 'ml-kem-768', rekeyRecords: 8 },
        },
        shards: { count: 2, validatorsPerShard: 4 },
        clients: 2,
        workload: { ratePerSecond: 4, crossShard: 0.8, accounts: 24 },
        faults: ['s0v0', 's1v2'].map(
          (target): FaultInput => ({ kind: 'byzantine', target, behaviour, types: types as string[] | null, at: 0 }),
        ),
        stop: { ms: 10_000 },
      });
      const outcome = await runScenario(scenario, null);
      expect(violated(outcome)).toEqual([]);
      expect(outcome.result.height).toBeGreaterThan(25);
    },
  );
});

it.each([
  { validator: 's3v0', atMs: 0 },
  { validator: 's0v4', atMs: 0 },
  { validator: 's0v0', shard: 's0', atMs: 0 },
  { validator: 'v1', atMs: 0 },
  { shard: 's3', atMs: 0 },
  { shard: 's0' },
])('an upgrade of %j is refused, and what is possible said', (upgrade) => {
  const { protocol, ...input } = preset('sharded-replicated-happy');
  const config = { channel: 'ml-kem-768', upgrades: [upgrade] };
  const validated = validateScenario({ ...input, protocol: { name: 'sharded', config } }, PROTOCOLS);
  expect(protocol?.name).toBe('sharded');
  if (!('problems' in validated)) throw new Error('accepted');
  const [problem, ...more] = validated.problems;
  expect([problem?.path, more]).toEqual(['protocol.config.upgrades[0]', []]);
  expect(problem?.expected).toContain('s0 to s2');
  expect(problem?.expected).toContain('s0v0 to s0v3');
});
