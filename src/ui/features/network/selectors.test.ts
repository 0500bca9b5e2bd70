import { describe, expect, it } from 'vitest';
import type { Flight, Frame, NodeMoment, QuorumProgress } from '../../../session/view.ts';
import { FAKE_DECLARATION } from '../../testing/fakeRun.ts';
import {
  accessibleName,
  centreReading,
  flightText,
  legendEntries,
  nodeLook,
  partitionOf,
  phaseLetter,
  sameLook,
} from './selectors.ts';

const node = (id: string, kind: 'validator' | 'client' = 'validator') =>
  ({ id, index: 0, kind, region: 'x', stake: 1, suite: 's' }) as Frame['nodes'][number];
const moment = (fields: NodeMoment['fields'], change: Partial<NodeMoment> = {}): NodeMoment => ({
  alive: true,
  byzantine: null,
  fields: { role: 'replica', epoch: 3, height: 12, phase: 'idle', ...fields },
  changedAt: 0,
  ...change,
});
const look = (fields: NodeMoment['fields'], change: Partial<NodeMoment> = {}, top = 12) =>
  nodeLook(FAKE_DECLARATION, node('v0'), moment(fields, change), top);

describe('accessible names', () => {
  it('follow the public contract', () => {
    expect(accessibleName(look({ role: 'primary' }))).toBe('v0, primary, view 3, height 12');
  });

  it('say what is unusual', () => {
    expect(accessibleName(look({}, { alive: false }))).toBe('v0, replica, view 3, height 12, crashed');
    expect(accessibleName(look({}, { byzantine: 'equivocate' }))).toBe(
      'v0, replica, view 3, height 12, Byzantine (equivocate)',
    );
    expect(accessibleName(look({ height: 7 }))).toBe('v0, replica, view 3, height 7, 5 behind');
  });

  it('do not call a node crashed of which nothing is known yet', () => {
    const nothing = { role: null, epoch: null, height: null, phase: null };
    expect(accessibleName(look(nothing, { alive: false }, 0))).toBe('v0, validator, view 0, height 0');
  });

  it('of clients stay short', () => {
    expect(accessibleName(nodeLook(FAKE_DECLARATION, node('c0', 'client'), moment({ role: null }), 12))).toBe(
      'c0, client',
    );
  });
});

describe('looks', () => {
  it('crown the leader by the protocol’s own word', () => {
    expect(look({ role: 'primary' }).crown).toBe('leader');
    expect(look({ role: 'replica' }).crown).toBeNull();
    expect(look({ role: 'candidate' }).crown).toBe('candidate');
    expect(look({ role: 'primary' }, { alive: false }).crown).toBeNull();
  });

  it('give the phase its letter, and a crashed node none', () => {
    expect(phaseLetter(look({ phase: 'proposed' }))).toBe('P');
    expect(phaseLetter(look({ phase: 'prepared' }))).toBe('1');
    expect(phaseLetter(look({ phase: 'committed' }))).toBe('2');
    expect(phaseLetter(look({ phase: 'view change' }))).toBe('V');
    expect(phaseLetter(look({ phase: 'idle' }))).toBe('');
    expect(phaseLetter(look({ phase: 'prepared' }, { alive: false }))).toBe('');
  });

  it('count the votes for what the node waits for, and no others', () => {
    const votes = (phase: string, quorum: Partial<QuorumProgress>) =>
      nodeLook(FAKE_DECLARATION, node('v0'), moment({ phase }), 12, {
        phase: 'first',
        slot: 13,
        voters: [0, 2],
        needed: 3,
        ...quorum,
      } as QuorumProgress).votes;
    expect(votes('prepared', {})).toBe('2/3');
    expect(votes('prepared', { voters: [0, 1, 2, 3] })).toBe('3/3');
    expect(votes('prepared', { slot: 12 })).toBe('');
    expect(votes('committed', {})).toBe('');
    expect(votes('idle', {})).toBe('');
  });

  it('call a node behind from two slots on', () => {
    expect(look({ height: 11 }).behind).toBe(0);
    expect(look({ height: 10 }).behind).toBe(2);
  });

  it('compare by what they draw', () => {
    expect(sameLook(look({}), look({}))).toBe(true);
    expect(sameLook(look({}), look({ phase: 'prepared' }))).toBe(false);
  });
});

describe('the legend', () => {
  it('has one entry a mark and explains every kind', () => {
    const entries = legendEntries({
      ...FAKE_DECLARATION,
      messages: [
        ...FAKE_DECLARATION.messages,
        { type: 'status', label: 'STATUS', phase: 'sync', exclusive: false, vote: false, explain: 'Where it stands.' },
      ],
    });
    expect(entries.map((entry) => entry.label)).toEqual([
      'Proposal',
      'Prepare',
      'Commit',
      'View change',
      'Synchronisation',
      'Client',
    ]);
    expect(entries[4]?.explain).toBe('Sync: Asks for decided blocks.\nStatus: Where it stands.');
  });
});

describe('the large reading', () => {
  it('names the leader of the highest view among live nodes', () => {
    const looks = [
      look({ role: 'primary', epoch: 0 }),
      { ...look({ role: 'primary', epoch: 1, height: 13 }), id: 'v1' },
      { ...look({ epoch: 9 }, { alive: false }), id: 'v2' },
    ];
    expect(centreReading(looks)).toEqual({ height: 13, epoch: 1, leader: 'v1' });
  });
});

describe('a message under the pointer', () => {
  const frame = {
    declaration: FAKE_DECLARATION,
    nodes: [node('v0'), node('v1')],
    playhead: 10_000,
  };
  const flight = (change: Partial<Flight>) =>
    ({ type: 1, from: 0, to: 1, sentAt: 0, arrivesAt: 44_000, fate: 'delivered', ...change }) as Flight;

  it('is named with its way and what becomes of it', () => {
    expect(flightText(frame, flight({}))).toBe('Prepare v0 → v1 · arrives in 34.0 ms');
    expect(flightText(frame, flight({ fate: 'lost' }))).toBe('Prepare v0 → v1 · will be lost');
    expect(flightText(frame, flight({ fate: 'held' }))).toBe('Prepare v0 → v1 · held back by a partition');
  });
});

describe('marked nodes', () => {
  const nodes = [node('v0'), node('v1'), node('v2'), node('c0', 'client')].map((entry, index) => ({ ...entry, index }));

  it('stand on one side, all the others on the other', () => {
    expect(partitionOf(nodes, [0, 3])).toEqual([
      ['v0', 'c0'],
      ['v1', 'v2'],
    ]);
  });

  it('make no partition when a side has no validator', () => {
    expect(partitionOf(nodes, [0, 1, 2])).toBeNull();
    expect(partitionOf(nodes, [3])).toBeNull();
  });
});
