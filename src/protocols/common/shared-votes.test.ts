import { describe, expect, it } from 'vitest';
import { voteMessage } from '../hotstuff/signing.ts';
import * as pbft from '../pbft/signing.ts';
import * as svbft from '../svbft/signing.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
type Vote = (first: number, second: number, digest: string) => object;

const VOTES: readonly (readonly [string, Vote])[] = [
  ['HotStuff, prepare', (view, height, digest) => voteMessage('prepare', view, height, digest)],
  ['HotStuff, commit', (view, height, digest) => voteMessage('commit', view, height, digest)],
  ['PBFT, PREPARE', pbft.prepareMessage],
  ['PBFT, COMMIT', pbft.commitMessage],
  ['SVBFT, PREPARE', svbft.prepareMessage],
  ['SVBFT, COMMIT', svbft.commitMessage],
];

describe.each(VOTES)('votes of %s', (_, vote) => {
  it('are one object when one after the other is made alike', () => {
    expect(vote(7, 3, A)).toBe(vote(7, 3, A));
  });

  it('say what was asked for, whatever was made before', () => {
    const contents: readonly (readonly [number, number, string])[] = [
      [7, 3, A],
      [7, 3, B],
      [7, 4, B],
      [11, 4, B],
      [7, 3, A],
    ];
    const made = contents.map(([first, second, digest]) => vote(first, second, digest));
    expect(
      made.map((each) => Object.values(each).filter((value) => value !== (each as { type: string }).type)),
    ).toEqual(contents);
    expect(new Set(made.slice(0, 4)).size).toBe(4);
  });
});

it('phases of HotStuff have votes of their own', () => {
  expect(voteMessage('prepare', 7, 3, A)).not.toEqual(voteMessage('pre-commit', 7, 3, A));
});
