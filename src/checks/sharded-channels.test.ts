/** Encrypted channels between shards, as a running testnet has them: what is open, how strong, and what was refused. */
import { describe, expect, it } from 'vitest';
import { advanceToEnd } from '../cli/run.ts';
import { simObservers } from '../cli/tally.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { compileScenario, presetById, type Scenario, validateScenario } from '../scenario/index.ts';
import type { JudgeReport } from './judge.ts';

interface Channels {
  readonly offers: string;
  readonly open: readonly {
    readonly with: string;
    readonly suite: string;
    readonly isPostQuantum: boolean;
    readonly keyEpoch: number;
  }[];
  readonly downgradesRefused: number;
}

function scenarioOf(id: string): Scenario {
  const validated = validateScenario(presetById(id)?.scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(`${id}: ${JSON.stringify(validated.problems)}`);
  return validated.scenario;
}

async function channelsAt(
  id: string,
  ms: number,
): Promise<{ channels: Channels[]; violated: string[]; cpuMicros: number }> {
  const plan = compileScenario({ ...scenarioOf(id), stop: { height: null, ms } }, PROTOCOLS);
  const executor = await openInProcess(plan, { keepWords: false, highlights: 'all' }, simObservers);
  try {
    await advanceToEnd(executor, null);
    const reports = await Promise.all(plan.validators.map((_, node) => executor.inspect(node)));
    const { reports: told, work } = await executor.status();
    const { checks } = told['judge'] as JudgeReport;
    return {
      channels: reports.flatMap((report) => (report?.knowledge?.details['channels'] as Channels | null) ?? []),
      violated: checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name),
      cpuMicros: work.cpuMicros,
    };
  } finally {
    await executor.close();
  }
}

const suites = ({ open }: Channels): string[] => open.map(({ with: peer, suite }) => `${peer} ${suite.split('/')[0]}`);

describe('channels by ML-KEM', () => {
  it('are open between all shards, also after a restart, and change their keys', async () => {
    const { channels, violated } = await channelsAt('sharded-channels', 25_000);
    expect(violated).toEqual([]);
    expect(channels.map(({ open }) => open.length)).toEqual([3, 3, 3, 3]);
    expect(channels.every(({ open }) => open.every(({ isPostQuantum }) => isPostQuantum))).toBe(true);
    expect(Math.max(...channels.flatMap(({ open }) => open.map(({ keyEpoch }) => keyEpoch)))).toBeGreaterThan(0);
  }, 60_000);

  it('cost CPU time', async () => {
    const sealed = await channelsAt('sharded-channels', 5000);
    expect(sealed.cpuMicros).toBeGreaterThan(0);
  }, 60_000);
});

it('classical shards are talked to by what they know, and by better once they are upgraded', async () => {
  const [before, between, after] = await Promise.all(
    [7000, 13_000, 25_000].map((ms) => channelsAt('sharded-rolling-upgrade', ms)),
  );
  expect(before?.channels.map(suites)).toEqual([
    ['s1 x25519', 's2 ml-kem-768', 's3 x25519'],
    ['s0 x25519', 's2 x25519', 's3 x25519'],
    ['s0 ml-kem-768', 's1 x25519', 's3 x25519'],
    ['s0 x25519', 's1 x25519', 's2 x25519'],
  ]);
  expect(between?.channels.map(suites)[1]).toEqual(['s0 ml-kem-768', 's2 ml-kem-768', 's3 x25519']);
  expect(after?.channels.every(({ open }) => open.length === 3 && open.every((one) => one.isPostQuantum))).toBe(true);
  for (const run of [before, between, after]) expect(run?.violated).toEqual([]);
}, 60_000);

it('suites struck out on the way are noticed: no channel until the attack is over', async () => {
  const during = await channelsAt('sharded-downgrade-attack', 5500);
  expect(during.channels[1]?.downgradesRefused).toBeGreaterThan(1);
  expect(suites(during.channels[1] as Channels)).toEqual(['s2 ml-kem-768']);
  const after = await channelsAt('sharded-downgrade-attack', 25_000);
  expect(suites(after.channels[1] as Channels)).toEqual(['s0 ml-kem-768', 's2 ml-kem-768']);
  expect([...during.violated, ...after.violated]).toEqual([]);
}, 60_000);
