import { describe, expect, it } from 'vitest';
import { sinceDecision } from './decided.ts';

/** A node whose height rises to `n` at second n. */
const clock = (at: number) => ({ fields: { height: Math.floor(at / 1_000_000) } });
/** µs a wall-clock ms at normal speed. */
const SPEED = 1_000;

describe('the tick of a decision', () => {
  it('shows from the decision on, older as time passes, then no more', () => {
    const ages = [3_000_000, 3_150_000, 3_450_000].map((at) => sinceDecision(clock, at, SPEED));
    expect(ages[0]).toBe(0);
    expect(ages[1]).toBeGreaterThan(0);
    expect(ages[2]).toBeGreaterThan(ages[1] ?? 1);
    expect(sinceDecision(clock, 3_700_000, SPEED)).toBeNull();
  });

  it('lasts as long on the wall clock at another speed', () => {
    expect(sinceDecision(clock, 3_100_000, SPEED / 10)).toBeNull();
    expect(sinceDecision(clock, 3_030_000, SPEED / 10)).not.toBeNull();
  });

  it('is not there before anything was decided', () => {
    expect(sinceDecision(clock, 500_000, SPEED)).toBeNull();
    expect(sinceDecision(() => ({ fields: { height: null } }), 500_000, SPEED)).toBeNull();
  });
});
