import { afterEach, describe, expect, it } from 'vitest';
import { type LockEnvironment, type LocksLike, type TabLock, tabLock } from './tabLock.ts';

/** Web Locks of one site, with the rules that are used here: exclusive, `ifAvailable`. */
function fakeLocks(): LocksLike {
  const held = new Set<string>();
  return {
    request: async (name, _options, work) => {
      if (held.has(name)) return work(null);
      held.add(name);
      await work({ name });
      held.delete(name);
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
}

const taken: TabLock[] = [];
afterEach(() => {
  for (const lock of taken.splice(0)) lock.release();
});

async function acquire(runId: string, environment: LockEnvironment): Promise<TabLock> {
  const lock = await tabLock(runId, environment).acquire();
  taken.push(lock);
  return lock;
}

const settle = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 5);
  });

describe.each([
  ['web-locks', () => ({ locks: fakeLocks(), makeChannel: null })],
  ['broadcast', () => ({ locks: null, answerMs: 40 })],
] as const)('%s', (guard, makeEnvironment) => {
  const run = `run-${guard}`;

  it('the first tab holds, the second is told, the next one holds after release', async () => {
    const environment = makeEnvironment();
    const first = await acquire(run, environment);
    expect(first).toMatchObject({ held: true, guard, message: null });
    const second = await acquire(run, environment);
    expect(second).toMatchObject({ held: false, guard, message: expect.stringContaining('another tab') });
    second.release();
    expect((await acquire(run, environment)).held).toBe(false);
    first.release();
    first.release();
    await settle();
    expect((await acquire(run, environment)).held).toBe(true);
  });

  it('of many that claim at once exactly one holds', async () => {
    const environment = makeEnvironment();
    const locks = await Promise.all(Array.from({ length: 6 }, () => acquire(run, environment)));
    expect(locks.filter((lock) => lock.held).length).toBe(1);
  });

  it('runs do not hinder one another', async () => {
    const environment = makeEnvironment();
    expect((await acquire(`${run}-1`, environment)).held).toBe(true);
    expect((await acquire(`${run}-2`, environment)).held).toBe(true);
  });
});

it('denied locks fall back to channels', async () => {
  const denied: LocksLike = {
    request: () => Promise.reject(new DOMException('no', 'SecurityError')),
    query: async () => ({}),
  };
  expect(await acquire('run-denied', { locks: denied, answerMs: 10 })).toMatchObject({
    held: true,
    guard: 'broadcast',
  });
  const throwing: LocksLike = {
    request: () => {
      throw new DOMException('no', 'SecurityError');
    },
    query: async () => ({}),
  };
  expect(await acquire('run-throws', { locks: throwing, answerMs: 10 })).toMatchObject({
    held: true,
    guard: 'broadcast',
  });
});

it('without locks and channels everyone holds and is told so', async () => {
  const throwing = () => {
    throw new DOMException('no', 'SecurityError');
  };
  for (const makeChannel of [null, throwing]) {
    expect(await acquire('run-none', { locks: null, makeChannel })).toMatchObject({
      held: true,
      guard: 'none',
      message: expect.any(String),
    });
  }
});

it('nonsense on the channel changes nothing', async () => {
  const spammer = new BroadcastChannel('testnet-playground/run/run-spam');
  const acquiring = acquire('run-spam', { locks: null, answerMs: 40 });
  for (const noise of [
    null,
    5,
    'held',
    {},
    { by: 7, to: null },
    { by: '0' },
    { by: '0', to: 3 },
    { by: '0', to: 'somebody else' },
  ])
    spammer.postMessage(noise);
  expect((await acquiring).held).toBe(true);
  spammer.close();
});
