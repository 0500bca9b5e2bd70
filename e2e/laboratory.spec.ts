/** The laboratory by hand: faults carried to where they belong, messages caught, deeds undone, transactions followed, runs presented. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import type { SendEvent } from '../src/kernel/trace/events.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import { remoteTestnet, testnetReady } from './remote.ts';

const SCENARIO = {
  protocol: { name: 'svbft' },
  seed: 7,
  validators: 4,
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
} as const;

async function rail(page: Page, name: string): Promise<void> {
  const tab = handlesOf(page).tab(name);
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
}

test.beforeEach(async ({ testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2150 });
});

test('a fault is dragged from the palette onto a node, and onto a link', async ({ page, testnet }) => {
  const { node, network } = handlesOf(page);
  await rail(page, 'Faults');
  await page.getByRole('button', { name: 'Slow down 10×', exact: true }).dragTo(node('v2'));
  await expect
    .poll(async () => (await testnet.scenario()).faults)
    .toMatchObject([{ kind: 'slow', target: 'v2', at: 2150 }]);
  const boxes = await Promise.all(['v1', 'v2'].map(async (id) => node(id).boundingBox()));
  const frame = await network.boundingBox();
  const middle = (axis: 'x' | 'y', size: 'width' | 'height') =>
    boxes.reduce((sum, box) => sum + (box?.[axis] ?? 0) + (box?.[size] ?? 0) / 2, 0) / 2 - (frame?.[axis] ?? 0);
  const targetPosition = { x: middle('x', 'width'), y: middle('y', 'height') };
  await page.getByRole('button', { name: 'Cut', exact: true }).first().dragTo(network, { targetPosition });
  await expect
    .poll(async () => (await testnet.scenario()).faults[1])
    .toMatchObject({ kind: 'link', from: ['v1'], to: ['v2'], loss: 1 });
});

test('the same by keyboard alone: taken in hand, put on a node or between two, or put back', async ({
  page,
  testnet,
}) => {
  const { node } = handlesOf(page);
  await rail(page, 'Faults');
  const silent = page.getByRole('button', { name: 'silent', exact: true });
  await silent.focus();
  await page.keyboard.press('Enter');
  await expect(silent).toHaveAttribute('aria-pressed', 'true');
  await node('v3').focus();
  await page.keyboard.press('Enter');
  await expect(silent).toHaveAttribute('aria-pressed', 'false');
  const delay = page.getByRole('button', { name: 'Delay', exact: true }).first();
  await delay.focus();
  await page.keyboard.press('Enter');
  for (const id of ['v0', 'v1']) {
    await node(id).focus();
    await page.keyboard.press('Enter');
  }
  await delay.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(delay).toHaveAttribute('aria-pressed', 'false');
  await expect
    .poll(async () => (await testnet.scenario()).faults)
    .toMatchObject([
      { kind: 'byzantine', target: 'v3', behaviour: 'silent' },
      { kind: 'link', from: ['v0'], to: ['v1'], delayMs: 200 },
    ]);
});

test('a lasso marks nodes, and cuts them off', async ({ page, testnet }) => {
  const { node, network } = handlesOf(page);
  const [top, left] = [await node('v0').boundingBox(), await node('v3').boundingBox()];
  const field = await network.boundingBox();
  if (top === null || left === null || field === null) throw new Error('no network on the page');
  await page.keyboard.press('l');
  const corners = [
    [left.x - 30, top.y - 8],
    [top.x + top.width + 15, top.y - 8],
    [top.x + top.width + 15, top.y + top.height + 5],
    [left.x + left.width + 15, left.y + left.height + 8],
    [left.x - 30, left.y + left.height + 8],
  ] as const;
  await page.mouse.move(corners[0][0], corners[0][1]);
  await page.mouse.down();
  for (const [x, y] of corners) await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
  const marked = page.getByRole('group', { name: 'Marked nodes' });
  await expect(marked).toContainText('v0, v3');
  await marked.getByRole('button', { name: 'Cut off' }).click();
  await expect.poll(async () => (await testnet.scenario()).faults).toMatchObject([{ kind: 'partition' }]);
  expect((await testnet.scenario()).faults[0]).toMatchObject({ groups: [['v0', 'v3'], expect.any(Array)] });
});

test('links are chosen in the matrix by keyboard and cut one way', async ({ page, testnet }) => {
  await rail(page, 'Faults');
  await page.getByRole('button', { name: 'Link matrix' }).click();
  const cell = (name: string) => page.getByRole('button', { name, exact: true });
  await cell('v0 to v1').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(cell('v0 to v2')).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect(cell('v1 to v2')).toBeFocused();
  await page.getByRole('button', { name: 'Apply to 2 links' }).click();
  await expect
    .poll(async () => (await testnet.scenario()).faults)
    .toMatchObject([{ kind: 'link', from: ['v0'], to: ['v1', 'v2'], symmetric: false, loss: 1 }]);
});

test('a message is caught on its way; the scenario tells the same run; Ctrl+Z takes it back', async ({
  page,
  testnet,
}) => {
  const { inspector, node } = handlesOf(page);
  const untouched = await testnet.fingerprint();
  const sends = (await testnet.trace({ kinds: ['send'], fromMs: 2000 })) as readonly SendEvent[];
  const flying = sends.find(({ deliverAt, to }) => (deliverAt ?? 0) > 2150 && to === 'v2');
  if (flying === undefined) throw new Error('nothing is under way to v2');
  // By way of the link, as somebody without a pointer would.
  await node('v2').click();
  const box = await node('v2').boundingBox();
  const other = await node(flying.node).boundingBox();
  if (box === null || other === null) throw new Error('no nodes on the page');
  // A third of the way: in the middle the links of four validators cross.
  const third = (from: number, to: number, size: number) => from + size / 2 + (to - from) / 3;
  await page.mouse.click(third(box.x, other.x, box.width), third(box.y, other.y, box.height));
  const onItsWay = inspector.getByRole('button', { name: / to v2/ }).first();
  const catchIt = inspector.getByRole('button', { name: 'Catch it' });
  await onItsWay.or(catchIt).first().waitFor();
  if (await onItsWay.isVisible()) await onItsWay.click();
  await catchIt.click();
  await inspector.getByRole('button', { name: 'Drop', exact: true }).click();
  await expect.poll(async () => (await testnet.scenario()).faults.map(({ kind }) => kind)).toEqual(['message']);
  expect((await testnet.state()).timeMs).toBe(2150);
  await testnet.runUntil({ ms: 4000 });
  const fingerprint = await testnet.fingerprint();
  const recorded = await testnet.scenario();
  await testnet.load(recorded);
  await testnet.runUntil({ ms: 4000 });
  await expect(testnet).toHaveFingerprint(fingerprint);

  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2150 });
  await expect(testnet).toHaveFingerprint(untouched);
  await testnet.inject({ kind: 'crash', target: 'v1' });
  await testnet.runUntil({ ms: 3000 });
  await rail(page, 'Faults');
  await expect(page.getByRole('button', { name: /^Undo v1 crashes/ })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await testnet.scenario()).faults).toEqual([]);
  await expect(testnet).toHaveFingerprint(untouched);
});

test('a transfer is sent by hand and followed until every validator has decided it', async ({ page, testnet }) => {
  const { node, inspector } = handlesOf(page);
  await node('c0').click();
  await inspector.getByRole('button', { name: 'Send a transfer' }).click();
  await expect(inspector.getByRole('heading', { name: 'Transaction' })).toBeVisible();
  await expect(inspector.getByText('not yet').first()).toBeVisible();
  await testnet.runUntil({ ms: 6000 });
  const decided = page.locator('section', { has: page.getByRole('button', { name: 'Decided by' }) }).last();
  await expect(decided).toContainText('4 of 4');
  await inspector.getByRole('button', { name: /^Height \d+$/ }).click();
  await inspector.getByRole('button', { name: 'Open the certificate' }).click();
  await expect(inspector.getByRole('heading', { name: 'Certificate' })).toBeVisible();
  await expect(inspector.getByText(/of 3 needed/)).toBeVisible();
});

test('a run is presented by keys, and nothing of it changes', async ({ page, testnet }) => {
  await testnet.load('primary-crash');
  const before = await testnet.scenario();
  await page.getByRole('button', { name: 'Present', exact: true }).click();
  const show = page.getByRole('region', { name: 'Presentation' });
  await expect(show.getByRole('heading', { level: 1 })).toHaveText('What if the primary dies?');
  for (const title of ['All is well', 'v0 crashes', 'Patience runs out']) {
    await expect(show.getByRole('button', { name: 'Go on' })).toBeEnabled();
    await page.keyboard.press('ArrowRight');
    await expect(show.getByRole('heading', { level: 1 })).toHaveText(title, { timeout: 20_000 });
  }
  await page.keyboard.press('l');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('ArrowLeft');
  await expect(show.getByRole('heading', { level: 1 })).toHaveText('v0 crashes');
  await page.keyboard.press('?');
  await expect(show.getByText('next and previous step')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(show).toHaveCount(0);
  expect(await testnet.scenario()).toEqual(before);
  await expect(page.getByRole('tab', { name: 'Faults' })).toBeVisible();
});

test('the health monitor names what is wrong', async ({ page, testnet }) => {
  await testnet.inject({ kind: 'crash', target: 'v1' });
  await testnet.inject({ kind: 'crash', target: 'v2' });
  await testnet.runUntil({ ms: 16_000 });
  await handlesOf(page).tab('Metrics').click();
  const health = page.getByRole('region', { name: 'Health', exact: true });
  await expect(health.getByRole('listitem').filter({ hasText: 'Participation' })).toContainText('2 of 4 take part');
  await expect(health.getByRole('listitem').filter({ hasText: 'Progress' })).toContainText('no block for');
});

test('where nodes were dragged to is remembered', async ({ page }) => {
  const { node } = handlesOf(page);
  const before = await node('v1').boundingBox();
  if (before === null) throw new Error('no v1 on the page');
  const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 120, y + 60, { steps: 8 });
  await page.mouse.up();
  await expect.poll(async () => Math.round((await node('v1').boundingBox())?.x ?? 0)).toBeLessThan(before.x - 80);
  await page.reload();
  await testnetReady(page);
  await remoteTestnet(page).load(SCENARIO);
  // The whole is fitted anew: what was dragged 120 px stands a little nearer to where it was.
  await expect.poll(async () => Math.round((await node('v1').boundingBox())?.x ?? 0)).toBeLessThan(before.x - 40);
});

test.describe('installed', () => {
  test.use({ serviceWorkers: 'allow' });
  const dist = resolve(import.meta.dirname, '..', process.env['E2E_DIST'] ?? 'dist');
  const TYPES: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };

  test('works offline below any path, and says when there is a new version', async ({ page, context }) => {
    let version = '';
    const prefix = '/deep/down/';
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const name = normalize(pathname.slice(prefix.length) || 'index.html');
      try {
        if (!pathname.startsWith(prefix) || name.startsWith('..')) throw new Error('outside');
        const body = await readFile(join(dist, name));
        response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' });
        response.end(name === 'sw.js' ? `${body}${version}` : body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((done) => server.listen(0, 'localhost', done));
    const bound = server.address();
    const address = `http://localhost:${typeof bound === 'object' && bound !== null ? bound.port : 0}${prefix}`;
    try {
      await page.goto(address);
      await testnetReady(page);
      await page.evaluate(async () => {
        const { serviceWorker } = navigator;
        if (serviceWorker.controller !== null) return;
        await new Promise((done) => serviceWorker.addEventListener('controllerchange', done, { once: true }));
      });
      await context.setOffline(true);
      await page.reload();
      await testnetReady(page);
      await expect(remoteTestnet(page)).toReachHeight(1, { maxMs: 60_000 });
      await context.setOffline(false);
      version = '\n// another version';
      await page.reload();
      await expect(page.getByText('A new version of the playground is ready.')).toBeVisible({ timeout: 30_000 });
      const reloaded = page.waitForEvent('load');
      await page.getByRole('button', { name: 'Reload' }).click();
      await reloaded;
      await testnetReady(page);
      await expect(page.getByText('A new version of the playground is ready.')).toHaveCount(0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

test('while a run plays, a fault is told of when the playhead gets to it', async ({ page, testnet }) => {
  const { line, pause } = handlesOf(page);
  await testnet.load({ ...SCENARIO, faults: [{ kind: 'crash', target: 'v2', at: 8_000 }] });
  await testnet.runUntil({ ms: 3_000 });
  /** What the page says in every animation frame, until the crash is told of everywhere. */
  const watched = page.evaluate(async () => {
    const seconds = () => Number.parseFloat(document.querySelector('footer')?.textContent ?? '');
    const tells: Readonly<Record<string, () => boolean>> = {
      notice: () => document.querySelector('[data-notices]')?.textContent?.includes('v2 crashes') === true,
      badge: () => [...document.querySelectorAll('[role=tab]')].some(({ textContent }) => textContent === '1Faults'),
      health: () => /Participation[^A-Z]*3 of 4/.test(document.body.textContent ?? ''),
    };
    const first: Record<string, number> = {};
    while (Object.keys(first).length < Object.keys(tells).length) {
      await new Promise(requestAnimationFrame);
      for (const [name, tell] of Object.entries(tells)) if (!(name in first) && tell()) first[name] = seconds();
    }
    return first;
  });
  await testnet.play({ speed: 5 });
  const first = await watched;
  for (const [name, at] of Object.entries(first)) expect(at, name).toBeGreaterThanOrEqual(8);
  await pause.click();
  await expect(line).toContainText('checks');
});
