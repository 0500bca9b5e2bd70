import { describe, expect, it } from 'vitest';
import type { ActiveFault } from '../session/api.ts';
import type { Frame } from '../session/view.ts';
import { Reports } from './reports.ts';

const crash: ActiveFault = { id: 'f0', kind: 'crash', targets: ['v0'], text: 'v0 crashes', sinceMs: 5_000 };
const trace = () => ({ faultsAt: (at: number) => (at >= 5_000_000 ? [{ ...crash }] : []) });
/** What the executor has reported at a moment, ms: the crash is in it from 5 s on. */
const report = (timeMs: number) => ({
  metrics: { timeMs } as Frame['metrics'],
  checks: [],
  faults: timeMs >= 5_000 ? [crash] : [],
  height: timeMs,
  view: 0,
  leader: null,
});
const frame = (playheadMs: number, reported: ReturnType<typeof report>, more: Partial<Frame> = {}): Frame =>
  ({
    ...{ runId: 'a', status: 'playing', following: true, head: playheadMs * 1_000 + 80_000 },
    ...{ playhead: playheadMs * 1_000, ...reported, ...more },
  }) as Frame;

describe('while a run plays', () => {
  it('a fault shows when the playhead gets to it, and not when the run does', () => {
    const reports = new Reports();
    reports.seen(frame(4_850, report(4_930)), trace);
    const ahead = report(5_010);
    expect(reports.seen(frame(4_930, ahead), trace)).toMatchObject({ faults: [], metrics: { timeMs: 4_930 } });
    expect(reports.seen(frame(4_999, ahead), trace).faults).toEqual([]);
    const there = reports.seen(frame(5_000, ahead), trace);
    expect(there.faults.map(({ id }) => id)).toEqual(['f0']);
    expect(there.metrics.timeMs, 'health is of an earlier moment still').toBe(4_930);
    expect(reports.seen(frame(5_010, ahead), trace)).toMatchObject({ height: 5_010, metrics: { timeMs: 5_010 } });
  });

  it('reports come in their order, the newest that was reached', () => {
    const reports = new Reports();
    reports.seen(frame(0, report(0)), trace);
    const [one, two, three] = [report(100), report(200), report(300)];
    for (const ahead of [one, two, three]) expect(reports.seen(frame(50, ahead), trace).height).toBe(0);
    expect(reports.seen(frame(250, three), trace).height).toBe(200);
    expect(reports.seen(frame(300, three), trace).height).toBe(300);
  });

  it('parts that did not change keep their identity, and so does a frame that nothing is ahead of', () => {
    const reports = new Reports();
    const same = report(5_100);
    const first = reports.seen(frame(5_200, same), trace);
    const second = reports.seen(frame(5_210, same), trace);
    expect(second.faults).toBe(first.faults);
    expect(second.metrics).toBe(first.metrics);
    const paused = frame(5_210, same, { status: 'paused' });
    expect(reports.seen(paused, trace)).toBe(paused);
  });
});

describe('a run that stands', () => {
  it('shows what is reported at once, a fault put in just now too', () => {
    const reports = new Reports();
    reports.seen(frame(100, report(180)), trace);
    const put = { ...report(180), faults: [crash] };
    const paused = frame(180, put, { status: 'paused' });
    expect(reports.seen(paused, trace)).toBe(paused);
  });

  it('shows the faults of where somebody looks back to, and what is measured at the head', () => {
    const reports = new Reports();
    const later = report(9_000);
    reports.seen(frame(9_000, later, { status: 'paused' }), trace);
    const back = frame(2_000, later, { status: 'paused', following: false, head: 9_000_000 });
    expect(reports.seen(back, trace)).toMatchObject({ faults: [], metrics: { timeMs: 9_000 } });
    const during = frame(6_000, later, { status: 'paused', following: false, head: 9_000_000 });
    expect(reports.seen(during, trace).faults.map(({ id }) => id)).toEqual(['f0']);
  });

  it('another run starts anew', () => {
    const reports = new Reports();
    reports.seen(frame(8_000, report(8_000)), trace);
    const other = report(0);
    expect(reports.seen(frame(0, other, { runId: 'b' }), trace)).toMatchObject({ height: 0, metrics: { timeMs: 0 } });
  });
});
