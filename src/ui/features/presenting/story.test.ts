import { describe, expect, it } from 'vitest';
import { presets } from '../../../scenario/library.ts';
import type { Marker } from '../../../session/view.ts';
import { markedSteps, momentOf, toldSteps } from './story.ts';

const mark = (kind: Marker['kind'], atMs: number, label: string = kind): Marker => ({
  kind,
  at: atMs * 1_000,
  label,
  seq: atMs,
});
const MARKERS = [
  mark('decision', 100),
  mark('decision', 1_100),
  mark('fault', 2_000, 'v0 crashes'),
  mark('viewChange', 3_000, 'View change'),
  mark('fault', 3_000, 'another'),
  mark('decision', 3_400),
  mark('decision', 4_000),
];

describe('a moment', () => {
  it('is a time, or the nth mark of a kind, once the run has got there', () => {
    expect(momentOf(1_500, MARKERS, 2_000_000)).toBe(1_500_000);
    expect(momentOf(1_500, MARKERS, 1_000_000)).toBeNull();
    expect(momentOf({ mark: 'decision', nth: 2, afterMs: 50 }, MARKERS, 9_000_000)).toBe(1_150_000);
    expect(momentOf({ mark: 'decision', nth: 2, afterMs: 50 }, MARKERS, 1_149_000)).toBeNull();
    expect(momentOf({ mark: 'evidence' }, MARKERS, 9_000_000)).toBeNull();
  });
});

describe('steps without a story', () => {
  it('are the beginning, what is out of the ordinary, and the first decision after it', () => {
    const steps = markedSteps({ name: 'A run', description: 'It runs.' }, MARKERS);
    expect(steps.map(({ at }) => at)).toEqual([0, 100_000, 2_000_000, 3_000_000, 3_400_000]);
    expect(steps[3]?.text).toBe('View change · another');
    expect(markedSteps({ name: 'x', description: '' }, [])).toHaveLength(1);
  });
});

describe('steps of the library', () => {
  const told = presets.filter(({ story }) => story !== undefined);

  it('are there, and are found by scenario and protocol only', () => {
    expect(told.length).toBeGreaterThanOrEqual(4);
    for (const preset of told) {
      const scenario = {
        name: preset.title,
        protocol: { name: preset.scenario.protocol.name, config: {}, mutant: null },
      };
      expect(toldSteps(presets, scenario, [], 0)).toHaveLength(preset.story?.length ?? -1);
      expect(toldSteps(presets, { ...scenario, name: 'Untitled' }, [], 0)).toBeNull();
    }
  });
});
