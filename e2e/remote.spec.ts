/** The fixtures themselves, against a stand-in testnet: what crosses between page and test arrives unchanged. */
import { expect, type Page, test } from '@playwright/test';
import { RemoteError, remoteTestnet, testnetReady } from './remote.ts';

/** Runs in the page: a testnet that answers with what it was asked. */
function installStandIn(): void {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const refusal = { message: 'seed: found -1', code: 'bad-input', problems: [{ path: 'seed', found: '-1' }] };
  const standIn = {
    state: () => Promise.resolve({ timeMs: 12.5, leader: null, decided: { v0: [{ height: 1, hash: 'aa' }] } }),
    node: (id: string) => Promise.resolve({ id }),
    runUntil: (goal: unknown, options: unknown) => Promise.resolve({ goal, options }),
    pause: () => Promise.resolve(),
    load: () => Promise.reject(Object.assign(new Error(), refusal)),
    step: () => Promise.reject(new TypeError('plain')),
    play: () => {
      for (const listener of listeners.get('decision') ?? []) listener({ node: 'v0', height: 7 });
      return Promise.resolve();
    },
    on: (event: string, listener: (payload: unknown) => void) => {
      const heard = listeners.get(event) ?? new Set();
      listeners.set(event, heard.add(listener));
      return () => heard.delete(listener);
    },
  };
  Object.assign(globalThis, { testnet: standIn });
}

async function open(page: Page) {
  await page.goto('about:blank');
  await page.evaluate(installStandIn);
  await testnetReady(page);
  return remoteTestnet(page);
}

test('arguments and results cross unchanged', async ({ page }) => {
  const testnet = await open(page);
  expect(await testnet.state()).toEqual({ timeMs: 12.5, leader: null, decided: { v0: [{ height: 1, hash: 'aa' }] } });
  expect(await testnet.node('v3')).toEqual({ id: 'v3' });
  expect(await testnet.runUntil({ height: 3 }, { maxMs: 10 })).toEqual({ goal: { height: 3 }, options: { maxMs: 10 } });
  expect(await testnet.pause()).toBeUndefined();
});

test('an error keeps its code, message and problems', async ({ page }) => {
  const testnet = await open(page);
  const refused = await testnet.load('nowhere').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RemoteError);
  expect(refused).toMatchObject({ code: 'bad-input', message: 'testnet.load: seed: found -1' });
  expect(refused).toMatchObject({ problems: [{ path: 'seed', found: '-1' }] });
  await expect(testnet.step()).rejects.toMatchObject({ code: 'unknown', message: 'testnet.step: plain' });
});

test('a page without a testnet says so', async ({ page }) => {
  await page.goto('about:blank');
  await expect(remoteTestnet(page).state()).rejects.toThrow('the page has no window.testnet');
});

test('events reach the listener until it stops listening', async ({ page }) => {
  const testnet = await open(page);
  const heights: number[] = [];
  const stop = await testnet.on('decision', ({ height }) => void heights.push(height));
  await testnet.play();
  await expect.poll(() => heights).toEqual([7]);
  await stop();
  await testnet.play();
  await testnet.state();
  expect(heights).toEqual([7]);
});
