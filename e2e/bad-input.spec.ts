/** Whatever comes in from outside is answered with one clear error, or shown as text; what runs goes on untouched. */
import type { Page } from '@playwright/test';
import { presets } from '../src/scenario/library.ts';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { complaintsOf } from './complaints.ts';
import { expect, type RemoteTestnet, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import { fingerprintInNode } from './in-node.ts';
import { malformedHashes, malformedScenarios, malformedTexts } from './malformed.ts';

const SEED = 20_261_121;
/** Names on one line, without what could hide or reorder the text around them. */
const READABLE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{4,1500}$/u;

/** What ran when the page was opened still runs, and its trace is that of an undisturbed run. */
async function expectUntouched(testnet: RemoteTestnet, since: number): Promise<void> {
  expect((await testnet.state()).status).toBe('playing');
  await expect.poll(async () => (await testnet.state()).timeMs).toBeGreaterThan(since);
  await testnet.pause();
  const ms = (await testnet.state()).timeMs;
  const happy = presets.find(({ id }) => id === 'happy-path')?.scenario;
  expect(await testnet.scenario()).toMatchObject(happy ?? {});
  expect(await testnet.fingerprint()).toBe(await fingerprintInNode(happy ?? { protocol: { name: 'svbft' } }, ms));
}

test('200 malformed scenarios are refused by load, each with its place', async ({ page, testnet }) => {
  const { timeMs } = await testnet.state();
  const documents = malformedScenarios(200, SEED);
  const answers = await page.evaluate(async (all) => {
    const { testnet } = globalThis as unknown as { testnet: { load(scenario: unknown): Promise<unknown> } };
    const found: { code: string; message: string; problems: number }[] = [];
    for (const document of all) {
      const error = await testnet.load(document).then(
        () => ({ code: 'accepted', message: JSON.stringify(document), problems: [] }),
        (thrown: { code: string; message: string; problems: unknown[] }) => thrown,
      );
      found.push({ code: error.code, message: error.message, problems: error.problems.length });
    }
    return found;
  }, documents);
  expect(answers).toHaveLength(documents.length);
  for (const { code, message, problems } of answers) {
    expect(code, message).toBe('bad-input');
    expect(problems).toBeGreaterThan(0);
    expect(message).toMatch(READABLE);
  }
  await expectUntouched(testnet, timeMs);
});

test('60 malformed addresses each give one notice', async ({ page, testnet }) => {
  const { timeMs } = await testnet.state();
  const hashes = await malformedHashes(60, SEED);
  for (const { hash, notices } of await page.evaluate(visitAll, hashes)) {
    expect(notices, hash).toHaveLength(1);
    expect(notices[0]).toMatch(/^This address cannot be loaded: .{4,}/);
    expect(notices[0]).toMatch(READABLE);
  }
  await expectUntouched(testnet, timeMs);
});

/** Runs in the page: goes to each hash, and resolves to the alerts that stood there once the first had come. */
async function visitAll(hashes: readonly string[]): Promise<{ hash: string; notices: string[] }[]> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const alerts = () => [...document.querySelectorAll<HTMLElement>('[role=alert]')];
  const visits: { hash: string; notices: string[] }[] = [];
  for (const hash of hashes) {
    location.hash = hash;
    for (let frames = 0; alerts().length === 0 && frames < 300; frames++) await frame();
    // A second alert would come with the next frames.
    for (let frames = 0; frames < 3; frames++) await frame();
    visits.push({ hash, notices: alerts().map((alert) => alert.innerText) });
    for (const alert of alerts()) alert.querySelector('button')?.click();
    for (let frames = 0; alerts().length > 0 && frames < 300; frames++) await frame();
  }
  return visits;
}

test('30 malformed imports each name a place, what was found and what was expected', async ({ page, testnet }) => {
  const { timeMs } = await testnet.state();
  const { alert, panel } = handlesOf(page);
  const scenarios = panel('Scenarios');
  await scenarios.getByRole('button', { name: 'Import' }).click();
  const field = scenarios.getByRole('textbox', { name: 'Scenario to import' });
  let before = '';
  for (const text of malformedTexts(30, SEED)) {
    await field.fill(text);
    await scenarios.getByRole('button', { name: 'Load', exact: true }).click();
    before = await page.evaluate(nextProblem, before);
    expect(before, text).toMatch(/.+found .+expected .+/);
    expect(before, text).toMatch(READABLE);
    await expect(alert).toContainText('Not loaded; what ran before goes on.');
  }
  await expectUntouched(testnet, timeMs);
});

/** Runs in the page: the first problem of the alert once it is another than `before`; '' if none comes. */
async function nextProblem(before: string): Promise<string> {
  for (let frames = 0; frames < 300; frames++) {
    const text = document.querySelector('[role=alert] li')?.textContent ?? '';
    if (text !== '' && text !== before) return text;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return '';
}

test('an address that cannot be loaded opens the default with a notice', async ({ page }) => {
  await page.goto('./#preset=no-such-thing');
  const { alert, scenario, node } = handlesOf(page);
  await expect(alert).toContainText('no-such-thing');
  await expect(scenario).toHaveValue('happy-path');
  await expect(node('v0')).toBeVisible();
});

const HOSTILE = '<img src=x onerror="globalThis.intruded=1"><script>globalThis.intruded=1</script>';
const HIDDEN = '\u0007\u202egnissim\u2066';

/** Elements that text from outside would have made had it been taken for HTML, and whether any of it ran. */
function intrusions(page: Page): Promise<{ elements: number; ran: boolean }> {
  return page.evaluate(() => ({
    elements: document.querySelectorAll('#root img, #root script, #root iframe').length,
    ran: 'intruded' in globalThis,
  }));
}

test('names with HTML, control characters and direction marks are shown as text', async ({ page, testnet }) => {
  const complaints = await complaintsOf(page);
  const scenario: ScenarioInput = {
    name: `${HIDDEN}${HOSTILE}`,
    description: `javascript:alert(1) ${HOSTILE}`,
    protocol: { name: 'svbft' },
  };
  await testnet.load(scenario);
  await testnet.play();
  const { inspector, scenario: field, panel, tab, snapshot } = handlesOf(page);
  const title = inspector.getByRole('heading', { level: 2 });
  await expect(title).toContainText('<img src=x onerror=');
  await expect(field.locator('option:checked')).toContainText('<img src=x');
  await tab('Scenarios').click();
  await tab('Scenarios').click();
  await panel('Scenarios').getByRole('button', { name: 'This scenario' }).click();
  await testnet.snapshot(`${HIDDEN}${HOSTILE}`);
  await snapshot.click();
  await expect(panel('Snapshots').getByText('<img src=x onerror').first()).toBeVisible();
  const shown = await page.locator('body').innerText();
  expect(shown).not.toMatch(/[\u0007\u202a-\u202e\u2066-\u2069]/);
  expect(await intrusions(page)).toEqual({ elements: 0, ran: false });
  expect(complaints).toEqual([]);
});

test('an error repeats hostile input as text', async ({ page, testnet }) => {
  const { alert, panel } = handlesOf(page);
  await panel('Scenarios').getByRole('button', { name: 'Import' }).click();
  const field = panel('Scenarios').getByRole('textbox', { name: 'Scenario to import' });
  await field.fill(JSON.stringify({ protocol: { name: HOSTILE }, [HOSTILE]: HIDDEN }));
  await panel('Scenarios').getByRole('button', { name: 'Load', exact: true }).click();
  await expect(alert).toContainText('<img src=x onerror');
  expect(await alert.innerText()).not.toMatch(/[\u0007\u202a-\u202e\u2066-\u2069]/);
  expect(await intrusions(page)).toEqual({ elements: 0, ran: false });
  expect((await testnet.state()).status).toBe('playing');
});

test('with everything opened, the page breaks none of its own rules', async ({ page }) => {
  const complaints = await complaintsOf(page);
  await page.goto('./');
  const { node, tab, share, help, step, pause, snapshot, line } = handlesOf(page);
  await expect(line).toContainText('height 3');
  for (const name of ['Faults', 'Checks', 'Snapshots', 'Scenarios', 'Metrics', 'Events', 'Chain'])
    await tab(name).click();
  await tab('Metrics').click();
  await expect(page.getByRole('figure').first()).toBeVisible();
  for (const id of ['v0', 'c0']) await node(id).click();
  await tab('Events').click();
  await page.getByRole('list', { name: 'Events, newest first' }).getByRole('button').first().click();
  for (const dialog of [share, help]) {
    await dialog.click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await pause.click();
  await step.click();
  await snapshot.click();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  expect(complaints).toEqual([]);
});

test('an injected handler, script, frame or text to evaluate is blocked', async ({ page }) => {
  const complaints = await complaintsOf(page);
  await page.goto('./');
  await page.evaluate(() => {
    const holder = document.createElement('div');
    holder.id = 'injected';
    holder.innerHTML =
      '<button onclick="globalThis.intruded = 1">x</button><img src="data:," onerror="globalThis.intruded = 1">' +
      '<iframe srcdoc="<script>parent.intruded = 1</script>"></iframe><a href="javascript:globalThis.intruded = 1">y</a>';
    document.body.append(holder);
    holder.querySelector('button')?.click();
    holder.querySelector('a')?.click();
    const script = document.createElement('script');
    script.src = 'data:text/javascript,globalThis.intruded = 1';
    document.body.append(script);
    setTimeout('globalThis.intruded = 1', 0);
  });
  // Two handlers, the address, the frame, the script, the text: each was tried, and each was stopped.
  await expect.poll(() => complaints.filter((text) => text.startsWith('policy: ')).length).toBeGreaterThanOrEqual(5);
  expect(await page.evaluate(() => 'intruded' in globalThis)).toBe(false);
});
