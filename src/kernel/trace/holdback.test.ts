import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import type { Segment } from '../group.ts';
import { HoldBack } from './holdback.ts';
import { RECORD, WORD } from './records.ts';

interface Let {
  readonly node: number;
  readonly t: number;
  readonly mark: number;
}

/** Streams of drops whose last word tells them apart; times of a node may fall. */
function streams(seed: number, nodeCount: number, perNode: number, span: number, first: number) {
  const key = streamKey(seed, PURPOSE.latency);
  let drawn = 0;
  const all: Let[] = [];
  const segments: Segment[] = [];
  for (let node = 0; node < nodeCount; node++) {
    const words: number[] = [];
    for (let i = 0; i < perNode; i++) {
      const t = first + scale(draw(key, drawn++), 1000) * Math.floor(span / 1000);
      const mark = all.length;
      words.push((RECORD.drop | (5 << 6)) >>> 0, t % WORD, Math.floor(t / WORD), 0, mark);
      all.push({ node, t, mark });
    }
    segments.push({ node, words: Uint32Array.from(words) });
  }
  return { all, segments };
}

function passed(hold: HoldBack, segments: readonly Segment[], horizon: number): Let[] {
  const out: Let[] = [];
  hold.pass(segments, horizon, 0, {
    record: (node, t, words, at) => out.push({ node, t, mark: words[at + 4] as number }),
    text: () => undefined,
  });
  return out;
}

/** By time, then node, then as the node wrote them. */
const inOrder = (records: readonly Let[]): Let[] =>
  [...records].sort((a, b) => a.t - b.t || a.node - b.node || a.mark - b.mark);

const CASES = [
  ['a handful', 3, 4, 5_000],
  ['as many as are put in order by insertion', 8, 12, 60_000],
  ['one more node', 9, 12, 60_000],
  ['one digit of time', 16, 40, 2_000],
  ['two digits', 64, 60, 200_000],
  ['three digits', 64, 60, 4_000_000_000],
  ['longer than a word of time', 16, 60, 20_000_000_000],
] as const;

describe('records that are let go', () => {
  for (const [name, nodes, perNode, span] of CASES) {
    it(`come by time, node and stream: ${name}`, () => {
      for (let seed = 1; seed <= 5; seed++) {
        const { all, segments } = streams(seed, nodes, perNode, span, 7_000_000_000);
        expect(passed(new HoldBack(), segments, Number.MAX_SAFE_INTEGER)).toEqual(inOrder(all));
      }
    });

    it(`wait for their horizon: ${name}`, () => {
      const { all, segments } = streams(9, nodes, perNode, span, 1_000);
      const hold = new HoldBack();
      const horizon = 1_000 + Math.floor(span / 2);
      const first = passed(hold, segments, horizon);
      expect(first).toEqual(inOrder(all.filter(({ t }) => t < horizon)));
      expect(first.length).toBeGreaterThan(0);
      const rest = passed(hold, [], Number.MAX_SAFE_INTEGER);
      expect(rest).toEqual(inOrder(all.filter(({ t }) => t >= horizon)));
      expect(rest.length).toBeGreaterThan(0);
    });
  }
});
