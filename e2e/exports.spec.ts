/** What leaves the page: every file is opened by a reader of its format, every pasted text is run. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Download, Page } from '@playwright/test';
import { readChromeTrace } from '../src/session/exports/testing/chromeReader.ts';
import { readHistory } from '../src/session/exports/testing/historyReader.ts';
import { readItf } from '../src/session/exports/testing/itfReader.ts';
import { readMermaid } from '../src/session/exports/testing/mermaidReader.ts';
import { readOpenMetrics } from '../src/session/exports/testing/openMetricsReader.ts';
import { readShiviz } from '../src/session/exports/testing/shivizReader.ts';
import { expect, type RemoteTestnet, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const AT_MS = 3500;

test.use({ hash: '#preset=primary-crash' });

/** The dialog, with the run standing still at a moment after the crash. */
async function openExport(page: Page, testnet: RemoteTestnet) {
  await testnet.load('primary-crash');
  await testnet.runUntil({ ms: AT_MS });
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Export' });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function saved(
  page: Page,
  click: () => Promise<void>,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await pathOf(download)) };
}

async function pathOf(download: Download): Promise<string> {
  expect(await download.failure()).toBeNull();
  return download.path();
}

const TEXTS: readonly (readonly [title: string, extension: string, read: (text: string) => unknown])[] = [
  ['Chrome trace', 'trace.json', readChromeTrace],
  ['Mermaid diagram', 'mmd', readMermaid],
  ['ShiViz log', 'shiviz.log', readShiviz],
  ['ITF trace', 'itf.json', readItf],
  ['Operation history', 'history.jsonl', readHistory],
  [
    'Trace, JSON lines',
    'trace.jsonl',
    (text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
  ],
  ['Metrics, CSV', 'metrics.csv', (text) => expect(text).toMatch(/^metric,value\r\ntimeMs,3500\r\n/)],
  ['Metrics, OpenMetrics', 'metrics.txt', readOpenMetrics],
  ['Scenario', 'scenario.json', (text) => expect(JSON.parse(text)).toHaveProperty('format', 'testnet-scenario/1')],
];

test('every text format is saved as a file that its reader opens', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  for (const [title, extension, read] of TEXTS) {
    await dialog.getByText(title, { exact: true }).first().click();
    const detail = dialog.getByRole('region', { name: title, exact: true });
    await expect(detail.getByRole('status')).toContainText(/\d.*B, as of 3\.500/);
    const { name, bytes } = await saved(page, () => detail.getByRole('button', { name: 'Save' }).click());
    expect(name).toBe(`crash-of-a-primary-${AT_MS}ms.${extension}`);
    read(bytes.toString('utf8'));
  }
});

test('a window restricts what is exported, and a bad one is explained', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  await dialog.getByText('ITF trace').click();
  await dialog.getByRole('combobox', { name: 'Part of the run' }).selectOption('range');
  await dialog.getByRole('spinbutton', { name: 'From' }).fill('1000');
  await dialog.getByRole('spinbutton', { name: /^To/ }).fill('1500');
  const { bytes } = await saved(page, () => dialog.getByRole('button', { name: 'Save' }).click());
  const times = readItf(bytes.toString('utf8')).states.map((state) => state['nowMicros'] as number);
  expect(Math.min(...times)).toBe(1_000_000);
  expect(Math.max(...times)).toBeLessThan(1_500_000);
  await dialog.getByRole('spinbutton', { name: /^To/ }).fill('900');
  await expect(dialog.getByRole('alert')).toContainText('900 ms');
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
});

test('the network is saved as pixels and as vectors', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  const save = () => dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Image, PNG').click();
  await dialog.getByRole('combobox', { name: 'Shape' }).selectOption('square');
  await expect(dialog.getByRole('img', { name: /^The network at 3\.500/ })).toBeVisible();
  const png = (await saved(page, save)).bytes;
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1920]);

  await dialog.getByText('Image, SVG').click();
  const svg = (await saved(page, save)).bytes.toString('utf8');
  const parsed = await page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    const count = (selector: string) => document.querySelectorAll(selector).length;
    return { errors: count('parsererror'), nodes: count('#nodes > g'), images: count('image, foreignObject, script') };
  }, svg);
  expect(parsed).toEqual({ errors: 0, nodes: 5, images: 0 });
});

test('a stretch is recorded as a video that plays, and recording can be stopped', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  await dialog.getByText('Video', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Record' }).click();
  await expect(dialog.getByRole('progressbar', { name: 'Recorded' })).toHaveAttribute('value', /0\.[1-9]/);
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await expect(dialog.getByRole('status')).toContainText('pictures');
  const { name, bytes } = await saved(page, () => dialog.getByRole('button', { name: 'Save' }).click());
  expect(name).toMatch(/\.webm$/);
  expect([...bytes.subarray(0, 4)], 'EBML').toEqual([0x1a, 0x45, 0xdf, 0xa3]);
  // In a page of its own: the app's policy lets it play nothing.
  const player = await page.context().newPage();
  const size = await player.evaluate(async (base64) => {
    const video = document.createElement('video');
    video.src = `data:video/webm;base64,${base64}`;
    return new Promise((resolve) => {
      video.onloadeddata = () => resolve([video.videoWidth, video.videoHeight]);
      video.onerror = () => resolve(video.error?.message ?? 'error');
    });
  }, bytes.toString('base64'));
  expect(size).toEqual([1280, 720]);
  expect(bytes.length).toBeGreaterThan(5_000);
});

test('a run is saved as a file and opened again, to the last byte', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  const before = await testnet.fingerprint();
  await dialog.getByText('Run file').click();
  const { name, bytes } = await saved(page, () => dialog.getByRole('button', { name: 'Save' }).click());
  await testnet.load('happy-path');
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Open a run file…' }).click();
  const input = await chooser;
  await input.setFiles({
    name: 'not-a-run.testnet-run',
    mimeType: 'application/octet-stream',
    buffer: bytes.subarray(0, 500),
  });
  await expect(dialog.getByRole('alert')).toContainText('cannot be read');
  expect((await testnet.scenario()).name).toBe('Happy path');
  const second = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Open a run file…' }).click();
  await (await second).setFiles({ name, mimeType: 'application/octet-stream', buffer: bytes });
  await expect(dialog).toBeHidden();
  await expect.poll(() => testnet.fingerprint()).toBe(before);
});

test('Perfetto gets the trace by message, once it answers', async ({ page, testnet, context }) => {
  await context.route('https://ui.perfetto.dev/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<title>stand-in</title><script>
        addEventListener('message', ({ data, source }) => {
          if (data === 'PING') source.postMessage('PONG', '*');
          else if (data.perfetto) {
            document.title = data.perfetto.title;
            document.body.textContent = new TextDecoder().decode(data.perfetto.buffer);
          }
        });
      </script>`,
    }),
  );
  const dialog = await openExport(page, testnet);
  const [viewer] = await Promise.all([
    context.waitForEvent('page'),
    dialog.getByRole('button', { name: 'Open in Perfetto' }).click(),
  ]);
  await expect(viewer).toHaveTitle(/^Crash of a primary at 3\.500/);
  const entries = readChromeTrace((await viewer.locator('body').textContent()) ?? '');
  expect(entries.filter(({ ph }) => ph === 'f').length).toBeGreaterThan(50);
});

test.describe('copied from the share dialog', () => {
  async function copied(page: Page, testnet: RemoteTestnet, what: string): Promise<string> {
    await testnet.load('primary-crash');
    await testnet.runUntil({ ms: 2000 });
    await testnet.inject({ kind: 'slow', target: 'v2', factor: 4 });
    await testnet.runUntil({ ms: AT_MS });
    await handlesOf(page).share.click();
    await expect(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
    await page.getByRole('button', { name: `Copy as ${what}` }).click();
    return page.getByRole('textbox', { name: new RegExp(`^${what}$`, 'i') }).inputValue();
  }

  test('a Playwright test runs as written', async ({ page, testnet }) => {
    const text = await copied(page, testnet, 'Playwright test');
    const fingerprint = await testnet.fingerprint();
    expect(text).toContain(fingerprint);
    const [first, ...lines] = text.split('\n');
    expect(first).toBe("import { expect, test } from './fixtures.ts';");
    const bodies: ((fixtures: { readonly testnet: RemoteTestnet }) => Promise<void>)[] = [];
    const run = new Function('test', 'expect', lines.join('\n')) as (...given: unknown[]) => void;
    run((_: string, body: (typeof bodies)[number]) => bodies.push(body), expect);
    await testnet.load('happy-path');
    await bodies[0]?.({ testnet });
    expect(bodies).toHaveLength(1);
    await expect(testnet).toHaveFingerprint(fingerprint);
  });

  test('a command line gives the same run without a page', async ({ page, testnet }) => {
    const text = await copied(page, testnet, 'command line');
    const [, link = '', ms = ''] = /^npm run sim -- '(#s=[\w-]+)' --set (stop\.ms=\S+)$/.exec(text) ?? [];
    const runner = fileURLToPath(new URL('../scripts/run.mjs', import.meta.url));
    const command = promisify(execFile)(process.execPath, [runner, 'sim', link, '--set', ms, '--json']);
    // What the scenario expects of the whole run has not come true by this moment: exit code 1, and all the same the run.
    const { stdout } = await command.catch((ended: { readonly stdout: string }) => ended);
    expect(JSON.parse(stdout)).toMatchObject({ timeMs: AT_MS, fingerprint: await testnet.fingerprint() });
  });
});

test('the dialog is usable by keyboard alone', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  await dialog.getByRole('radio', { name: 'Chrome trace' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('radio', { name: 'Mermaid diagram' })).toBeChecked();
  await expect(dialog.getByRole('heading', { name: 'Mermaid diagram' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('only the body of the dialog scrolls, not its frame as well', async ({ page, testnet }) => {
  const dialog = await openExport(page, testnet);
  await page.setViewportSize({ width: 1000, height: 420 });
  const { frame, body } = await dialog.evaluate((element) => {
    const hidden = (part: Element) => part.scrollHeight - part.clientHeight;
    return { frame: hidden(element), body: hidden(element.querySelector('[tabindex="0"]') ?? element) };
  });
  expect(body).toBeGreaterThan(0);
  expect(frame).toBe(0);
});
