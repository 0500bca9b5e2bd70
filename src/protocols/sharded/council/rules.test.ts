import { describe, expect, it } from 'vitest';
import { NOTE } from './notes.ts';
import { claimsNeeded, councilQuorum, mayVote } from './rules.ts';
import { leadersOf, record, type Tally } from './state.ts';
import { councilOf, said, saidTypes, worldOf } from './testing.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

const tally = (...votes: readonly [round: number, shard: number, digest: string][]): Tally => {
  const made: Tally = new Map();
  for (const [round, shard, digest] of votes) record(made, round, shard, digest);
  return made;
};

describe('67 % of the shards', () => {
  it('is the smallest count with 100 · votes ≥ 67 · shards, for as many shards as a testnet can have', () => {
    for (let shards = 1; shards <= 64; shards++) {
      const least = Array.from({ length: shards }, (_, i) => i + 1).find((votes) => 100 * votes >= 67 * shards);
      expect(councilQuorum(shards, null), `${shards} shards`).toBe(least);
    }
    expect([3, 4, 5, 6, 7, 10].map((shards) => councilQuorum(shards, null))).toEqual([3, 3, 4, 5, 5, 7]);
  });

  it('of which two sets share an honest shard, which of two halves is not true', () => {
    for (let shards = 1; shards <= 64; shards++) {
      const liars = claimsNeeded(shards) - 1;
      expect(2 * councilQuorum(shards, null) - shards).toBeGreaterThan(liars);
      // All that do not lie are enough.
      expect(shards - liars).toBeGreaterThanOrEqual(councilQuorum(shards, null));
    }
    expect(2 * councilQuorum(5, 'council-half') - 5).toBe(1);
  });
});

describe('mayVote', () => {
  const free = { locked: null, votes: tally() };
  const change = { kind: 'up', shard: 1 } as const;

  it('for what is right, while free (arXiv 1807.04938, lines 22–24)', () => {
    expect(mayVote(free, { digest: A, validRound: -1 }, 3, true)).toBe(true);
    expect(mayVote(free, { digest: A, validRound: -1 }, 3, false)).toBe(false);
  });

  it('for its lock alone, unless two thirds voted for something else since (lines 25–29)', () => {
    const votes = tally([2, 0, B], [2, 1, B], [2, 2, B]);
    const locked = { round: 1, digest: A, change };
    expect(mayVote({ locked, votes }, { digest: B, validRound: -1 }, 3, true)).toBe(false);
    expect(mayVote({ locked, votes }, { digest: A, validRound: -1 }, 3, false)).toBe(true);
    expect(mayVote({ locked, votes }, { digest: B, validRound: 2 }, 3, false)).toBe(true);
    expect(mayVote({ locked: { ...locked, round: 3 }, votes }, { digest: B, validRound: 2 }, 3, true)).toBe(false);
  });

  it('believes no leader that only says so', () => {
    const votes = tally([2, 0, B], [2, 1, B]);
    const locked = { round: 1, digest: A, change };
    expect(mayVote({ locked, votes }, { digest: B, validRound: 2 }, 3, true)).toBe(false);
  });
});

it('a shard has one vote a round: its first word counts', () => {
  const votes = tally([0, 1, A], [0, 1, B]);
  expect(votes.get(0)?.get(1)).toBe(A);
});

it('the best reputed leads first, of equals the first, who is out never', () => {
  expect(leadersOf({ reputation: [1, 5, 5, 2], down: [] }, 4)).toEqual([1, 2, 3, 0]);
  expect(leadersOf({ reputation: [1, 5, 5, 2], down: [1] }, 4)).toEqual([2, 3, 0]);
});

describe('messages', () => {
  const request = {
    type: 'council-request',
    epoch: 1,
    change: { kind: 'parameter', name: 'lockWaitMs', value: 500 },
  } as const;
  const other = { kind: 'parameter', name: 'lockWaitMs', value: 700 } as const;

  it('of an epoch that is over are refused, whatever they say', () => {
    const world = worldOf(4);
    for (const from of [1, 2]) said(world, from, { type: 'council-decided', epoch: 1, change: other });
    expect(councilOf(world).log).toEqual([other]);
    world.notes.length = 0;
    said(world, 1, { type: 'council-vote', epoch: 1, round: 0, digest: A });
    said(world, 2, { type: 'council-proposal', epoch: 1, round: 0, change: request.change, validRound: -1 });
    for (const from of [1, 2, 3]) said(world, from, { type: 'council-decided', epoch: 1, change: request.change });
    expect(world.notes).toEqual(new Array(5).fill(NOTE.stale));
    expect(councilOf(world).log).toEqual([other]);
  });

  it('one shard alone is not believed that the council has decided', () => {
    const world = worldOf(4);
    for (let i = 0; i < 3; i++) said(world, 1, { type: 'council-decided', epoch: 1, change: other });
    expect(councilOf(world).log).toEqual([]);
  });

  it('of a round are votes for the proposal of its leader only', () => {
    const world = worldOf(4);
    said(world, 3, { type: 'council-proposal', epoch: 1, round: 1, change: request.change, validRound: -1 });
    expect(world.notes).toContain(NOTE.notLeader);
    expect(councilOf(world).proposals.size).toBe(0);
  });

  it('a repeated vote of one shard does not count twice', () => {
    const world = worldOf(4, { proposals: [{ atMs: 0, parameter: 'lockWaitMs', value: 500 }] });
    said(world, 1, request);
    const [proposal] = saidTypes(world, 'council-proposal');
    expect(proposal).toMatchObject({ round: 0, change: request.change });
    const [vote] = saidTypes(world, 'council-vote');
    const digest = vote?.type === 'council-vote' ? vote.digest : '';
    for (let i = 0; i < 3; i++) said(world, 1, { type: 'council-vote', epoch: 1, round: 0, digest });
    expect(saidTypes(world, 'council-confirm')).toEqual([]);
    said(world, 2, { type: 'council-vote', epoch: 1, round: 0, digest });
    expect(saidTypes(world, 'council-confirm')).toHaveLength(1);
  });

  it('a leader that proposes two things in one round is heard once', () => {
    const world = worldOf(4);
    const about = { type: 'council-proposal', epoch: 1, round: 1, validRound: -1 } as const;
    said(world, 1, { ...about, change: request.change });
    said(world, 1, { ...about, change: other });
    expect(world.notes).toContain(NOTE.twoFaced);
    expect(councilOf(world).proposals.get(1)?.change).toEqual(request.change);
  });
});
