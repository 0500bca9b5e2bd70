import { describe, expect, it } from 'vitest';
import { arm, type Side, wake } from './side.ts';

const side = (): Side => ({ state: null, timers: new Map() });

describe('a timer', () => {
  it('that is armed has an entry, which finds it due', () => {
    const own = side();
    expect(arm(own, 'view', 'a', 100, 0, 0)).toBe(true);
    expect(wake(own, 'view', 0, 100)).toBe('due');
  });

  it('that is put off waits for the entry before it, and then has its own', () => {
    const own = side();
    arm(own, 'view', 'a', 100, 0, 0);
    expect(arm(own, 'view', 'b', 150, 1, 50)).toBe(false);
    expect(arm(own, 'view', 'c', 180, 2, 60)).toBe(false);
    expect(wake(own, 'view', 0, 100)).toMatchObject({ timer: 'c', due: 180, generation: 2 });
    expect(wake(own, 'view', 2, 180)).toBe('due');
  });

  it('that is due earlier than the one before it has an entry at once; the later one stands for nothing', () => {
    const own = side();
    arm(own, 'view', 'a', 100, 0, 0);
    expect(arm(own, 'view', 'b', 80, 1, 50)).toBe(true);
    expect(wake(own, 'view', 1, 80)).toBe('due');
    own.timers.delete('view');
    expect(wake(own, 'view', 0, 100)).toBeNull();
  });

  it('does not rely on an entry of this very moment', () => {
    const own = side();
    arm(own, 'view', 'a', 100, 0, 0);
    expect(arm(own, 'view', 'b', 200, 1, 100)).toBe(true);
    expect(wake(own, 'view', 0, 100)).toBeNull();
  });

  it('of an older snapshot has an entry of its own', () => {
    const own = side();
    own.timers.set('view', { timer: 'a', due: 100, generation: 4 });
    expect(wake(own, 'view', 3, 90)).toBeNull();
    expect(arm(own, 'view', 'b', 150, 5, 95)).toBe(true);
    expect(wake(own, 'view', 4, 100)).toBeNull();
    expect(wake(own, 'view', 5, 150)).toBe('due');
  });
});
