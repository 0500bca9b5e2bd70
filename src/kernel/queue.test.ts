import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_CLASS, type EventClass, EventQueue } from './queue.ts';

interface Event {
  readonly time: number;
  readonly eventClass: EventClass;
  readonly source: number;
  readonly sequence: number;
}

const event: fc.Arbitrary<Event> = fc.record({
  // Few times, so that many events share one.
  time: fc.constantFrom(0, 1, 7, 2 ** 31, 2 ** 40),
  eventClass: fc.constantFrom(...Object.values(EVENT_CLASS)),
  source: fc.constantFrom(0, 1, 300, 0xffff),
  sequence: fc.constantFrom(0, 1, 5, 2 ** 31, 2 ** 32 - 1),
});
/** An event to push, or null to pop. */
const actions = fc.array(fc.option(event, { freq: 2 }), { maxLength: 400 });

const before = (a: Event, b: Event): number =>
  a.time - b.time || a.eventClass - b.eventClass || a.source - b.source || a.sequence - b.sequence;

describe('EventQueue', () => {
  it('gives events in their total order, whatever is pushed between', () => {
    fc.assert(
      fc.property(actions, fc.integer({ min: 0, max: 200 }), (list, expected) => {
        const queue = new EventQueue<Event>(expected);
        const waiting: Event[] = [];
        for (const action of [...list, ...new Array<null>(list.length).fill(null)]) {
          if (action !== null) {
            queue.push(action.time, action.eventClass, action.source, action.sequence, action);
            waiting.push(action);
          } else if (queue.size > 0) {
            waiting.sort(before);
            expect([queue.nextTime, queue.nextClass]).toEqual([waiting[0]?.time, waiting[0]?.eventClass]);
            expect(queue.pop()).toEqual(waiting.shift());
          }
          expect(queue.size).toBe(waiting.length);
        }
        expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('lists what waits, such that another queue goes on alike', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150 }), (list) => {
        const queue = new EventQueue<Event>();
        for (const each of list) queue.push(each.time, each.eventClass, each.source, each.sequence, each);
        for (let i = 0; i < list.length >> 1; i++) queue.pop();
        const other = new EventQueue<Event>();
        for (const { time, eventClass, source, sequence, payload } of queue.entries()) {
          expect({ time, eventClass, source, sequence }).toEqual(payload);
          other.push(time, eventClass, source, sequence, payload);
        }
        while (queue.size > 0) expect(other.pop()).toEqual(queue.pop());
        expect(other.size).toBe(0);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('is empty once cleared, and can be filled again', () => {
    const queue = new EventQueue<string>();
    for (let i = 0; i < 100; i++) queue.push(i, EVENT_CLASS.arrival, 0, i, `old ${i}`);
    queue.clear();
    expect([queue.size, [...queue.entries()]]).toEqual([0, []]);
    for (let i = 99; i >= 0; i--) queue.push(i, EVENT_CLASS.timer, 0, i, `new ${i}`);
    expect(Array.from({ length: 100 }, () => queue.pop())).toEqual(Array.from({ length: 100 }, (_, i) => `new ${i}`));
    expect(() => queue.pop()).toThrow('empty queue');
  });
});
