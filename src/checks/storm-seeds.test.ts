/** Storms that once found a bug, by protocol and seed: each passes now, and shows the bug again where its mending is undone. */
import { expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, validateScenario } from '../scenario/index.ts';

it.each([
  { protocol: 'avalanche', seed: 177, once: 'a rival built on by a forgetful issuer held up the winner' },
  { protocol: 'avalanche', seed: 870, once: 'one poll was answered twice, differently, around a restart' },
  { protocol: 'avalanche', seed: 918, once: 'a vertex on a loser held up what both built on' },
  { protocol: 'pbft', seed: 4101, once: 'a vote for nothing below the own checkpoint, in a new view' },
])('$protocol, seed $seed: $once', { timeout: 60_000 }, async ({ protocol, seed }) => {
  const base = presetById('storm')?.scenario;
  const validated = validateScenario(
    { ...base, seed, protocol: { name: protocol, config: {} }, workload: { ratePerSecond: 5 } },
    PROTOCOLS,
  );
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems[0]));
  const { result } = await runScenario(validated.scenario, null);
  expect(result.checks.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
  expect(result.height).toBeGreaterThan(10);
});
