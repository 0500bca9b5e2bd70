import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { Frame } from '../../../session/view.ts';
import { FAKE_DECLARATION } from '../../testing/fakeRun.ts';
import { eventText, fieldsBefore, latestEvents, messageOf, type Telling } from './selectors.ts';

const TELLING: Telling = {
  declaration: FAKE_DECLARATION,
  nodes: ['v0', 'v1'].map((id, index) => ({ id, index })) as unknown as Frame['nodes'],
};

function note(seq: number, node = 'v0'): TraceEvent {
  return { seq, t: seq, node, kind: 'note', text: `note ${seq}` };
}

function source(events: readonly TraceEvent[]) {
  let read = 0;
  return {
    events: (from: number, to: number) => {
      read += to - from;
      return events.slice(from, to);
    },
    get read() {
      return read;
    },
  };
}

describe('the newest events', () => {
  const decide: TraceEvent = { seq: 3, t: 3, node: 'v1', kind: 'decide', slot: 1, epoch: 0, digest: '3f9a00000000c2' };

  it('come newest first and end at the playhead', () => {
    const trace = source(Array.from({ length: 1_000 }, (_, i) => note(i)));
    expect(latestEvents(trace, 900, 'all', null, 3).events.map((event) => event.seq)).toEqual([899, 898, 897]);
  });

  it('pass the filters of kind and node', () => {
    const trace = source([note(0), note(1, 'v1'), note(2), decide]);
    expect(latestEvents(trace, 4, 'decisions', null, 9).events).toEqual([decide]);
    expect(latestEvents(trace, 4, 'all', 'v1', 9).events.map((event) => event.seq)).toEqual([3, 1]);
    expect(latestEvents(trace, 3, 'decisions', null, 9)).toEqual({ events: [], complete: true });
  });

  it('are not searched for without end', () => {
    const trace = source(Array.from({ length: 50_000 }, (_, i) => note(i)));
    expect(latestEvents(trace, 50_000, 'decisions', null, 9)).toEqual({ events: [], complete: false });
    expect(trace.read).toBeLessThanOrEqual(16_384);
  });

  it('are written in plain words', () => {
    expect(eventText(decide, TELLING)).toBe('height 1: 3f9a…c2');
    expect(messageOf(decide)).toBeNull();
    const send: TraceEvent = {
      seq: 0,
      t: 0,
      node: 'v0',
      kind: 'send',
      to: 'v1',
      type: 'prepare',
      slot: 2,
      epoch: 0,
      digest: '',
      bytes: 9,
      messageId: 'v0#1',
      reason: 'lost',
    };
    expect(eventText(send, TELLING)).toBe('prepare to v1, height 2: lost');
    expect(messageOf(send)).toBe('v0#1');
  });

  it('say of a state what changed, in the words of the protocol', () => {
    const state = (seq: number, fields: Record<string, number | string | null>, alive = true): TraceEvent => {
      return { seq, t: seq, node: 'v0', kind: 'state', alive, fields };
    };
    const first = { role: 'replica', epoch: 0, height: 1, phase: 'idle', lockEpoch: null, mempool: 3 };
    const later = [state(9, first, false), state(8, { ...first, height: 2, lockEpoch: 4 }), note(7), state(5, first)];
    const before = fieldsBefore(later, () => ({}));
    expect(
      later.filter(({ kind }) => kind === 'state').map((event) => eventText(event, TELLING, before.get(event.seq))),
    ).toEqual([
      'down',
      'Height 1 → 2 · Lock – → 4',
      'Role replica · View 0 · Height 1 · Phase idle · Lock – · Mempool 3',
    ]);
    const known = fieldsBefore(later.slice(0, 2), () => ({ ...first, mempool: 4 }));
    expect(eventText(later[1] as TraceEvent, TELLING, known.get(8))).toBe('Height 1 → 2 · Lock – → 4 · Mempool 4 → 3');
  });
});
