import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../scenario/types.ts';
import { scriptOf } from './script.ts';

const fault = (fields: object) =>
  ({
    kind: 'crash',
    target: 'v1',
    point: null,
    at: null,
    when: null,
    until: null,
    untilWhen: null,
    ...fields,
  }) as never;

describe('the script of a scenario', () => {
  it('tells what happens when, in that order, conditions last', () => {
    const faults: Scenario['faults'] = [
      fault({ kind: 'byzantine', target: 'v2', behaviour: 'equivocate', when: 'height >= 5' }),
      fault({ at: 3_000, until: 12_000 }),
      fault({ kind: 'slow', target: 'v0' }),
    ];
    expect(scriptOf(faults, 1_000_000)).toEqual([
      { text: 'v0 slows down', when: 'at 0.000 s', isAhead: false },
      { text: 'v1 crashes', when: 'at 3.000 s, until 12.000 s', isAhead: true },
      { text: 'v2 turns Byzantine: equivocate', when: 'once height >= 5', isAhead: null },
    ]);
    expect(scriptOf(faults, 3_000_000)[1]?.isAhead).toBe(false);
    expect(scriptOf([], 0)).toEqual([]);
  });
});
