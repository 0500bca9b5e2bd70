import { describe, expect, it } from 'vitest';
import type { OpenTransaction, ShardMoment } from '../../session/view.ts';
import { doubtStory } from './doubt.ts';
import { ageLevel, doubtsOf, lockedAccounts, waitGraph } from './shards.ts';

const wait = (transaction: number, ...blockers: number[]) => ({
  shard: 0,
  account: 'a1',
  transaction,
  blockers,
  since: 0,
});

describe('who waits for whom', () => {
  it('nobody: an empty graph', () => {
    expect(waitGraph({ waits: [] })).toEqual({ transactions: [], edges: [], circles: [] });
  });

  it('a chain is no deadlock', () => {
    const graph = waitGraph({ waits: [wait(3, 2), wait(2, 1)] });
    expect(graph.transactions).toEqual([1, 2, 3]);
    expect(graph.circles).toEqual([]);
  });

  it('a circle is named once, whoever else waits for its members', () => {
    const { circles } = waitGraph({ waits: [wait(5, 7), wait(7, 6), wait(6, 5), wait(8, 5), wait(9, 8)] });
    expect(circles).toEqual([[5, 7, 6]]);
  });

  it('two circles are two', () => {
    const { circles } = waitGraph({ waits: [wait(1, 2), wait(2, 1), wait(3, 4), wait(4, 3)] });
    expect(circles).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('one arrow for several accounts', () => {
    const elsewhere = { ...wait(2, 1), shard: 1, account: 'a9' };
    expect(waitGraph({ waits: [wait(2, 1), elsewhere] }).edges).toEqual([
      {
        from: 2,
        to: 1,
        places: [
          { shard: 0, account: 'a1' },
          { shard: 1, account: 'a9' },
        ],
      },
    ]);
  });
});

const SECOND = 1_000_000;
/** Three shards of one node. */
const trace = { shape: { count: 3, validatorsPerShard: 1 }, cutsAt: () => [] };

/** Shard 0 is down since 2 s unless it is said to be up. */
function momentOf(overrides: Partial<OpenTransaction> = {}, isUp = false): ShardMoment {
  const open: OpenTransaction = {
    transaction: 7,
    coordinator: 0,
    begunAt: SECOND,
    decided: null,
    parts: [
      { shard: 0, stage: 'promised', since: SECOND },
      { shard: 1, stage: 'promised', since: SECOND },
    ],
    ...overrides,
  };
  return {
    locks: [
      { shard: 0, account: 'a0', transaction: 7, since: SECOND },
      { shard: 1, account: 'a4', transaction: 7, since: SECOND },
    ],
    waits: [{ shard: 1, account: 'a4', transaction: 9, blockers: [7], since: 2 * SECOND }],
    open: [open],
    totals: [],
    down: isUp ? [] : [{ shard: 0, since: 2 * SECOND }],
  };
}

describe('who is in doubt', () => {
  it('a shard that promised, not the coordinator itself', () => {
    const doubts = doubtsOf(trace, momentOf(), 3 * SECOND);
    expect(doubts.map(({ shard }) => shard)).toEqual([1]);
    expect(doubts[0]).toMatchObject({ held: ['a4'], waiting: [9], downSince: 2 * SECOND });
  });

  it('nobody while the decision is on its way, but after long', () => {
    expect(doubtsOf(trace, momentOf({}, true), SECOND + 100_000)).toEqual([]);
    expect(doubtsOf(trace, momentOf({}, true), 3 * SECOND)).toHaveLength(1);
  });

  it('the padlock says it, and who waits', () => {
    const moment = momentOf();
    const [mine, other] = lockedAccounts(moment, doubtsOf(trace, moment, 3 * SECOND), 3);
    expect(mine?.[0]).toMatchObject({ account: 'a0', waiters: [], holders: [{ isInDoubt: false }] });
    expect(other?.[0]).toMatchObject({ account: 'a4', holders: [{ isInDoubt: true }], waiters: [{ transaction: 9 }] });
  });
});

describe('a shard that is down itself', () => {
  it('finds its doubt in its log, and is told of last', () => {
    const moment = momentOf({ coordinator: 2, parts: [...(momentOf().open[0]?.parts ?? [])] });
    const doubts = doubtsOf(trace, moment, 3 * SECOND);
    expect(doubts.map(({ shard }) => shard)).toEqual([1, 0]);
    const [, down] = doubts;
    if (down === undefined) throw new Error('nobody is down');
    expect(doubtStory(down, 3 * SECOND, '2pc').knows).toContain('is down since 2.000 s');
  });
});

describe('why nobody may guess', () => {
  const story = (overrides: Partial<OpenTransaction>, commit: '2pc' | '3pc' = '2pc') => {
    const [doubt] = doubtsOf(trace, momentOf(overrides), 3 * SECOND);
    if (doubt === undefined) throw new Error('nobody is in doubt');
    return doubtStory(doubt, 3 * SECOND, commit);
  };

  it('undecided: either guess can be wrong', () => {
    const told = story({});
    expect(told.knows).toBe(
      's1 voted YES at 1.000 s and has heard no decision for 2.00 s. Its coordinator s0 is down since 2.000 s.',
    );
    expect(told.ifAborts).toContain('others would commit what is aborted here');
    expect(told.ifCommits).toContain('done here and nowhere else');
    expect(told.truth).toBe('s0 has not decided.');
    expect(told.meanwhile).toBe('It keeps a4 locked, for which transaction 9 waits.');
    expect(told.ends).toContain('When s0 restarts');
  });

  it('decided COMMIT: aborting is wrong, and it is said who committed', () => {
    const decided = { outcome: 'commit', at: 1_500_000 } as const;
    const parts = [
      { shard: 1, stage: 'promised', since: SECOND },
      { shard: 2, stage: 'commit', since: 1_600_000 },
    ] as const;
    const told = story({ decided, parts });
    expect(told.ifAborts).toContain('It would be wrong: s2 committed already');
    expect(told.truth).toContain('s0 decided COMMIT at 1.500 s');
    expect(told.ends).toContain('one that knows the outcome is enough');
  });

  it('decided, and carried out by its coordinator alone: nobody else can tell', () => {
    const parts = [
      { shard: 0, stage: 'commit', since: 1_500_000 },
      { shard: 1, stage: 'promised', since: SECOND },
    ] as const;
    const told = story({ decided: { outcome: 'commit', at: 1_500_000 }, parts });
    expect(told.ifAborts).toContain('It would be wrong: s0 decided COMMIT');
    expect(told.truth).toContain('no other shard has carried it out yet');
    expect(told.ends).toContain('Nobody else knows. When s0 restarts');
  });

  it('decided ABORT: committing is wrong', () => {
    expect(story({ decided: { outcome: 'abort', at: SECOND } }).ifCommits).toContain('It would be wrong');
  });

  it('three phases: a majority ends it', () => {
    expect(story({}, '3pc').ends).toContain('majority');
  });
});

it('a padlock grows deeper with age', () => {
  expect([0, 300_000, 2_000_000, 9_000_000].map(ageLevel)).toEqual([0, 1, 2, 3]);
});
