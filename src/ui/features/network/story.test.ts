import { describe, expect, it } from 'vitest';
import type { Declaration } from '../../../protocols/protocol.ts';
import { NO_SHARDS } from '../../../session/trace-view/crossing.ts';
import type { Flight, Frame, Marker, NodeMoment, QuorumProgress } from '../../../session/view.ts';
import { FAKE_DECLARATION } from '../../testing/fakeRun.ts';
import { storyAt } from './story.ts';

const NODES = ['v0', 'v1', 'v2', 'v3', 'c0'].map((id, index) => ({
  id,
  index,
  kind: id === 'c0' ? 'client' : 'validator',
})) as unknown as Frame['nodes'];

interface Scene {
  readonly moments?: readonly Partial<NodeMoment>[];
  readonly quorums?: readonly (Partial<QuorumProgress> | null)[];
  readonly flights?: readonly Partial<Flight>[];
  readonly markers?: readonly Marker[];
}

function tell(scene: Scene, at = 1_000_000, declaration: Declaration = FAKE_DECLARATION) {
  const { moments = [], quorums = [], flights = [], markers = [] } = scene;
  const trace = {
    ...NO_SHARDS,
    cutsAt: () => [],
    markers,
    nodeAt: (node: number): NodeMoment => ({
      alive: true,
      byzantine: null,
      changedAt: 0,
      ...moments[node],
      fields: {
        role: node === 1 ? 'primary' : 'replica',
        height: 6,
        epoch: 0,
        phase: 'idle',
        ...moments[node]?.fields,
      },
    }),
    quorumAt: (node: number): QuorumProgress | null => {
      const quorum = quorums[node];
      if (quorum == null) return null;
      return {
        type: 1,
        phase: 'first',
        slot: 7,
        epoch: 0,
        digest: 'd',
        voters: [],
        needed: 3,
        closedAt: null,
        ...quorum,
      };
    },
    flights: () => flights as readonly Flight[],
  };
  return storyAt(trace, declaration, NODES, at);
}

describe('the line that says what happens', () => {
  it('says that a run has not begun, and does not call its validators crashed', () => {
    const unknown = { alive: false, fields: { role: null, height: null, epoch: null, phase: null } };
    const { text } = tell({ moments: [unknown, unknown, unknown, unknown] }, 0);
    expect(text).toBe('Ready: nothing has happened yet.');
    const crashed = { alive: false };
    expect(tell({ moments: [crashed, crashed, crashed, crashed] }).text).toBe('No validator is running.');
  });

  it('names the proposer, its block and whom it still has to reach', () => {
    const flights = [2, 3].map((to) => ({ type: 0, from: 1, to }));
    expect(tell({ flights })).toEqual({ phase: 'propose', news: null, text: 'v1 proposes block 7 to 2 validators' });
  });

  it('counts votes where most have arrived, and says who has a quorum', () => {
    const quorums = [{ voters: [0, 1] }, { voters: [1] }, { voters: [0, 1, 2], closedAt: 9 }, null];
    expect(tell({ quorums })).toMatchObject({
      phase: 'first',
      text: 'Block 7 · 2 of 3 prepares at v0 · quorum at v2',
    });
  });

  it('follows the most advanced phase and names a later view', () => {
    const quorums = [{ voters: [0, 1] }, { type: 2, phase: 'second' as const, voters: [1], epoch: 1 }];
    expect(tell({ quorums }).text).toBe('Block 7, view 1 · 1 of 3 commits at v1');
  });

  it('puts the votes of a view before the change that opened it', () => {
    const change = { type: 3, phase: 'change' as const, voters: [0, 1, 2], epoch: 1, closedAt: 5 };
    const quorums = [change, { voters: [1], epoch: 1 }];
    expect(tell({ quorums }).text).toBe('Block 7, view 1 · 1 of 3 prepares at v1');
    expect(tell({ quorums: [change] })).toMatchObject({
      phase: 'change',
      text: 'Block 7, view 1 · view change quorum at v0',
    });
  });

  it('leaves out votes for blocks a node has decided already', () => {
    const quorums = [{ slot: 6, voters: [0, 1, 2], closedAt: 5 }];
    expect(tell({ quorums }).text).toBe('Block 6 is decided at all 4 · v1 leads height 7');
  });

  it('says who asks for a change of leader', () => {
    const changing = { fields: { phase: 'view change' } };
    const quorums = [{ type: 3, phase: 'change' as const, voters: [0, 3], epoch: 1 }];
    expect(tell({ moments: [changing, { alive: false }, {}, changing], quorums })).toMatchObject({
      phase: 'change',
      text: 'v0, v3 ask for a view change · 2 of 3 view changes at v0',
    });
  });

  it('speaks the words of the protocol', () => {
    const words = { ...FAKE_DECLARATION.words, change: 'election', value: 'entry' };
    const moments = [{ fields: { phase: 'view change' } }];
    expect(tell({ moments }, 1_000_000, { ...FAKE_DECLARATION, words }).text).toBe('v0 asks for an election');
    expect(tell({ quorums: [{ voters: [0, 1] }] }, 1_000_000, { ...FAKE_DECLARATION, words }).text).toMatch(
      /^Entry 7 · /,
    );
  });

  it('misses neither leader nor order where the protocol promises none', () => {
    const unordered: Declaration = {
      ...FAKE_DECLARATION,
      guarantees: ['agreement'],
      words: { ...FAKE_DECLARATION.words, value: 'transaction' },
    };
    const moments = [{}, { alive: false }, { fields: { height: 2 } }];
    expect(tell({ moments }, 1_000_000, unordered).text).toBe('Transaction 6 is decided · 3 of 4 validators up');
    expect(tell({}, 1_000_000, unordered).text).toBe('Transaction 6 is decided · all 4 validators up');
  });

  it('says that nobody leads while the leader is down', () => {
    expect(tell({ moments: [{}, { alive: false }] }).text).toBe(
      'Block 6 is decided at 3 of 4 validators · no live primary for height 7: the others wait for their timers',
    );
  });

  it('tells who has a block and who has not', () => {
    const moments = [{}, {}, { fields: { height: 5 } }, { fields: { height: 5 } }];
    expect(tell({ moments }).text).toBe('Block 6 is decided at 2 of 4 validators · v1 leads height 7');
  });

  it('begins with who leads', () => {
    const moments = NODES.map(() => ({ fields: { height: 0 } }));
    expect(tell({ moments }).text).toBe('v1 leads height 1');
  });

  it('does without any validator', () => {
    expect(tell({ moments: NODES.map(() => ({ alive: false })) }).text).toBe('No validator is running.');
  });

  it('puts the newest mark first while it is news, but no decision and nothing of the future', () => {
    const mark = (kind: Marker['kind'], at: number): Marker => ({ kind, at, label: `${kind} at ${at}`, seq: 0 });
    const markers = [mark('fault', 900_000), mark('decision', 950_000), mark('evidence', 3_000_000)];
    expect(tell({ markers }).news?.label).toBe('fault at 900000');
    expect(tell({ markers }, 2_500_000).news).toBeNull();
    expect(tell({ markers }, 3_000_000).news?.kind).toBe('evidence');
  });
});
