import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Frame, LiveSession } from '../session/view.ts';
import { createUiStore, followSession } from './store.ts';

function memory(saved: string | null = null): Storage {
  const values = new Map<string, string>();
  if (saved !== null) values.set('testnet-playground/preferences', saved);
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as unknown as Storage;
}

describe('preferences', () => {
  it('come back on the next visit', () => {
    const storage = memory();
    const first = createUiStore(storage).getState();
    first.setTheme('dark');
    first.resize({ tabs: 300 });
    const second = createUiStore(storage).getState();
    expect(second.theme).toBe('dark');
    expect(second.sizes).toEqual({ ...first.sizes, tabs: 300 });
  });

  it('are defaults when what was saved is damaged or absurd', () => {
    const defaults = createUiStore(memory()).getState();
    for (const saved of ['{', 'null', '[]', '{"theme":"pink","sizes":{"tabs":-5},"rail":"<b>"}']) {
      const { theme, sizes, rail } = createUiStore(memory(saved)).getState();
      expect({ theme, sizes, rail }, saved).toEqual({
        theme: defaults.theme,
        sizes: defaults.sizes,
        rail: defaults.rail,
      });
    }
  });

  it('do without storage', () => {
    expect(() => createUiStore(null).getState().setTheme('light')).not.toThrow();
  });
});

describe('marked nodes', () => {
  it('are toggled one at a time and stay in order', () => {
    const store = createUiStore(memory());
    for (const node of [3, 1, 2, 1]) store.getState().toggleMark(node);
    expect(store.getState().marked).toEqual([2, 3]);
    store.getState().clearMarks();
    expect(store.getState().marked).toEqual([]);
  });
});

describe('the first hint', () => {
  it('is not shown again once it has done its work', () => {
    const storage = memory();
    expect(createUiStore(storage).getState().hinted).toBe(false);
    createUiStore(storage).getState().endHint();
    expect(createUiStore(storage).getState().hinted).toBe(true);
  });
});

describe('notices', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('carry what can be done about them, at most three, and go by themselves', () => {
    const store = createUiStore(memory());
    const run = vi.fn();
    for (const text of ['a', 'b', 'c']) store.getState().notify(text);
    store.getState().notify('crashed', 'info', { label: 'Restart', run });
    const { toasts } = store.getState();
    expect(toasts.map(({ text, action }) => [text, action?.label])).toEqual([
      ['b', undefined],
      ['c', undefined],
      ['crashed', 'Restart'],
    ]);
    toasts[2]?.action?.run();
    expect(run).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(store.getState().toasts).toEqual([]);
  });
});

describe('frames', () => {
  let pending: (() => void)[] = [];
  beforeEach(() => {
    pending = [];
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => pending.push(callback));
    vi.stubGlobal('cancelAnimationFrame', () => undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  const subscriber = (listeners: (() => void)[]) => (listener: () => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  const NOTHING = { timeMs: 0 };
  const view = () => ({ faultsAt: () => [] });
  const frame = (runId: string, more: Partial<Frame> = {}) =>
    ({
      runId,
      status: 'playing',
      speed: 5,
      following: true,
      playhead: 0,
      trace: {},
      metrics: NOTHING,
      faults: [],
      ...more,
    }) as unknown as Frame;

  it('reach the store once an animation frame, the newest only', () => {
    let current: Frame | null = null;
    const listeners: (() => void)[] = [];
    const notify = () => {
      for (const listener of listeners) listener();
    };
    const session = {
      frame: () => current,
      subscribe: subscriber(listeners),
      view,
    } as unknown as LiveSession;
    const store = createUiStore(null);
    const seen: (Frame | null)[] = [];
    followSession(store, session);
    store.subscribe((state) => seen.push(state.frame));
    current = frame('a');
    notify();
    current = frame('a');
    notify();
    expect(pending).toHaveLength(1);
    expect(seen).toEqual([]);
    pending[0]?.();
    expect(seen).toEqual([current]);
    expect(store.getState().speed).toBe(5);
  });

  it('wait for the next beat while only time passes, and come at once when somebody looks elsewhere', () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    let current = frame('a');
    const listeners: (() => void)[] = [];
    const session = { frame: () => current, subscribe: subscriber(listeners), view } as unknown as LiveSession;
    const store = createUiStore(null);
    followSession(store, session);
    /** One animation frame, in which the session publishes this. */
    const tick = (next: Frame) => {
      now += 16;
      current = next;
      for (const listener of listeners) listener();
      for (const callback of pending.splice(0)) callback();
      return store.getState().frame === next;
    };
    const shown = Array.from({ length: 30 }, (_, i) => tick(frame('a', { playhead: i })));
    expect(shown.filter(Boolean)).toHaveLength(4);
    // It looks back: once at the jump, and not for every step of the run that goes on behind it.
    expect(tick(frame('a', { following: false, playhead: 7 }))).toBe(true);
    expect(tick(frame('a', { following: false, playhead: 7, head: 500 }))).toBe(false);
    expect(tick(frame('a', { following: false, playhead: 3, head: 516 }))).toBe(true);
    expect(tick(frame('a', { status: 'paused', playhead: 9 }))).toBe(true);
    expect(tick(frame('a', { status: 'paused', playhead: 10 }))).toBe(true);
    vi.restoreAllMocks();
  });

  it('that waited come with the beat, although nothing follows', () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    let current = frame('a');
    const listeners: (() => void)[] = [];
    const session = { frame: () => current, subscribe: subscriber(listeners), view } as unknown as LiveSession;
    const store = createUiStore(null);
    followSession(store, session);
    current = frame('a', { playhead: 5 });
    for (const listener of listeners) listener();
    for (let i = 0; i < 8; i++) {
      now += 16;
      for (const callback of pending.splice(0)) callback();
    }
    expect(store.getState().frame).toBe(current);
    vi.restoreAllMocks();
  });

  it('of another run clear the selection', () => {
    let current = frame('a');
    const listeners: (() => void)[] = [];
    const notify = () => {
      for (const listener of listeners) listener();
    };
    const session = {
      frame: () => current,
      subscribe: subscriber(listeners),
      view,
    } as unknown as LiveSession;
    const store = createUiStore(null);
    followSession(store, session);
    store.getState().select({ kind: 'node', node: 2 });
    current = frame('a');
    notify();
    pending.at(-1)?.();
    expect(store.getState().selection).toEqual({ kind: 'node', node: 2 });
    current = frame('b');
    notify();
    pending.at(-1)?.();
    expect(store.getState().selection).toBeNull();
  });
});
