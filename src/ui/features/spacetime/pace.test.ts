import { describe, expect, it } from 'vitest';
import { CALM_FROM_LINES, Pace } from './pace.ts';

/** How many of 60 frames are painted while a run plays. */
function painted(lineCount: number, isPlaying = true): number {
  const pace = new Pace();
  return Array.from({ length: 60 }, (_, i) => pace.wants([i, 2 * i], ['run'], isPlaying, lineCount)).filter(Boolean)
    .length;
}

describe('how often the diagram is painted', () => {
  it('is in every frame while its lines can be followed, in every second one where they cannot', () => {
    expect(painted(CALM_FROM_LINES - 1)).toBe(60);
    expect(painted(CALM_FROM_LINES)).toBe(30);
    expect(painted(CALM_FROM_LINES, false)).toBe(60);
  });

  it('is never while nothing changes, and at once when a reader does something', () => {
    const pace = new Pace();
    expect(pace.wants([1], ['a'], true, 1_000)).toBe(true);
    expect(pace.wants([1], ['a'], true, 1_000)).toBe(false);
    expect(pace.wants([2], ['a'], true, 1_000)).toBe(false);
    expect(pace.wants([2], ['b'], true, 1_000)).toBe(true);
    // The last frame of a run that stops is not left out.
    expect(pace.wants([3], ['b'], true, 1_000)).toBe(false);
    expect(pace.wants([3], ['b'], false, 1_000)).toBe(true);
  });
});
