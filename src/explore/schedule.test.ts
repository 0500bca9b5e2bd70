import { expect, it } from 'vitest';
import type { IndexReport } from './explorer.ts';
import { Schedule } from './schedule.ts';

function report(index: number, found: boolean): IndexReport {
  const findings = found ? [{ check: 'agreement', atMs: 1, detail: '' }] : [];
  return { kind: 'run', index, findings, events: 10, timeMs: 1, height: 1, faultCount: 2, scenario: null };
}

it('the first violation is the one with the smallest index, not the one reported first', () => {
  const schedule = new Schedule(100);
  const chunks = [schedule.next(), schedule.next()];
  expect(chunks).toEqual([
    { from: 0, to: 4 },
    { from: 4, to: 8 },
  ]);
  schedule.take([4, 5, 6, 7].map((index) => report(index, index === 6)));
  expect(schedule.isDone).toBe(false);
  // Nothing beyond the violation is handed out any more.
  expect(schedule.next()).toBeNull();
  schedule.take([0, 1, 2, 3].map((index) => report(index, index === 2)));
  expect(schedule.found?.index).toBe(2);
  expect(schedule.totals).toMatchObject({ runs: 3, events: 30, faults: 6, decidedRuns: 3 });
});

it('ends with its budget', () => {
  const schedule = new Schedule(5);
  for (let chunk = schedule.next(); chunk !== null; chunk = schedule.next()) {
    const indices = Array.from({ length: chunk.to - chunk.from }, (_, i) => (chunk as { from: number }).from + i);
    schedule.take(indices.map((index) => report(index, false)));
  }
  expect(schedule.isDone).toBe(true);
  expect(schedule.totals.runs).toBe(5);
  expect(schedule.found).toBeNull();
});

it('ends with the enumeration', () => {
  const schedule = new Schedule(100);
  schedule.next();
  schedule.take([report(0, false), { kind: 'exhausted', index: 1 }, { kind: 'exhausted', index: 2 }]);
  expect(schedule.isDone && schedule.isExhausted).toBe(true);
  expect(schedule.totals.runs).toBe(1);
});
