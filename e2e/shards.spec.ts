/** Shards: a newcomer sees a lock block somebody, crashes a coordinator, sees who is in doubt, and the locks go. */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import type { RemoteTestnet } from './remote.ts';

/** Few accounts that everybody wants; nearly everything crosses shards. */
const SCENARIO: ScenarioInput = {
  name: 'Locks',
  seed: 5,
  protocol: { name: 'sharded', config: { transfersMax: 2 } },
  shards: { count: 3, strategy: 'range' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'constant', ms: 50 } },
  workload: { accounts: 9, ratePerSecond: 10, crossShard: 0.9, initialBalance: 100_000 },
};

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

const LOCK = /^Locks of s\d: /;

function shardsOf(page: Page) {
  const { network, panel } = handlesOf(page);
  return {
    padlocks: network.getByRole('button', { name: LOCK }),
    padlock: (about: RegExp) => network.getByRole('button', { name: new RegExp(`${LOCK.source}.*${about.source}`) }),
    card: network.getByRole('region', { name: /^Locks of s\d$/ }),
    locks: panel('Locks'),
    waits: panel('Who waits for whom'),
    doubts: panel('In doubt'),
  };
}

/** Looks at the moment of the first event of a kind, and a little after. */
async function lookAtFirst(page: Page, testnet: RemoteTestnet, kind: 'wait' | 'fault'): Promise<void> {
  const [event] = await testnet.trace({ kinds: [kind], limit: 1 });
  if (event === undefined) throw new Error(`nothing of kind ${kind} happened`);
  await handlesOf(page).timeline.fill(String(Math.ceil(event.t * 1_000) + 1_000));
}

test('a lock blocks somebody: the padlock says who holds and who waits, the graph shows it', async ({
  page,
  testnet,
}) => {
  const { tab, inspector } = handlesOf(page);
  const { padlock, card, locks, waits } = shardsOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  await lookAtFirst(page, testnet, 'wait');

  const blocking = padlock(/transactions? waits?/).first();
  await blocking.focus();
  await expect(card).toContainText(/held by \d+ for/);
  await expect(card).toContainText(/waits?: ?\d+/);
  await expect(card).toContainText('Policy: ');
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);

  await tab('Shards').click();
  await expect(locks.getByRole('rowheader').first()).toHaveText(/^a\d s\d$/);
  const waiter = waits.getByRole('button', { name: /^Transaction \d+, waits for \d+/ }).first();
  const number = (await waiter.textContent()) ?? '';
  await waits.getByRole('button', { name: 'Show list' }).click();
  await expect(waits.getByRole('cell', { name: number, exact: true }).first()).toBeVisible();
  await waits.getByRole('button', { name: 'Show graph' }).click();
  await waiter.click();
  await expect(inspector.getByRole('heading', { name: `Transaction ${number}`, exact: true })).toBeVisible();
  await expect(inspector.getByText(/^s\d( \(coordinates\))?$/).first()).toBeVisible();

  await inspector.getByRole('button', { name: 'Space-time' }).click();
  await expect(page.getByText(new RegExp(`Transaction ${number}: asks for votes at`))).toBeAttached();
});

test('a coordinator dies with its decision: who is in doubt, why nobody may guess, and how it ends', async ({
  page,
  testnet,
}) => {
  const { tab, node, inspector, causeFault, network } = handlesOf(page);
  const { padlock, doubts } = shardsOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2_000 });
  await tab('Shards').click();
  await expect(doubts).toContainText('nobody');

  await node('s0v0').click();
  await causeFault('Coordinator decided, before its first COMMIT');
  await testnet.runUntil({ ms: 8_000 });
  await expect(node('s0v0')).toHaveAccessibleName(/crashed$/);
  await expect(padlock(/in doubt/)).not.toHaveCount(0);
  await expect(network).toContainText(/in doubt.*s0 down/);

  const story = doubts.getByRole('listitem').filter({ hasText: 'Its coordinator s0 is down since' }).first();
  await expect(story.getByRole('heading')).toHaveText(/^s[12] is in doubt about transaction \d+$/);
  await expect(story).toContainText('It would be wrong: s0 decided COMMIT');
  await expect(story).toContainText('one NO anywhere means ABORT');
  await expect(story).toContainText('When s0 restarts, its log tells what to say');

  await inspector.getByRole('button', { name: 'Restart' }).click();
  await testnet.runUntil({ ms: 14_000 });
  await expect(node('s0v0')).not.toHaveAccessibleName(/crashed/);
  await expect(doubts).not.toContainText('Its coordinator s0 is down');
  await expect(padlock(/in doubt/)).toHaveCount(0);
  const broken = (await testnet.checks()).filter(({ verdict }) => verdict === 'violated');
  expect(broken).toEqual([]);
});

test('transactions that wait for each other in a circle are named', async ({ page, testnet }) => {
  const { tab } = handlesOf(page);
  const { waits } = shardsOf(page);
  await testnet.load('mutant-lock-order-deadlock');
  await testnet.runUntil({ ms: 20_000 });
  await tab('Shards').click();
  await expect(waits.getByRole('alert')).toContainText(/Deadlock: (\d+) → .*\1/);
  await expect(waits.getByRole('button', { name: /, in a deadlock$/ })).not.toHaveCount(0);
});

/** Whether two boxes on the page overlap. */
function overlap(a: Box | null, b: Box | null): boolean {
  if (a === null || b === null) throw new Error('not on the page');
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test('shards of several: nothing lies on a node or is cut off, traitors are on offer, nobody is called v0', async ({
  page,
  testnet,
}) => {
  test.slow();
  const { tab, network, panel } = handlesOf(page);
  await testnet.load({
    ...SCENARIO,
    shards: { count: 3, validatorsPerShard: 4, strategy: 'range' },
    faults: [
      { kind: 'crash', target: 's0v0', at: 2_000 },
      { kind: 'byzantine', target: 's1v1', behaviour: 'equivocate', at: 2_000 },
    ],
  });
  await testnet.runUntil({ ms: 4_000 });

  const nodes = network.getByRole('button', { name: /^s\dv\d, / });
  await expect(nodes).toHaveCount(12);
  await expect(network.getByRole('button', { name: /^(Restart|Heal): / })).toHaveCount(2);
  await expect(async () => {
    const boxes = await Promise.all((await nodes.all()).map((node) => node.boundingBox()));
    for (const button of await network.getByRole('button', { name: /^(Restart|Heal): / }).all()) {
      const notice = await button.locator('xpath=..').boundingBox();
      expect(boxes.filter((box) => overlap(box, notice))).toEqual([]);
    }
  }).toPass();

  await tab('Shards').click();
  const part = await panel('Who waits for whom').boundingBox();
  const toggle = await panel('Who waits for whom').getByRole('button', { name: 'Show list' }).boundingBox();
  if (part === null || toggle === null) throw new Error('nobody waits');
  expect(toggle.x + toggle.width).toBeLessThanOrEqual(part.x + part.width);

  await tab('Faults').click();
  await page.getByRole('group', { name: 'Byzantine' }).getByRole('button', { name: 'inflate-certificate' }).click();
  await network.getByRole('button', { name: /^s2v1, / }).click();
  await expect(page.getByRole('button', { name: 'Undo s2v1 turns Byzantine: inflate-certificate' })).toBeVisible();

  for (const view of ['Space-time', 'Chain', 'Shards', 'Metrics', 'Events', 'Checks', 'Branches']) {
    await tab(view).click();
    expect(await page.locator('body').innerText(), view).not.toMatch(/\bv\d+\b/);
  }
});

test('figures of every shard', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 5_000 });
  await handlesOf(page).tab('Metrics').click();
  const table = page.getByRole('table', { name: /^Shards: / });
  await expect(table.getByRole('rowheader')).toHaveText(['s0', 's1', 's2']);
  await expect(table.getByRole('row', { name: /^s1 / }).getByRole('cell').first()).toHaveText(/[1-9]/);
});

test('a protocol without shards has no such view', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await handlesOf(page).tab('Shards').click();
  await expect(shardsOf(page).waits).toContainText('Nobody waits');
  await testnet.load('happy-path');
  await expect(handlesOf(page).tab('Shards')).toHaveCount(0);
  await expect(page.getByRole('tab', { selected: true }).first()).toBeVisible();
  await expect(shardsOf(page).padlocks).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('axe finds nothing among locks, waits and doubts', async ({ page, testnet }) => {
      test.slow();
      const { tab } = handlesOf(page);
      const point = { on: 'send', type: 'commit-request', nth: 1 } as const;
      await testnet.load({ ...SCENARIO, faults: [{ kind: 'crash', target: 's0v0', point, at: 2_000 }] });
      await testnet.runUntil({ ms: 6_000 });
      await tab('Shards').click();
      await expect(
        shardsOf(page)
          .doubts.getByRole('heading', { name: /is in doubt/ })
          .first(),
      ).toBeVisible();
      await shardsOf(page).padlocks.first().focus();
      await expect(shardsOf(page).card).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))).toEqual(
        [],
      );
    });
  });
}

test('nested shards: a name for each parent, its leaves and who speaks for them, on the graph and in the list', async ({
  page,
  testnet,
}) => {
  const { tab, network, panel } = handlesOf(page);
  await testnet.load('nested-two-levels');
  await testnet.runUntil({ ms: 4_000 });
  const names = network.getByRole('list', { name: 'Nested shards' });
  await expect(names.getByRole('listitem')).toHaveText([/^p0.*: s0, s1$/, /^p1.*: s2, s3$/, /^p2.*: s4, s5$/]);
  await expect(network.getByRole('button', { name: /^s2v0, [a-z]+, in p1, / })).toBeVisible();
  const [asks] = (await testnet.trace({ kinds: ['commit2pc'] })).filter(
    (event) => 'phase' in event && event['phase'] === 'asks its leaves',
  );
  if (asks === undefined) throw new Error('nobody speaks for a parent');
  await handlesOf(page).timeline.fill(String(Math.ceil(asks.t * 1_000) + 1_000));
  await tab('Shards').click();
  const list = panel('Nested shards');
  await expect(list).toContainText(
    new RegExp(`${String(asks.node).slice(0, 2)} speaks for them in transactions? \\d+`),
  );
  await expect(names).toContainText(`${String(asks.node).slice(0, 2)} speaks for it`);
});

test('a shard that is down: where its accounts are, and why nobody else has them', async ({ page, testnet }) => {
  const { tab, panel } = handlesOf(page);
  await testnet.load('council-dead-shard');
  await expect(page.getByRole('combobox', { name: 'Validators' })).toContainText('4 shards + 1 spare');
  await testnet.runUntil({ ms: 12_000 });
  await tab('Shards').click();
  await expect(panel('In doubt').getByRole('note')).toContainText(
    's2 is down since 5.000 s. Its accounts wait for its disk',
  );
});
