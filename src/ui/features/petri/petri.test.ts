import { beforeAll, describe, expect, it } from 'vitest';
import { foldNet } from '../../../checks/petri/compile.ts';
import { readPnml } from '../../../checks/petri/pnml.ts';
import type { Declaration } from '../../../protocols/protocol.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { openTestnet, type TestnetSession } from '../../../session/index.ts';
import type { Frame, TraceView } from '../../../session/view.ts';
import { layoutNet, PLACE_RADIUS, pointAlong, TRANSITION_SIZE } from './layout.ts';
import { NetPlayback } from './playback.ts';
import { pnmlOf } from './save.ts';
import { MOVE_MICROS, pictureOf } from './selectors.ts';

const NETS = [...PROTOCOLS.values()].flatMap(({ declaration }) =>
  declaration.net === undefined ? [] : [[declaration.name, declaration.net] as const],
);

describe.each(NETS)('the drawing of %s', (_, net) => {
  const folded = foldNet(net);
  const { nodes, arcs, width, height } = layoutNet(folded);

  it('has every place and transition once, inside, none on another', () => {
    expect(nodes).toHaveLength(folded.places.length + folded.transitions.length);
    for (const [i, { x, y }] of nodes.entries()) {
      expect(
        Math.min(x - PLACE_RADIUS, y - PLACE_RADIUS, width - x - PLACE_RADIUS, height - y - PLACE_RADIUS),
      ).toBeGreaterThan(0);
      for (const other of nodes.slice(i + 1)) {
        expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(2 * PLACE_RADIUS + 6);
      }
    }
  });

  it('joins places and transitions of neighbouring or later columns, from border to border', () => {
    const at = new Map(nodes.map((node) => [`${node.kind} ${node.id}`, node]));
    for (const { place, transition, use, points } of arcs) {
      const [p, t] = [at.get(`place ${place}`), at.get(`transition ${transition}`)];
      const [from, to] = use === 'put' ? [t, p] : [p, t];
      const [first, last] = [pointAlong(points, 0), pointAlong(points, 1)];
      for (const [node, end] of [
        [from, first],
        [to, last],
      ] as const) {
        const distance = Math.hypot((node?.x ?? 0) - end.x, (node?.y ?? 0) - end.y);
        expect(distance).toBeGreaterThan(TRANSITION_SIZE / 2);
        expect(distance).toBeLessThan(2 * TRANSITION_SIZE);
      }
    }
  });

  it('is the same every time', () => {
    expect(layoutNet(foldNet(net))).toEqual(layoutNet(folded));
  });
});

let session: TestnetSession;
let frame: Frame;
let view: TraceView;

beforeAll(async () => {
  session = await openTestnet();
  await session.load({
    seed: 5,
    protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { ratePerSecond: 20, accounts: 10 },
    faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'double-vote', at: 2200 }],
    stop: { ms: 9_000 },
  });
  await session.runUntil({ ms: 8_000 });
  frame = session.frame() as Frame;
  view = session.view();
});

function playback(): NetPlayback {
  const { net } = frame.declaration;
  if (net === undefined) throw new Error('no net');
  return new NetPlayback(frame.declaration, net, frame.nodes);
}

function playedTo(at: number): NetPlayback {
  const played = playback();
  while (!played.seek(view, at));
  return played;
}

const look = (played: NetPlayback, node: number, at: number, slot: number | null = null) =>
  pictureOf(played, frame.declaration, { node, slot, at, trusted: true });

describe('a playback', () => {
  it('finds the same deviations as the check beside the run', async () => {
    const [check] = (await session.checks()).filter(({ kind }) => kind === 'petri');
    const wrong = playedTo(8_000_000).steps.filter(({ fits }) => !fits);
    expect(wrong.every(({ node, isCorrect }) => node === 1 && !isCorrect)).toBe(true);
    expect(check?.detail).toContain(`v1 is Byzantine and left it ${wrong.length} times`);
    expect(wrong.length).toBeGreaterThan(10);
  });

  it('shows at any moment what it shows when it comes from the start, wherever it was before', () => {
    const one = playedTo(8_000_000);
    for (const at of [7_900_000, 3_000_123, 0, 5_500_000, 5_499_999, 640_000, 8_000_000, 2_300_000]) {
      while (!one.seek(view, at, 700));
      const fresh = playedTo(at);
      expect(one.steps).toEqual(fresh.steps);
      for (const node of [0, 1, 3]) expect(look(one, node, at)).toEqual(look(fresh, node, at));
    }
  });

  it('reads a bounded number of events a call', () => {
    const one = playback();
    let calls = 0;
    const asked: number[] = [];
    const counted = {
      ...pick(view),
      events: (from: number, to: number) => {
        asked.push(to - from);
        return view.events(from, to);
      },
    };
    while (!one.seek(counted, 8_000_000, 500)) calls++;
    expect(calls).toBeGreaterThan(3);
    expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  });

  it('starts over when the trace went on another way', () => {
    const one = playedTo(8_000_000);
    const other = {
      ...pick(view),
      events: (from: number, to: number) => view.events(from, to).map((event) => ({ ...event, t: event.t + 1 })),
    };
    while (!one.seek(other, 8_000_000));
    expect(one.steps[0]?.t).toBe((playedTo(8_000_000).steps[0]?.t ?? 0) + 1_000);
  });
});

function pick(of: TraceView) {
  return { eventCount: of.eventCount, positionAt: (at: number) => of.positionAt(at), events: of.events.bind(of) };
}

describe('the picture', () => {
  it('of a validator that has decided shows where its tokens went', () => {
    const { places, transitions, steps, slot } = look(playedTo(2_000_000), 2, 2_000_000, 2);
    expect(slot).toBe(2);
    const tokens = Object.fromEntries(places.map(({ id, tokens: count }) => [id, count]));
    expect(tokens).toMatchObject({
      'in-view': 0,
      decided: 1,
      committed: 1,
      prepared: 0,
      'may-prepare': 0,
      prepares: 4,
      commits: 4,
      proposals: 1,
    });
    expect(places.find(({ id }) => id === 'commits')?.wanted).toBe(3);
    const states = Object.fromEntries(transitions.map(({ id, state }) => [id, state]));
    expect(states).toMatchObject({ prepare: 'fired', commit: 'fired', decide: 'last', 'change-view': 'waiting' });
    expect(steps.map(({ text }) => text)).toContain('COMMIT in view 0');
    expect(steps.every(({ wrong }) => wrong === null)).toBe(true);
  });

  it('of a traitor marks what was against the net, and why', () => {
    const { steps, transitions } = look(playedTo(8_000_000), 1, 8_000_000, 8);
    const wrong = steps.filter((step) => step.wrong !== null);
    expect(wrong.map(({ text }) => text)).toContain('PREPARE in view 0');
    expect(wrong[0]?.wrong).toContain('without "may prepare" (0 of 1)');
    expect(transitions.find(({ id }) => id === 'prepare')?.isWrong).toBe(true);
  });

  it('moves tokens for a moment of virtual time after a step', () => {
    const played = playedTo(8_000_000);
    const [step] = played.stepsOf(0, 2);
    const at = step?.t ?? 0;
    const shown = (later: number) => look(playedTo(at + later), 0, at + later, 2).moving;
    expect(shown(0)).toMatchObject({ share: 0 });
    expect(look(playedTo(at - 1), 0, at - 1, 2).moving).toBeNull();
    expect(look(playedTo(7_000_000), 0, at + MOVE_MICROS + 5_000_000, 2).moving).toBeNull();
  });

  it('before the first step holds the tokens of the beginning', () => {
    const { places, steps, slot } = look(playedTo(0), 3, 0);
    expect({ slot, steps }).toEqual({ slot: 1, steps: [] });
    expect(places.filter(({ tokens }) => tokens > 0).map(({ id }) => id)).toEqual([
      'may-propose',
      'in-view',
      'may-prepare',
    ]);
  });
});

describe('of a protocol whose epochs belong to the whole run', () => {
  it('the picture of an index shows the election that led to it, and the votes for the server itself', async () => {
    await session.load({
      seed: 3,
      protocol: { name: 'raft' },
      crypto: { suite: 'modelled:ml-dsa-65' },
      workload: { ratePerSecond: 5, accounts: 10 },
      stop: { ms: 8_000 },
    });
    await session.runUntil({ ms: 7_000 });
    [frame, view] = [session.frame() as Frame, session.view()];
    const played = playedTo(7_000_000);
    const looks = frame.nodes
      .filter(({ kind }) => kind === 'validator')
      .map(({ index }) => look(played, index, 7_000_000, 3));
    const leaders = looks.filter(({ steps }) => steps.some(({ text }) => text === 'REQUEST-VOTE in term 1'));
    expect(leaders).toHaveLength(1);
    for (const { steps, places, epoch } of looks) {
      const tokens = Object.fromEntries(places.map(({ id, tokens: count }) => [id, count]));
      const isLeader = steps === leaders[0]?.steps;
      expect(epoch).toBe(1);
      expect(steps.map(({ text }) => text)).toEqual([
        ...(isLeader
          ? ['REQUEST-VOTE in term 1', 'HEARTBEAT in term 1', 'APPEND in term 1']
          : ['VOTE in term 1', 'ACK in term 1']),
        'decide in term 1',
      ]);
      expect(tokens).toMatchObject({ 'in-term': 1, 'may-vote': 0, votes: isLeader ? 4 : 0, copies: 3, committed: 1 });
    }
    // Not begun yet by the server itself: shown in the term in which it is.
    expect(look(played, 0, 7_000_000, 40)).toMatchObject({ epoch: 1, value: '' });
  });
});

it('the file holds the net for as many validators as there are', () => {
  const net = readPnml(pnmlOf(PROTOCOLS.get('svbft')?.declaration as Declaration, 7));
  expect(net.name).toBe('svbft, 7 validators');
  expect(net.places.map(({ id }) => id)).toContain('in-view.v6.e1');
  expect(net.arcs.find(({ from, to }) => from === 'prepares.e0' && to === 'commit.v0.e0')?.weight).toBe(5);
});
