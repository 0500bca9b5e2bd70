import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Declaration } from '../../../protocols/protocol.ts';
import type { Candidate, Frame, NodeMoment } from '../../../session/view.ts';
import { layoutTree, type TreeBlock } from './layout.ts';
import { parentsIn } from './parents.ts';
import {
  cellOf,
  type Certificate,
  certificatesThatFit,
  chainBlocks,
  parentsOf,
  signersText,
  standings,
} from './selectors.ts';

const nodes = ['v0', 'v1', 'v2', 'c0'].map((id, index) => ({
  id,
  index,
  kind: id.startsWith('v') ? 'validator' : 'client',
})) as unknown as Frame['nodes'];
const declaration = {
  messages: [
    { label: 'PROPOSAL', phase: 'propose' },
    { label: 'PREPARE', phase: 'first' },
  ],
} as unknown as Declaration;
const hash = (letter: string) => letter.repeat(64);
const block = (height: number, letter: string, decidedBy: readonly (readonly [number, number])[]) => ({
  height,
  digest: hash(letter),
  epoch: 0,
  decidedBy: decidedBy.map(([node, at]) => ({ node, at })),
});
const candidate = (slot: number, letter: string, voters: readonly number[] = []): Candidate => ({
  slot,
  digest: letter.repeat(16),
  epoch: 1,
  proposal: { messageId: `v1#${slot}`, node: 1, at: 5, type: 0 },
  votes: [{ type: 1, epoch: 1, voters, needed: 2, closedAt: voters.length < 2 ? null : 9 }],
});

describe('blocks', () => {
  it('say who decided and how far apart, who proposed and who signed', () => {
    const decided = [
      block(1, 'a', [
        [2, 30],
        [0, 10],
      ]),
    ];
    const [only, ...rest] = chainBlocks(decided, [candidate(1, 'a', [0, 2])], nodes, declaration, 10);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({
      height: 1,
      digest: hash('a'),
      firstAt: 10,
      spread: 20,
      decided: [true, false, true],
      proposer: 1,
      messageId: 'v1#1',
      isConflicting: false,
    });
    const certificate = only?.certificates[0];
    expect(certificate).toMatchObject({ phase: 'first', voters: [0, 2], closedAt: 9 });
    expect(certificate === undefined ? '' : signersText(certificate, nodes)).toBe(
      'PREPARE: 2 signed (certificate complete): v0 v2',
    );
  });

  it('of one height stand side by side, the earlier first, the undecided last; two decisions are a conflict', () => {
    const decided = [block(1, 'b', [[1, 50]]), block(1, 'a', [[0, 10]])];
    const blocks = chainBlocks(decided, [candidate(1, 'c', [0])], nodes, declaration, 10);
    expect(blocks.map(({ id, isConflicting }) => [id[0], isConflicting])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
    expect(blocks[2]).toMatchObject({ firstAt: null, decidedCount: 0 });
    expect(blocks[2] === undefined ? null : [0, 1].map((validator) => cellOf(blocks[2] as never, validator))).toEqual([
      { state: 'voted', phase: 'first' },
      { state: 'none', phase: null },
    ]);
  });

  it('keep the newest heights, in order', () => {
    const many = Array.from({ length: 50 }, (_, i) => block(50 - i, 'a', [[0, i]]));
    const blocks = chainBlocks(many, [candidate(51, 'b')], nodes, declaration, 5);
    expect(blocks.map(({ height }) => height)).toEqual([47, 48, 49, 50, 51]);
  });
});

describe('parents', () => {
  it('are read from a proposal, whatever it calls them', () => {
    expect(parentsIn({ block: { header: { parent: hash('a') } } })).toEqual([hash('a')]);
    expect(parentsIn({ vertex: { parents: [hash('a'), hash('b'), 7] } })).toEqual([hash('a'), hash('b')]);
    expect(parentsIn({ parent: null, height: 3 })).toEqual([]);
    expect(parentsIn('parent')).toEqual([]);
  });

  it('are guessed from the height below where the proposal is not known', () => {
    const blocks = chainBlocks(
      [block(1, 'a', [[0, 1]]), block(2, 'b', [[0, 2]])],
      [candidate(2, 'b')],
      nodes,
      declaration,
      9,
    );
    const second = blocks[1] as (typeof blocks)[number];
    expect(parentsOf(second, blocks, new Map())).toEqual({ ids: ['a'.repeat(16)], isGuess: true });
    expect(parentsOf(second, blocks, new Map([['v1#2', [hash('f')]]]))).toEqual({
      ids: ['f'.repeat(16)],
      isGuess: false,
    });
    expect(parentsOf(blocks[0] as never, blocks, new Map())).toEqual({ ids: [], isGuess: true });
  });
});

describe('the layout', () => {
  const at = (layout: ReturnType<typeof layoutTree>, id: string) => {
    const place = layout.places.get(id);
    return [place?.column, place?.row];
  };
  const tree = (id: string, slot: number, parents: string[], weight = 0): TreeBlock => ({ id, slot, parents, weight });

  it('keeps a chain in one row, one column a slot', () => {
    const layout = layoutTree([tree('a', 1, []), tree('b', 2, ['a']), tree('c', 5, ['b'])]);
    expect(['a', 'b', 'c'].map((id) => at(layout, id))).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    expect(layout).toMatchObject({ slots: [1, 2, 5], rowCount: 1 });
    expect(layout.edges.map(({ from, to }) => from.id + to.id)).toEqual(['ba', 'cb']);
  });

  it('gives a fork a row of its own; the heavier child stays in line', () => {
    const blocks = [
      tree('a', 1, []),
      tree('x', 2, ['a'], 1),
      tree('b', 2, ['a'], 3),
      tree('y', 3, ['x']),
      tree('c', 3, ['b']),
    ];
    const layout = layoutTree(blocks);
    expect([at(layout, 'b'), at(layout, 'c')]).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect([at(layout, 'x'), at(layout, 'y')]).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('never puts two blocks in one place, and draws every edge of a DAG', () => {
    const dag = fc
      .array(fc.array(fc.nat(1_000), { maxLength: 3 }), { minLength: 1, maxLength: 40 })
      .map((lists) =>
        lists.map((picks, index) =>
          tree(
            `b${index}`,
            1 + (index >> 1),
            index < 2 ? [] : [...new Set(picks.map((pick) => `b${pick % (index & ~1)}`))],
          ),
        ),
      );
    fc.assert(
      fc.property(dag, (blocks) => {
        const layout = layoutTree(blocks);
        const places = new Set([...layout.places.values()].map(({ column, row }) => `${column} ${row}`));
        expect(places.size).toBe(blocks.length);
        expect(layout.edges.length).toBe(blocks.reduce((sum, { parents }) => sum + parents.length, 0));
        for (const { from, to } of layout.edges) expect(to.column).toBeLessThan(from.column);
      }),
    );
  });
});

it('standings say who is behind', () => {
  const moment = (height: number, alive = true): NodeMoment => ({
    alive,
    byzantine: null,
    fields: { height },
    changedAt: 0,
  });
  const moments = [moment(7), moment(4, false), moment(7)];
  expect(
    standings(nodes, (node) => moments[node] as NodeMoment).map(({ id, behind, alive }) => [id, behind, alive]),
  ).toEqual([
    ['v0', 0, true],
    ['v1', 3, false],
    ['v2', 0, true],
  ]);
});

describe('the votes on a card', () => {
  const votes = (type: number, epoch: number, count: number) =>
    ({ type, epoch, voters: Array.from({ length: count }, (_, i) => i) }) as unknown as Certificate;
  const shown = (height: number, certificates: readonly Certificate[], isConflicting = false) =>
    certificatesThatFit({ height, certificates, isConflicting }, 90).map(({ type, epoch }) => `${type}/${epoch}`);

  it('are those of the newest epoch of each kind', () => {
    expect(shown(7, [votes(1, 0, 4), votes(2, 0, 2), votes(1, 1, 3), votes(2, 1, 3)])).toEqual(['1/1', '2/1']);
  });

  it('are the latest kinds that have room, and always one', () => {
    const three = [votes(1, 0, 16), votes(2, 0, 16), votes(3, 0, 16)];
    expect(shown(7, [votes(1, 0, 3), votes(2, 0, 3), votes(3, 0, 3)])).toEqual(['1/0', '2/0', '3/0']);
    expect(shown(53, three)).toEqual(['2/0', '3/0']);
    expect(shown(53, three, true)).toEqual(['3/0']);
    expect(shown(12_345, [votes(3, 0, 128)], true)).toEqual(['3/0']);
  });
});
