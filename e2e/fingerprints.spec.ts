/**
 * One kernel, two executors, one fingerprint: what runs in this page, one worker a validator, is byte for byte what the
 * same scenario gives in one thread of Node.
 */
import type { Page } from '@playwright/test';
import { presets } from '../src/scenario/library.ts';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { openTestnet } from '../src/session/index.ts';
import { expect, test } from './fixtures.ts';
import { type RemoteTestnet, remoteTestnet, testnetReady } from './remote.ts';

interface Row {
  readonly title: string;
  readonly scenario: ScenarioInput;
  /** Virtual ms to compare after. */
  readonly ms: number;
}

/** What is compared: the trace by its hash, and that something happened in it. */
interface Outcome {
  readonly fingerprint: string;
  readonly height: number;
  readonly messages: number;
}

const STORMS = Array.from({ length: 24 }, (_, index) => index + 1);

/** Keyed-hash signatures: the trace is the same story, and fifty of them fit into a test. */
function modelled(id: string): ScenarioInput {
  return { ...preset(id), crypto: { suite: 'modelled:ml-dsa-65' } };
}

function preset(id: string): ScenarioInput {
  const found = presets.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`there is no preset ${id}`);
  return found.scenario;
}

/** Eleven seconds, of a crowd seven, but always more than a second with the first fault in force. */
function comparedMs({ validators = 4, shards, faults = [], stop }: ScenarioInput): number {
  const isCrowd = shards !== undefined || (typeof validators === 'number' ? validators : validators.length) > 10;
  const firstFault = faults.reduce((least, { at }) => Math.min(least, at ?? least), Number.POSITIVE_INFINITY);
  const inForce = firstFault < Number.POSITIVE_INFINITY ? firstFault + 1_500 : 0;
  return Math.min(isCrowd ? Math.max(7_000, inForce) : 11_000, 11_000, stop?.ms ?? 11_000);
}

const ROWS: readonly Row[] = [
  // Each shipped scenario until past its first fault; broken variants of other protocols than the first are left to the tests
  // of the executors, which have the same workers without a page.
  ...presets
    .filter(({ id }) => id !== 'storm' && id !== 'sixty-four-validators')
    .filter(({ level, scenario }) => level !== 'broken on purpose' || scenario.protocol.name === 'svbft')
    .map(({ id }) => ({ title: id, scenario: modelled(id), ms: comparedMs(preset(id)) })),
  ...STORMS.map((seed) => ({ title: `storm ${seed}`, scenario: { ...preset('storm'), seed }, ms: 11_000 })),
  { title: 'thirteen validators', scenario: { ...modelled('happy-path'), validators: 13 }, ms: 4_000 },
  {
    title: 'two clients',
    scenario: { ...modelled('happy-path'), clients: 2, workload: { ratePerSecond: 200 } },
    ms: 6_000,
  },
  { title: 'ML-DSA-65', scenario: preset('primary-crash'), ms: 9_000 },
  { title: 'ML-DSA-44, seven validators', scenario: preset('seven-validators-two-traitors'), ms: 5_000 },
  { title: 'Ed25519', scenario: { ...preset('equivocating-primary'), crypto: { suite: 'ed25519' } }, ms: 9_000 },
];

type Runner = Pick<RemoteTestnet, 'load' | 'runUntil' | 'fingerprint' | 'metrics'>;

async function outcomeOf(testnet: Runner, { scenario, ms }: Omit<Row, 'title'>): Promise<Outcome> {
  await testnet.load(scenario);
  const { height } = await testnet.runUntil({ ms });
  const { messagesTotal } = await testnet.metrics();
  return { fingerprint: await testnet.fingerprint(), height, messages: messagesTotal };
}

async function outcomeInNode(row: Omit<Row, 'title'>): Promise<Outcome> {
  const testnet = await openTestnet();
  try {
    return await outcomeOf(testnet, row);
  } finally {
    await testnet.close();
  }
}

/** Whether nothing need be decided yet: links are still slow, or the mutant's fault is that it decides nothing. */
function undecided({ title }: Row): boolean {
  return (
    /storm|slow-links-before-gst/.test(title) ||
    presets.some(({ id, violates }) => id === title && violates === 'liveness')
  );
}

test.describe('the page and Node agree on', () => {
  let page: Page;
  let inPage: RemoteTestnet;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await page.goto('./');
    await testnetReady(page);
    inPage = remoteTestnet(page);
  });

  test.afterAll(() => page.close());

  for (const row of ROWS) {
    test(row.title, async () => {
      const [there, here] = await Promise.all([outcomeOf(inPage, row), outcomeInNode(row)]);
      expect(there).toEqual(here);
      // Two empty runs would agree as well.
      expect(there.messages).toBeGreaterThan(100);
      expect(there.height).toBeGreaterThanOrEqual(undecided(row) ? 0 : 2);
    });
  }

  test('a run that was played, paused, scrubbed, stepped and broken by hand', async () => {
    await inPage.load(modelled('happy-path'));
    await inPage.play({ speed: 10 });
    await expect.poll(async () => (await inPage.state()).timeMs).toBeGreaterThan(2_000);
    await inPage.pause();
    await page.getByRole('slider', { name: 'Timeline' }).fill('1000000');
    const fault = await inPage.inject({ kind: 'crash', target: 'v2' });
    for (const unit of ['event', 'message', 'window', 'phase', 'decision'] as const) await inPage.step(unit);
    const transfer = await inPage.submit({ from: 'a0', to: 'a1', amount: 3 });
    await inPage.heal(fault);
    const recorded = await inPage.scenario();
    const { timeMs } = await inPage.state();
    await inPage.runUntil({ ms: timeMs + 4_000 });
    expect(await inPage.transaction(transfer)).toMatchObject({ status: 'decided' });
    const replayed = await outcomeInNode({ scenario: recorded, ms: timeMs + 4_000 });
    expect(await inPage.fingerprint()).toBe(replayed.fingerprint);
  });
});

test('one changed digit anywhere in a scenario changes its fingerprint', async ({ testnet }) => {
  const base = {
    protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
    seed: 7,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'uniform', minMs: 20, maxMs: 80 } },
    faults: [{ kind: 'crash', target: 'v3', at: 1_000, until: 2_000 }],
    transactions: [{ at: 300, from: 'a0', to: 'a1', amount: 5 }],
  } as const satisfies ScenarioInput;
  const variants: readonly ScenarioInput[] = [
    base,
    { ...base, seed: 8 },
    { ...base, transactions: [{ ...base.transactions[0], amount: 6 }] },
    { ...base, transactions: [{ ...base.transactions[0], at: 300.001 }] },
    { ...base, faults: [{ ...base.faults[0], until: 2_000.001 }] },
    { ...base, network: { latency: { kind: 'uniform', minMs: 20, maxMs: 80.001 } } },
    { ...base, protocol: { name: 'svbft', config: { blockTimeMs: 501 } } },
    { ...base, crypto: { suite: 'modelled:ml-dsa-44' } },
  ];
  const fingerprints: string[] = [];
  for (const scenario of [...variants, base]) {
    fingerprints.push((await outcomeOf(testnet, { scenario, ms: 3_000 })).fingerprint);
  }
  expect(new Set(fingerprints).size).toBe(variants.length);
  expect(fingerprints.at(-1)).toBe(fingerprints[0]);
});
