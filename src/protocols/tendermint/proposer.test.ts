/** Proposer selection against sequences computed by hand. */
import { describe, expect, it } from 'vitest';
import { centre, initialPriorities, proposerOf, rescale, takeTurn, turnsOfHeight } from './proposer.ts';

function sequence(powers: readonly number[], length: number): { readonly who: string; readonly after: number[][] } {
  const priorities = initialPriorities(powers);
  const after: number[][] = [];
  let who = '';
  for (let turn = 0; turn < length; turn++) {
    who += takeTurn(priorities, powers);
    after.push(priorities.slice());
  }
  return { who, after };
}

describe('proposers', () => {
  it('of equal power take turns in order', () => {
    expect(sequence([1, 1, 1, 1], 9).who).toBe('012301230');
    expect(sequence([7, 7, 7], 7).who).toBe('0120120');
  });

  it('of powers 1 and 3: the heavy one thrice in four turns, the light one between', () => {
    const { who, after } = sequence([1, 3], 8);
    expect(who).toBe('10111011');
    expect(after.slice(0, 4)).toEqual([
      [1, -1],
      [-2, 2],
      [-1, 1],
      [0, 0],
    ]);
    // Ref: CometBFT specification, proposer selection, example of two validators.
  });

  it('of powers 5, 3 and 2 in ten turns', () => {
    // By hand: 5 3 2→0; 0 6 4→1; 5 −1 6→2; 10 2 −2→0; 5 5 0→0; 0 8 2→1; 5 1 4→0; 0 4 6→2; 5 7 −2→1; 10 0 0→0.
    const { who, after } = sequence([5, 3, 2], 20);
    expect(who.slice(0, 10)).toBe('0120010210');
    expect(after[9]).toEqual([0, 0, 0]);
    expect(who.slice(10)).toBe(who.slice(0, 10));
  });

  it('propose as often as they have power, whatever the powers', () => {
    const powers = [1, 9, 4, 30, 6];
    const { who } = sequence(powers, 500);
    expect(powers.map((_, node) => who.split(String(node)).length - 1)).toEqual([10, 90, 40, 300, 60]);
  });

  it('of a height follow round by round, and the next height takes the second turn whatever the rounds', () => {
    const powers = [1, 1, 1, 1];
    const priorities = initialPriorities(powers);
    const first = turnsOfHeight(priorities, powers);
    expect([0, 1, 2, 5].map((round) => proposerOf(first, round, powers))).toEqual([0, 1, 2, 1]);
    const second = turnsOfHeight(priorities, powers);
    expect(proposerOf(second, 0, powers)).toBe(1);
  });
});

describe('priorities', () => {
  it('too far apart are divided towards zero', () => {
    const priorities = [-15, 0, 16, 5];
    rescale(priorities, 8);
    // 31 / 8 rounded up is 4.
    expect(priorities).toEqual([-3, 0, 4, 1]);
    rescale(priorities, 8);
    expect(priorities).toEqual([-3, 0, 4, 1]);
    const small = [-1, 9];
    rescale(small, 4);
    expect(Object.is(small[0], 0)).toBe(true);
  });

  it('are moved so that their mean is zero, rounded down', () => {
    const priorities = [1, 2, 4];
    centre(priorities);
    expect(priorities).toEqual([-1, 0, 2]);
    const below = [-1, -2, -2];
    centre(below);
    expect(below).toEqual([1, 0, 0]);
  });
});
