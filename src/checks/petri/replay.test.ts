/** What declarations other than SVBFT's may use: powers, thresholds, inhibitors, nil votes, fields, slots side by side, run-wide epochs. */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { NetArc, NetDeclaration, NetElectorate, NetPlace, NetTransition } from '../../protocols/net.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { foldNet } from './compile.ts';
import { type NetEvent, Replay } from './replay.ts';
import { StepOrder } from './order.ts';
import { TraceReader } from './trace.ts';

const place = (id: string, more: Partial<NetPlace> = {}): NetPlace => ({
  id,
  label: id,
  explain: '',
  owner: 'shared',
  colours: ['slot', 'epoch', 'value'],
  initial: 'none',
  ...more,
});
const transition = (
  type: string,
  arcs: { take?: NetArc[]; test?: NetArc[]; put?: NetArc[]; inhibit?: NetArc[] },
  more: Partial<NetTransition> = {},
): NetTransition => ({
  id: type,
  label: type,
  explain: '',
  on: { kind: 'send', type },
  take: [],
  put: [],
  ...arcs,
  ...more,
});
const declare = (
  places: NetPlace[],
  transitions: NetTransition[],
  slots: NetDeclaration['slots'] = 'independent',
): NetDeclaration => ({
  places,
  transitions,
  firstEpoch: 0,
  slots,
  sentWithDecision: [],
});

const FOUR: NetElectorate = { members: [0, 1, 2, 3], quorum: 3 };

/** Steps as `node type slot epoch value`; answers with what each lacked, '-' for nothing new. */
function play(declaration: NetDeclaration, steps: readonly string[], electorate: NetElectorate = FOUR): string[] {
  const replay = new Replay(foldNet(declaration), 4, () => electorate);
  return steps.map((step, t) => {
    const [node = '', type = '', slot = '', epoch = '', value = ''] = step.split(' ');
    const label = type === 'decide' ? 'decide' : `send ${type}`;
    const event: NetEvent = {
      t,
      node: Number(node),
      label,
      slot: Number(slot),
      epoch: Number(epoch),
      value,
      claimedFrom: Number(node),
    };
    const played = replay.step(event);
    return played === null
      ? '-'
      : played.missing.map(({ place: what, has, needs }) => `${what} ${has}/${needs}`).join(', ');
  });
}

describe('votes', () => {
  const voting = (weight: NetArc['weight']): NetDeclaration =>
    declare(
      [place('votes')],
      [
        transition('vote', { put: [{ place: 'votes' }] }),
        transition('seal', { test: [{ place: 'votes', ...(weight === undefined ? {} : { weight }) }] }),
      ],
    );

  it('count with the power of who casts them', () => {
    const powers: NetElectorate = { members: [0, 1, 2, 3], quorum: 7, powers: [5, 1, 1, 3] };
    expect(
      play(voting('quorum'), ['0 vote 1 0 a', '1 vote 1 0 a', '2 seal 1 0 a', '3 vote 1 0 a', '1 seal 1 0 a'], powers),
    ).toEqual(['', '', 'votes 6/7', '', '']);
  });

  it.each([
    ['one-correct', 2],
    ['majority', 3],
    ['quorum', 3],
    [4, 4],
  ] as const)('make %s from %i on', (weight, needed) => {
    for (let count = 0; count <= 4; count++) {
      const votes = Array.from({ length: count }, (_, node) => `${node} vote 1 0 a`);
      expect(play(voting(weight), [...votes, '0 seal 1 0 a']).at(-1)).toBe(
        count >= needed ? '' : `votes ${count}/${needed}`,
      );
    }
  });

  it('of who is no member add nothing', () => {
    const three: NetElectorate = { members: [0, 1, 2], quorum: 2 };
    expect(play(voting('quorum'), ['0 vote 1 0 a', '3 vote 1 0 a', '1 seal 1 0 a'], three)).toEqual([
      '',
      'member of this slot 0/1',
      'votes 1/2',
    ]);
  });

  it('for different slots, epochs and values are different', () => {
    expect(play(voting(1), ['0 vote 1 0 a', '1 seal 2 0 a', '1 seal 1 1 a', '1 seal 1 0 b', '1 seal 1 0 a'])).toEqual([
      '',
      'votes 0/1',
      'votes 0/1',
      'votes 0/1',
      '',
    ]);
  });
});

it('a nil vote and a vote for something are different steps', () => {
  const net = declare(
    [place('proposals'), place('nils', { colours: ['slot', 'epoch'] })],
    [
      transition('propose', { put: [{ place: 'proposals' }] }),
      transition('vote', { test: [{ place: 'proposals' }] }, { id: 'vote', value: 'some' }),
      transition('vote', { put: [{ place: 'nils' }] }, { id: 'nil', value: 'none' }),
    ],
  );
  expect(play(net, ['1 vote 1 0', '1 vote 1 0 a', '0 propose 1 0 b', '2 vote 1 0 b'])).toEqual([
    '',
    'proposals 0/1',
    '',
    '',
  ]);
});

it('an inhibitor arc forbids what comes too late', () => {
  const net = declare(
    [place('closed', { colours: ['slot'] })],
    [transition('close', { put: [{ place: 'closed' }] }), transition('bid', { inhibit: [{ place: 'closed' }] })],
  );
  expect(play(net, ['0 bid 1 0 a', '1 close 1 0', '2 bid 1 0 b', '2 bid 2 0 b'])).toEqual([
    '',
    '',
    'closed below 1 1/0',
    '',
  ]);
});

describe('an epoch of the whole run', () => {
  // As a term is in Raft: a node never goes back, whatever slot it speaks of, and asking again for another slot is nothing new.
  const net = declare(
    [
      place('term', { owner: 'node', colours: ['epoch'], initial: 'first' }),
      place('log', { colours: ['slot', 'value'] }),
    ],
    [
      transition('elect', { take: [{ place: 'term', epoch: 'lower' }], put: [{ place: 'term' }] }, { epochs: 'later' }),
      transition('append', { test: [{ place: 'term' }], put: [{ place: 'log' }] }),
    ],
  );

  it('is left for good', () => {
    expect(
      play(net, ['0 append 1 0 a', '0 elect 1 2', '0 append 2 2 b', '0 append 3 0 c', '0 elect 9 1', '1 append 3 0 d']),
    ).toEqual(['', '', '', 'term 0/1', 'term 0/1', '']);
  });

  it('is entered once', () => {
    expect(play(net, ['0 elect 1 2', '0 elect 5 2', '0 elect 5 3'])).toEqual(['', '-', '']);
  });
});

describe('slots', () => {
  const net = (slots: NetDeclaration['slots']): NetDeclaration =>
    declare(
      [place('x', { colours: ['slot'] })],
      [transition('act', { put: [{ place: 'x' }] }), { ...transition('d', {}), id: 'decide', on: { kind: 'decide' } }],
      slots,
    );

  it('in sequence follow each other; side by side they do not', () => {
    const steps = ['0 act 1 0 a', '0 act 2 0 a', '0 decide 1 0 a', '0 act 1 0 b', '0 act 2 0 b', '0 decide 3 0 c'];
    expect(play(net('sequence'), steps)).toEqual([
      '',
      'decided slot 1 0/1',
      '',
      'slot 1 still open 0/1',
      '',
      'decided slot 2 0/1',
    ]);
    expect(play(net('independent'), steps)).toEqual(['', '', '', '', '', '']);
  });

  it('may be leapt over with a snapshot', () => {
    const replay = new Replay(foldNet(net('sequence')), 4, () => FOUR);
    const event = { t: 0, node: 0, label: 'decide', slot: 9, epoch: 0, value: 'a', claimedFrom: 0 };
    expect(replay.step({ ...event, isSnapshot: true })?.missing).toEqual([]);
    expect(replay.heightOf(0)).toBe(9);
  });

  it('far ahead of everybody are refused, and long decided ones not judged', () => {
    const replay = new Replay(foldNet(net('independent')), 4, () => FOUR);
    const act = (slot: number) =>
      replay.step({ t: 0, node: 0, label: 'send act', slot, epoch: 0, value: '', claimedFrom: 0 });
    expect(act(64)?.missing).toEqual([]);
    expect(act(65)?.missing).toHaveLength(1);
    replay.advanceTo(100);
    expect(act(35)).toBeNull();
    expect(act(36)?.missing).toEqual([]);
  });
});

it('a field that takes a value is a step, read from the trace once', () => {
  const svbft = PROTOCOLS.get('svbft')?.declaration as Declaration;
  const on = { kind: 'state', field: 'phase', value: 'commit' } as const;
  const net = declare([place('x')], [{ ...transition('s', {}), on }]);
  const reader = new TraceReader({ ...svbft, net }, new Map([['v0', 0]]));
  const state = (seq: number, phase: string, node = 'v0'): TraceEvent => {
    return { seq, t: 1.5, node, kind: 'state', alive: true, fields: { role: 'primary', epoch: 2, height: 4, phase } };
  };
  const read = [state(0, 'prepare'), state(1, 'commit'), state(2, 'commit'), state(3, 'commit', 'c0')].flatMap(
    (event) => reader.read(event),
  );
  expect(read.map(({ label }) => label)).toEqual(['state phase prepare', 'state phase commit']);
  expect(read[1]).toMatchObject({ t: 1500, node: 0, slot: 5, epoch: 2, value: '' });
});

describe('a decision that is recorded before its own vote departs', () => {
  const net: NetDeclaration = {
    ...declare(
      [place('votes'), place('may', { owner: 'node', colours: ['slot'], initial: 'every' })],
      [
        transition('commit', { take: [{ place: 'may' }], put: [{ place: 'votes' }] }),
        transition('note', { take: [{ place: 'decided' }] }),
        {
          ...transition('d', { test: [{ place: 'votes', weight: 2 }], put: [{ place: 'decided' }] }),
          on: { kind: 'decide' },
        },
      ],
    ),
    sentWithDecision: ['commit'],
    sentAfterDecision: ['note'],
  };
  const declaration = { ...net, places: [...net.places, place('decided', { owner: 'node', colours: ['slot'] })] };

  /** Steps as `t node type slot`. */
  function ordered(...steps: string[]): string[] {
    const replay = new Replay(foldNet(declaration), 4, () => FOUR);
    const said: string[] = [];
    const order = new StepOrder(replay, (event) => {
      const missing = replay.step(event)?.missing ?? [];
      said.push(
        `${event.label} ${event.slot}${missing.map((each) => `: ${each.place} ${each.has}/${each.needs}`).join()}`,
      );
    });
    for (const step of steps) {
      const [t = '', node = '', type = '', slot = ''] = step.split(' ');
      const label = type === 'decide' ? 'decide' : `send ${type}`;
      const colours = { node: Number(node), slot: Number(slot), epoch: 0, value: 'a', claimedFrom: Number(node) };
      order.push({ t: Number(t), label, ...colours });
    }
    return said;
  }

  it('waits for it, and what it causes comes after it', () => {
    expect(ordered('1 1 commit 1', '9 0 decide 1', '12 0 commit 1', '12 0 note 1')).toEqual([
      'send commit 1',
      'send commit 1',
      'decide 1',
      'send note 1',
    ]);
  });

  it('does not wait in the queue of an earlier step', () => {
    const steps = ['1 1 commit 1', '1 1 commit 2', '10 0 decide 1', '12 0 commit 1', '20 0 decide 2'];
    expect(ordered(...steps, '22 0 commit 2', '30 0 commit 3').slice(2)).toEqual([
      'send commit 1',
      'decide 1',
      'send commit 2',
      'decide 2',
      'send commit 3',
    ]);
  });

  it('is a deviation when the vote does not follow', () => {
    expect(ordered('1 1 commit 1', '10 0 decide 1', '12 0 commit 2').at(-2)).toMatch(/^decide 1: votes 1\/2/);
  });
});

describe('an answer that covers lower slots', () => {
  const covering: NetDeclaration = declare(
    [place('copies', { colours: ['slot', 'epoch'] })],
    [
      {
        ...transition('ack', { put: [{ place: 'copies' }] }),
        on: { kind: 'send', type: 'ack', covers: 'lower-slots' },
      },
      transition('seal', { test: [{ place: 'copies', weight: 'quorum-1', epoch: 'from' }] }),
    ],
  );

  it('counts once for each, in its epoch', () => {
    const steps = ['1 ack 3 0', '1 ack 2 0', '2 ack 2 0', '0 seal 2 0 a', '0 seal 3 0 a', '3 ack 5 0', '0 seal 3 0 b'];
    expect(play(covering, steps)).toEqual(['', '-', '', '', 'copies 1/2', '', '']);
  });

  it('counts for what is of an earlier epoch, but epochs do not add up', () => {
    expect(
      play(covering, ['1 ack 1 2', '2 ack 1 3', '0 seal 1 1 a', '3 ack 1 3', '0 seal 1 1 b', '0 seal 1 4 c']),
    ).toEqual(['', '', 'copies 1/2', '', '', 'copies 0/2']);
  });
});

it('what somebody else may have carried inside another message is no deviation when it is passed on', () => {
  const net: NetDeclaration = {
    ...declare(
      [place('begun', { colours: ['epoch'] }), place('x')],
      [transition('begin', { put: [{ place: 'begun' }] }), transition('assign', { put: [{ place: 'x' }] })],
    ),
    carried: [{ type: 'assign', inside: 'begin' }],
  };
  const replay = new Replay(foldNet(net), 4, () => FOUR);
  const say = (node: number, type: string, epoch: number, claimedFrom = node) =>
    replay.step({ t: 0, node, label: `send ${type}`, slot: 1, epoch, value: type === 'begin' ? '' : 'a', claimedFrom });
  expect(say(2, 'assign', 1, 1)?.missing).toEqual([{ place: 'said by v1 before', has: 0, needs: 1 }]);
  expect(say(1, 'begin', 1)?.missing).toEqual([]);
  expect(say(2, 'assign', 1, 1)).toBeNull();
  expect(say(2, 'assign', 2, 1)?.missing).toHaveLength(1);
});

it('a vote for a node is for who acts on it, whatever that is about', () => {
  const net: NetDeclaration = {
    ...declare(
      [place('votes', { colours: ['epoch', 'value'] }), place('entries')],
      [
        transition('vote', { put: [{ place: 'votes' }] }),
        transition('append', { test: [{ place: 'votes', weight: 2, about: 'self' }], put: [{ place: 'entries' }] }),
      ],
    ),
    nodeValue: (node) => `n${node}`,
  };
  const steps = ['1 vote 0 1 n0', '2 vote 0 1 n0', '3 vote 0 1 n1', '0 append 7 1 block', '1 append 7 1 block'];
  expect(play(net, steps)).toEqual(['', '', '', '', 'votes 1/2']);
});

it('an arc to no place is a mistake of the declaration', () => {
  expect(() => foldNet(declare([], [transition('t', { put: [{ place: 'nowhere' }] })]))).toThrow(/nowhere/);
});

it('names nodes as the testnet does', () => {
  const net = declare([place('x')], [transition('assign', { put: [{ place: 'x' }] })]);
  const replay = new Replay(
    foldNet(net),
    4,
    () => FOUR,
    (node) => `s1v${node}`,
  );
  const said = replay.step({ t: 0, node: 2, label: 'send assign', slot: 1, epoch: 1, value: 'a', claimedFrom: 3 });
  expect(said?.missing).toEqual([{ place: 'said by s1v3 before', has: 0, needs: 1 }]);
});
