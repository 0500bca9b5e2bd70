/**
 * One writing tab per run. Web Locks where they exist: the browser frees the lock of a tab that died. Else an agreement over
 * BroadcastChannel: who claims and hears no objection holds. Without either, everyone holds and is told so.
 */

/** The little of `navigator.locks` that is used. */
export interface LocksLike {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    work: (lock: unknown) => Promise<void>,
  ): Promise<unknown>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

export interface LockEnvironment {
  /** Null for none; the browser's if not given. */
  readonly locks?: LocksLike | null;
  /** Null for none; the platform's if not given. */
  readonly makeChannel?: ((name: string) => BroadcastChannel) | null;
  /** Wall-clock ms that an objection may take. */
  readonly answerMs?: number;
}

export interface TabLock {
  /** Whether this tab may write. */
  readonly held: boolean;
  readonly guard: 'web-locks' | 'broadcast' | 'none';
  /** A sentence for the user when this tab must not write or cannot be sure to be alone; else null. */
  readonly message: string | null;
  /** Lets another tab have it. Harmless when not held or released before. */
  release(): void;
}

const PREFIX = 'testnet-playground/run/';
const ELSEWHERE =
  'This run is open in another tab, which saves it. This tab can watch, or fork it into a run of its own.';
const UNGUARDED = 'This browser cannot tell whether the run is open in another tab too; the tab that saves last wins.';

/** The lock on writing a run. `acquire` never rejects and never waits for another tab to finish. */
export function tabLock(runId: string, environment: LockEnvironment = {}): { acquire(): Promise<TabLock> } {
  const name = PREFIX + runId;
  const locks = environment.locks === undefined ? ambientLocks() : environment.locks;
  const makeChannel = environment.makeChannel === undefined ? ambientChannel() : environment.makeChannel;
  return {
    acquire: async () => {
      const byLocks = locks === null ? null : await acquireByLocks(locks, name);
      if (byLocks !== null) return byLocks;
      const byChannel =
        makeChannel === null ? null : await acquireByChannel(makeChannel, name, environment.answerMs ?? 150);
      return byChannel ?? { held: true, guard: 'none', message: UNGUARDED, release: () => {} };
    },
  };
}

/** Runs that some tab of this site holds the lock of; empty where that cannot be known. */
export async function runsWithLock(): Promise<ReadonlySet<string>> {
  try {
    const { held = [] } = (await ambientLocks()?.query()) ?? {};
    return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
  } catch {
    return new Set();
  }
}

/** Null when locks are denied here (opaque origin). */
function acquireByLocks(locks: LocksLike, name: string): Promise<TabLock | null> {
  return new Promise((resolve) => {
    const work = (lock: unknown): Promise<void> => {
      if (lock === null) {
        resolve({ held: false, guard: 'web-locks', message: ELSEWHERE, release: () => {} });
        return Promise.resolve();
      }
      return new Promise((release) => resolve({ held: true, guard: 'web-locks', message: null, release }));
    };
    try {
      locks.request(name, { ifAvailable: true }, work).catch(() => resolve(null));
    } catch {
      resolve(null);
    }
  });
}

/** A claim to all, or the objection to one claimant's. */
interface ChannelMessage {
  readonly by: string;
  readonly to: string | null;
}

/**
 * Claims, waits for an objection. A holder objects to every claim; of two that claim at once the one with the smaller
 * number objects to the other. Null when there are no channels here.
 */
async function acquireByChannel(
  makeChannel: (name: string) => BroadcastChannel,
  name: string,
  answerMs: number,
): Promise<TabLock | null> {
  let channel: BroadcastChannel;
  try {
    channel = makeChannel(name);
  } catch {
    return null;
  }
  const self = [...crypto.getRandomValues(new Uint32Array(4))]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  let holding = false;
  const refused = await new Promise<boolean>((resolve) => {
    const objection = setTimeout(() => {
      holding = true;
      resolve(false);
    }, answerMs);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!isChannelMessage(data) || data.by === self || (data.to !== null && data.to !== self)) return;
      if (data.to === null && (holding || self < data.by)) {
        channel.postMessage({ by: self, to: data.by } satisfies ChannelMessage);
      } else if (!holding) {
        clearTimeout(objection);
        resolve(true);
      }
    };
    channel.postMessage({ by: self, to: null } satisfies ChannelMessage);
  });
  if (refused) channel.close();
  // In Node an open channel would keep the process alive.
  else if ('unref' in channel && typeof channel.unref === 'function') channel.unref();
  return { held: !refused, guard: 'broadcast', message: refused ? ELSEWHERE : null, release: () => channel.close() };
}

function isChannelMessage(data: unknown): data is ChannelMessage {
  if (typeof data !== 'object' || data === null || !('by' in data) || !('to' in data)) return false;
  return typeof data.by === 'string' && (data.to === null || typeof data.to === 'string');
}

function ambientLocks(): LocksLike | null {
  return globalThis.navigator?.locks ?? null;
}

function ambientChannel(): ((name: string) => BroadcastChannel) | null {
  return typeof BroadcastChannel === 'undefined' ? null : (name) => new BroadcastChannel(name);
}
