/** The Markov chain against hand and dice, and runs against the chain. */
import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../../../core/prng.ts';
import { disagreement, pollChances, type SnowModel, tail } from './chain.ts';
import { type SnowRow, snowCommand, snowRow, wilson } from './command.ts';

const model = (changes: Partial<SnowModel>): SnowModel => ({
  mode: 'snowflake',
  nodeCount: 8,
  liarCount: 0,
  sampleSize: 4,
  alpha: 3,
  beta: 1,
  ...changes,
});

describe('the chain', () => {
  it('draws samples without replacement: hypergeometric tails', () => {
    // C(4,3)·C(3,1) + C(4,4) of C(7,4).
    expect(tail(7, 4, 4, 3)).toBeCloseTo(13 / 35, 14);
    expect([tail(7, 7, 4, 3), tail(7, 2, 4, 3), tail(5, 3, 5, 3)]).toEqual([1, 0, 1]);
  });

  it('lets liars help the colour that is behind', () => {
    const crowd = model({ nodeCount: 10, liarCount: 2 });
    // Six with the first colour, two with the second: a node of the second sees one and two liars.
    expect(pollChances(crowd, 1, 6)).toEqual([tail(9, 6, 4, 3), tail(9, 3, 4, 3)]);
    const even = pollChances(crowd, 0, 4);
    expect(even[0]).toBeCloseTo((tail(9, 5, 4, 3) + tail(9, 3, 4, 3)) / 2, 14);
  });

  it('gives what a sheet of paper gives', () => {
    // Three nodes ask one other and accept at once. From 2 : 1 the first to ask is one of the two (2/3); either answer leaves one of
    // each colour undecided, of which the lonely one's opponent asks first and asks wrongly with 1/2 · 1/2.
    const three = disagreement(model({ nodeCount: 3, sampleSize: 1, alpha: 1 })) ?? [];
    expect(three.map((chance) => chance.toFixed(12))).toEqual([0, 1 / 6, 1 / 6, 0].map((chance) => chance.toFixed(12)));
    expect(disagreement(model({ nodeCount: 2, sampleSize: 1, alpha: 1 }))).toEqual([0, 0, 0]);
  });

  it.each([
    model({ nodeCount: 6, sampleSize: 3, alpha: 2, beta: 2 }),
    model({ nodeCount: 7, liarCount: 1, sampleSize: 3, alpha: 2, beta: 1 }),
    model({ mode: 'slush', nodeCount: 6, sampleSize: 3, alpha: 2, beta: 2 }),
  ])('gives what dice give: %o', (crowd) => {
    const correct = crowd.nodeCount - crowd.liarCount;
    const firsts = correct >> 1;
    let hits = 0;
    const trials = 6000;
    for (let trial = 0; trial < trials; trial++) if (play(crowd, firsts, trial)) hits++;
    const [low, high] = wilson(hits, trials);
    const chance = disagreement(crowd)?.[firsts] ?? -1;
    expect(hits).toBeGreaterThan(100);
    // Twice the interval: two dozen comparisons in a lifetime of changes must not fail by chance.
    expect(chance).toBeGreaterThan(low - (high - low) / 2);
    expect(chance).toBeLessThan(high + (high - low) / 2);
  });

  it('says so where there are too many states', () => {
    expect(disagreement(model({ nodeCount: 30, sampleSize: 10, alpha: 8, beta: 8 }))).toBeNull();
  });
});

/** One instance of the model, node by node; whether it ends split. */
function play(
  { mode, nodeCount, liarCount, sampleSize, alpha, beta }: SnowModel,
  firsts: number,
  seed: number,
): boolean {
  const key = streamKey(seed, PURPOSE.protocol);
  let drawn = 0;
  const roll = (sides: number): number => scale(draw(key, drawn++), sides);
  const correct = nodeCount - liarCount;
  const nodes = Array.from({ length: correct }, (_, i) => ({ colour: i < firsts ? 0 : 1, count: 0 }));
  for (let active = nodes.filter(({ count }) => count < beta); active.length > 0; ) {
    const asker = active[roll(active.length)] as (typeof nodes)[0];
    const ones = nodes.filter(({ colour }) => colour === 1).length;
    const behind = 2 * ones === correct ? roll(2) : 2 * ones < correct ? 1 : 0;
    const others = [
      ...nodes.filter((node) => node !== asker).map(({ colour }) => colour),
      ...Array<number>(liarCount).fill(behind),
    ];
    const votes = [0, 0];
    for (let i = 0; i < sampleSize; i++) {
      const [colour = 0] = others.splice(roll(others.length), 1);
      votes[colour] = (votes[colour] ?? 0) + 1;
    }
    const winner = votes.findIndex((count) => count >= alpha);
    if (mode === 'slush') asker.count++;
    else asker.count = winner < 0 ? 0 : winner === asker.colour ? asker.count + 1 : 1;
    if (winner >= 0) asker.colour = winner;
    active = nodes.filter(({ count }) => count < beta);
  }
  return new Set(nodes.map(({ colour }) => colour)).size > 1;
}

describe('runs', () => {
  // Ref: Rocket et al., arXiv 1906.08936, analysis (Snowflake: the chance of a split falls exponentially in β).
  it.each([
    ['snowflake', 0],
    ['snowflake', 1],
    ['slush', 0],
  ] as const)(
    'of %s with %i liars disagree no more often than the chain allows, and less with every β',
    async (mode, liarCount) => {
      const rows: SnowRow[] = [];
      for (const beta of [1, 3]) rows.push(await snowRow(model({ mode, liarCount, beta }), 1));
      for (const { instances, interval, bound } of rows) {
        expect(instances).toBeGreaterThan(150);
        expect(interval[0]).toBeLessThan(bound ?? 0);
      }
      const [one, three] = rows;
      // Not vacuous: β = 1 is too little.
      expect(one?.disagreements).toBeGreaterThan(20);
      expect((three?.observed ?? 1) * 2).toBeLessThan(one?.observed ?? 0);
      expect(bounds(rows)).toEqual([...bounds(rows)].sort((a, b) => b - a));
      expect(three?.expected).toBeLessThan(one?.expected ?? 0);
    },
    60_000,
  );
});

const bounds = (rows: readonly { readonly bound: number | null }[]): number[] => rows.map(({ bound }) => bound ?? -1);

describe('the command', () => {
  async function run(words: string): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
    const out: string[] = [];
    const err: string[] = [];
    const exit = await snowCommand.run(words.split(' '), {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
    });
    return { exit, out: out.join(''), err: err.join('') };
  }

  it('prints a table', async () => {
    const { exit, out } = await run('--nodes 5 --sample 4 --alpha 3 --beta 2 --seeds 1');
    expect(exit).toBe(0);
    expect(out).toMatch(/\| snowflake \| 5 \| 0 \| 4 \| 3 \| 2 \| \d+ of \d+ = /);
  });

  it.each([
    ['--mode snowball', /^--mode: found "snowball", expected snowflake or slush/],
    ['--nodes 5 --liars 4', /^--liars: found "4", expected at most 3/],
    ['--nodes 4', /^--sample: found "4", expected at most 3/],
    ['--alpha 2', /^--alpha: found "2", expected more than half of 4/],
    ['--beta 1,x', /^--beta: found "1,x", expected integers from 1 to 50/],
    ['--seeds -1', /^--seeds: found "-1", expected an integer from 1/],
    ['--more', /^option: found "--more", expected --mode/],
  ])('refuses %s', async (words, told) => {
    const { exit, err } = await run(words);
    expect(exit).toBe(2);
    expect(err).toMatch(told);
  });
});
