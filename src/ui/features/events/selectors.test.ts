import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import { eventText, latestEvents, messageOf } from './selectors.ts';

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
    expect(eventText(decide)).toBe('slot 1: 3f9a…c2');
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
    expect(eventText(send)).toBe('prepare to v1, slot 2: lost');
    expect(messageOf(send)).toBe('v0#1');
  });
});
