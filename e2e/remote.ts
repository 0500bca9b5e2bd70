/** The page's `window.testnet` as an object of the test: the same calls, the same results, the same errors. */
import type { Page } from '@playwright/test';
import type { Testnet, TestnetEvents } from '../src/session/api.ts';

/** `on` and its unsubscribing cross into the page, so they take a promise; all else is as in the page. */
export type RemoteTestnet = Omit<Testnet, 'on'> & {
  on<K extends keyof TestnetEvents>(
    event: K,
    listener: (payload: TestnetEvents[K]) => void,
  ): Promise<() => Promise<void>>;
};

/** An error that the page's testnet gave, with its code and, for bad input, its problems. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string;
  readonly problems: readonly unknown[];

  constructor(call: string, thrown: Thrown) {
    super(`testnet.${call}: ${thrown.message}`);
    this.code = thrown.code;
    this.problems = thrown.problems;
  }
}

interface Thrown {
  readonly code: string;
  readonly message: string;
  readonly problems: readonly unknown[];
}

type Reply = { readonly value: unknown } | { readonly thrown: Thrown };
type Call = Exclude<keyof Testnet, 'on'>;

/** Every call that goes over; a method that the contract gains and this list lacks does not compile. */
const CALLS: { readonly [K in Call]: true } = {
  load: true,
  play: true,
  pause: true,
  step: true,
  runUntil: true,
  inject: true,
  heal: true,
  submit: true,
  state: true,
  node: true,
  transaction: true,
  trace: true,
  checks: true,
  metrics: true,
  fingerprint: true,
  snapshot: true,
  snapshots: true,
  restore: true,
  fork: true,
  scenario: true,
  export: true,
  close: true,
};

/** How a page that has been navigated to holds its testnet. */
interface PageGlobals {
  readonly testnet?: Readonly<Record<string, (...input: unknown[]) => unknown>>;
}

/** The testnet of this page. Arguments and results must be plain data, as the contract's are. */
export function remoteTestnet(page: Page): RemoteTestnet {
  const calls = Object.keys(CALLS).map((name) => [name, (...input: unknown[]) => call(page, name, input)]);
  return { ...Object.fromEntries(calls), on: (event, listener) => listen(page, event, listener) } as RemoteTestnet;
}

/** Resolves once the page has put up its testnet. */
export async function testnetReady(page: Page): Promise<void> {
  await page.waitForFunction(() => (globalThis as PageGlobals).testnet !== undefined);
}

async function call(page: Page, name: string, input: readonly unknown[]): Promise<unknown> {
  const reply = await page.evaluate(callInPage, [name, input] as const);
  if ('thrown' in reply) throw new RemoteError(name, reply.thrown);
  return reply.value;
}

/** Runs in the page. An error loses its fields on the way out of a page, so it travels as data. */
async function callInPage([name, input]: readonly [string, readonly unknown[]]): Promise<Reply> {
  try {
    const { testnet } = globalThis as PageGlobals;
    if (testnet === undefined) throw new Error('the page has no window.testnet');
    return { value: await testnet[name]?.(...input) };
  } catch (error) {
    const { code, message, problems } = error as { code?: unknown; message?: unknown; problems?: unknown };
    const text = typeof message === 'string' ? message : String(error);
    return {
      thrown: { code: String(code ?? 'unknown'), message: text, problems: Array.isArray(problems) ? problems : [] },
    };
  }
}

let listeners = 0;

async function listen<K extends keyof TestnetEvents>(
  page: Page,
  event: K,
  listener: (payload: TestnetEvents[K]) => void,
): Promise<() => Promise<void>> {
  const binding = `testnetListener${listeners++}`;
  await page.exposeFunction(binding, listener);
  const stop = await page.evaluateHandle(listenInPage, [event, binding] as const);
  return async () => {
    await stop.evaluate((unsubscribe) => unsubscribe());
    await stop.dispose();
  };
}

/** Runs in the page: passes what happens to the function that was exposed under `binding`; returns what stops it. */
async function listenInPage([event, binding]: readonly [string, string]): Promise<() => void> {
  const { testnet } = globalThis as PageGlobals;
  const exposed = (globalThis as unknown as Readonly<Record<string, (payload: unknown) => void>>)[binding];
  if (testnet === undefined) throw new Error('the page has no window.testnet');
  return (await testnet.on?.(event, (payload: unknown) => exposed?.(payload))) as () => void;
}
