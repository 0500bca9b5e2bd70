/** Bounded liveness to the microsecond, and the facts it rests on: who is faulty, who is down, since when all is calm. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SECOND } from '../core/time.ts';
import type { FaultBody } from '../kernel/plan.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';
import { Facts } from './facts.ts';
import type { Judge } from './judge.ts';
import { begins, crash, decisions, ends, judged, liar, record, type Tape } from './testing/tape.ts';

let tape: Tape;
/** When the last new height was first decided, and how long the next may take. */
let progressAt = 0;
let bound = 0;

beforeAll(async () => {
  tape = await record();
  const slots = new Set<number>();
  for (const { t, decision } of decisions(tape.highlights)) {
    if (!slots.has(decision.slot)) progressAt = t;
    slots.add(decision.slot);
  }
  const { protocol, config, costs } = tape.world;
  const slowest = Math.max(...costs.map(({ signMicros, verifyMicros }) => signMicros + verifyMicros));
  bound = protocol.livenessBound(config, { deltaMicros: 500_000, validatorCount: 4, stepMicros: 4 * slowest });
});

/** When liveness is violated once `now` has been reached without anything more; null: it is not. */
function overdue(now: number, more: readonly Highlight[] = [], on: Tape = tape): number | null {
  const judge = judged(on, [...on.highlights, ...more]);
  judge.onHorizon(now);
  return judge.violations.get('liveness')?.at ?? null;
}

function standing(judge: Judge): { readonly verdict: string; readonly detail: string } | undefined {
  return judge.report().checks.find(({ name }) => name === 'liveness');
}

const CUT: FaultBody = { kind: 'partition', groups: [[0], [1]], oneWay: false, cut: 'held' };

describe('liveness', () => {
  it('has a bound that a network needs and a person can wait for', () => {
    expect(bound).toBeGreaterThan(SECOND);
    expect(bound).toBeLessThan(120 * SECOND);
  });

  it('fires a microsecond after the bound, and not at it', () => {
    expect(overdue(progressAt + bound)).toBeNull();
    expect(overdue(progressAt + bound + 1)).toBe(progressAt + bound);
  });

  it('fires although a decision follows later', () => {
    const last = decisions(tape.highlights).at(-1);
    if (last === undefined) throw new Error('nothing was decided');
    const late = { ...last, t: progressAt + bound + 7 };
    expect(overdue(0, [late])).toBe(progressAt + bound);
  });

  it('counts from when the last fault began or ended', () => {
    const at = progressAt + 1000;
    expect(overdue(at + bound, [begins(crash(1), at)])).toBeNull();
    expect(overdue(at + bound + 1, [begins(crash(1), at)])).toBe(at + bound);
    const healed = [begins(CUT, at), ends(CUT, at + 5000)];
    expect(overdue(at + 5000 + bound, healed)).toBeNull();
    expect(overdue(at + 5000 + bound + 1, healed)).toBe(at + 5000 + bound);
  });

  it('does not excuse what was overdue before the fault', () => {
    expect(overdue(0, [begins(CUT, progressAt + bound + 1)])).toBe(progressAt + bound);
  });

  it('waits while something disturbs the network', () => {
    expect(overdue(progressAt + 100 * bound, [begins(CUT, progressAt + 1)])).toBeNull();
  });

  it('is not judged beyond the fault model, and says so', () => {
    const more = [begins(liar(0), progressAt + 1, 'f0'), begins(crash(1), progressAt + 2, 'f1')];
    expect(overdue(progressAt + 100 * bound, more)).toBeNull();
    const judge = judged(tape, [...tape.highlights, ...more]);
    expect(standing(judge)).toMatchObject({ verdict: 'pending', detail: expect.stringContaining('more nodes') });
  });

  it('counts from GST, which comes later than anything else', async () => {
    const gst = 40 * SECOND;
    const late = await record({
      network: { synchrony: { kind: 'partial', gstMs: 40_000, deltaMs: 500 } },
      stop: { ms: 2000 },
    });
    expect(overdue(gst + bound, [], late)).toBeNull();
    expect(overdue(gst + bound + 1, [], late)).toBe(gst + bound);
  });

  it.each([
    ['loses messages', { network: { loss: 0.01 } }],
    ['is asynchronous', { network: { synchrony: { kind: 'asynchronous' } } }],
  ] as const)('is not judged where the network %s', async (_, changes) => {
    const free = await record({ ...changes, stop: { ms: 2000 } });
    expect(overdue(1000 * bound, [], free)).toBeNull();
    expect(standing(judged(free, free.highlights))?.verdict).toBe('pending');
  });
});

describe('facts', () => {
  function factsAfter(...highlights: Highlight[]): Facts {
    const facts = new Facts(tape.world);
    for (const highlight of highlights) facts.onHighlight(highlight);
    return facts;
  }

  it('a traitor stays one, even healed', () => {
    const facts = factsAfter(begins(liar(2), 5), ends(liar(2), 9));
    expect([facts.isCorrect(2), facts.isCorrect(1), facts.isDown(2), facts.faultyCount]).toEqual([
      false,
      true,
      false,
      1,
    ]);
    expect(facts.calmSince).toBe(9);
  });

  it('a crash with its disk intact is no fault of character', () => {
    const facts = factsAfter(begins(crash(1), 5));
    expect([facts.isCorrect(1), facts.isDown(1)]).toEqual([true, true]);
    expect(facts.calmSince).toBe(5);
    facts.onHighlight(ends(crash(1), 8));
    expect([facts.isCorrect(1), facts.isDown(1), facts.calmSince]).toEqual([true, false, 8]);
  });

  it.each(['amnesia', 'torn'] as const)('a restart with %s is', (disk) => {
    const facts = factsAfter(begins(crash(1, disk), 5));
    expect(facts.isCorrect(1)).toBe(true);
    facts.onHighlight(ends(crash(1, disk), 8));
    expect([facts.isCorrect(1), facts.isDown(1)]).toEqual([false, false]);
  });

  it('one of four may be broken, in whichever way; a node broken twice is one node', () => {
    expect(factsAfter(begins(liar(0), 1)).beyondModel).toBe(false);
    expect(factsAfter(begins(liar(0), 1), begins(crash(0), 2, 'f1')).beyondModel).toBe(false);
    expect(factsAfter(begins(liar(0), 1), begins(crash(3), 2, 'f1')).beyondModel).toBe(true);
    expect(factsAfter(begins(liar(0), 1), begins(crash(3), 2, 'f1'), ends(crash(3), 3, 'f1')).beyondModel).toBe(false);
  });

  it('calm returns when the last disturbance ends', () => {
    const facts = factsAfter(begins(CUT, 5, 'f0'), begins(CUT, 6, 'f1'), ends(CUT, 7, 'f0'));
    expect(facts.calmSince).toBe(Number.POSITIVE_INFINITY);
    facts.onHighlight(ends(CUT, 9, 'f1'));
    expect(facts.calmSince).toBe(9);
  });

  it('survive a snapshot', () => {
    const facts = factsAfter(begins(liar(0), 1), begins(crash(3), 2, 'f1'), begins(CUT, 6, 'f2'));
    const copy = new Facts(tape.world);
    copy.restore(structuredClone(facts.capture()));
    expect(copy.capture()).toEqual(facts.capture());
    expect([copy.isCorrect(0), copy.isDown(3), copy.calmSince]).toEqual([false, true, Number.POSITIVE_INFINITY]);
  });
});
