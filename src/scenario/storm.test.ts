import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxFaulty, quorumSize } from '../core/quorum.ts';
import { SECOND } from '../core/time.ts';
import { BEHAVIOURS } from './schema.ts';
import { drawStorm, faultBudget, isTraitorous, type StormFault, type StormField, type StormOptions } from './storm.ts';

const START = SECOND;
const fieldOf = (validatorCount: number, faultModel: StormField['faultModel'] = 'byzantine'): StormField => ({
  validatorCount,
  faultModel,
  messageTypes: ['proposal', 'prepare', 'commit'],
  behaviours: BEHAVIOURS,
});
const options = fc.record({
  intensity: fc.integer({ min: 0, max: 1000 }).map((milli) => milli / 1000),
  beyond: fc.constant(false),
  start: fc.constant(START),
  end: fc.integer({ min: 2, max: 60 }).map((seconds) => seconds * SECOND),
});
const seed = fc.nat(2 ** 32 - 1);
const size = fc.integer({ min: 1, max: 40 });

function traitorsIn(storm: readonly StormFault[]): Set<number> {
  return new Set(storm.flatMap((fault) => ('target' in fault && isTraitorous(fault) ? [fault.target] : [])));
}

/** The most nodes that are traitors or down at one moment; it can only grow when a fault begins. */
function mostFaultyAtOnce(storm: readonly StormFault[]): number {
  const traitors = traitorsIn(storm);
  let most = traitors.size;
  for (const { at: moment } of storm) {
    const down = storm.filter(
      (fault) => fault.kind === 'crash' && fault.at <= moment && moment <= (fault.until ?? Number.POSITIVE_INFINITY),
    );
    const faulty = new Set([...traitors, ...down.map((fault) => (fault.kind === 'crash' ? fault.target : -1))]);
    most = Math.max(most, faulty.size);
  }
  return most;
}

describe('a storm stays within the fault model', () => {
  it('never more than f nodes are traitors or crashed at once, and the traitors are one set', () => {
    fc.assert(
      fc.property(seed, size, options, (s, n, o) => {
        const storm = drawStorm(s, fieldOf(n), o);
        expect(traitorsIn(storm).size).toBeLessThanOrEqual(maxFaulty(n));
        expect(mostFaultyAtOnce(storm)).toBeLessThanOrEqual(maxFaulty(n));
      }),
      { numRuns: 1000 },
    );
  });

  it('has no traitors where only crashes are tolerated', () => {
    fc.assert(
      fc.property(seed, size, options, (s, n, o) => {
        const storm = drawStorm(s, fieldOf(n, 'crash'), o);
        expect(traitorsIn(storm).size).toBe(0);
        expect(mostFaultyAtOnce(storm)).toBeLessThanOrEqual(faultBudget(fieldOf(n, 'crash')).total);
      }),
      { numRuns: 300 },
    );
  });

  it('everything but the traitors lies between start and end', () => {
    fc.assert(
      fc.property(seed, size, options, (s, n, o) => {
        for (const fault of drawStorm(s, fieldOf(n), o)) {
          const until = fault.until ?? Number.POSITIVE_INFINITY;
          expect(until).toBeGreaterThan(fault.at);
          expect([fault.at, fault.until ?? 0].every(Number.isSafeInteger)).toBe(true);
          if (fault.kind === 'byzantine') continue;
          expect(fault.at).toBeGreaterThanOrEqual(o.start);
          expect(until).toBeLessThanOrEqual(o.end);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('no node crashes while it is down', () => {
    fc.assert(
      fc.property(seed, size, options, (s, n, o) => {
        const ends = new Map<number, number>();
        for (const fault of drawStorm(s, fieldOf(n), o)) {
          if (fault.kind !== 'crash') continue;
          expect(fault.at).toBeGreaterThan(ends.get(fault.target) ?? -1);
          ends.set(fault.target, fault.until ?? Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('groups of a partition are disjoint and not empty', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 2, max: 40 }), options, (s, n, o) => {
        for (const fault of drawStorm(s, fieldOf(n), o)) {
          if (fault.kind !== 'partition') continue;
          expect(fault.groups.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
          expect(Math.min(...fault.groups.map((group) => group.length))).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a storm is not vacuous', () => {
  const base: StormOptions = { intensity: 0.5, beyond: false, start: START, end: 20 * SECOND };
  const stormsAt = (intensity: number, n = 4): StormFault[][] =>
    Array.from({ length: 300 }, (_, s) => drawStorm(s, fieldOf(n), { ...base, intensity }));
  const mean = (storms: StormFault[][]): number => storms.reduce((sum, storm) => sum + storm.length, 0) / storms.length;

  it('has at least two faults from intensity 0.3 on, none at 0, and more the higher it is', () => {
    expect(Math.min(...stormsAt(0.3).map((storm) => storm.length))).toBeGreaterThanOrEqual(2);
    expect(Math.max(...stormsAt(0).map((storm) => storm.length))).toBe(0);
    const means = [0.1, 0.3, 0.5, 0.8, 1].map((intensity) => mean(stormsAt(intensity)));
    expect(means).toEqual([...means].sort((a, b) => a - b));
    expect(means[4]).toBeGreaterThan(14);
  });

  it('shows every kind, every behaviour, every disk and both cuts over three hundred seeds', () => {
    const all = stormsAt(0.8, 7).flat();
    const seen = new Set(
      all.flatMap((fault) => [
        fault.kind,
        ...(fault.kind === 'byzantine' ? [fault.behaviour] : []),
        ...(fault.kind === 'crash' ? [fault.disk] : []),
        ...(fault.kind === 'partition' ? [fault.cut, `${fault.groups.length} groups`, `one-way ${fault.oneWay}`] : []),
      ]),
    );
    for (const word of [
      'crash',
      'partition',
      'link',
      'slow',
      ...BEHAVIOURS,
      'durable',
      'amnesia',
      'torn',
      'held',
      'lost',
    ]) {
      expect(seen).toContain(word);
    }
    for (const word of ['2 groups', '3 groups', 'one-way true', 'one-way false']) expect(seen).toContain(word);
  });

  it('crashes correct nodes while there are no traitors to use up the budget', () => {
    const durable = stormsAt(0.5).filter((storm) =>
      storm.some((fault) => fault.kind === 'crash' && fault.disk === 'durable'),
    );
    expect(durable.length).toBeGreaterThan(60);
  });
});

describe('beyond the model', () => {
  it('one traitor too many, one of them two-faced or forgetful from the start', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 4, max: 40 }), options, (s, n, o) => {
        const storm = drawStorm(s, fieldOf(n), { ...o, beyond: true });
        expect(traitorsIn(storm).size).toBe(maxFaulty(n) + 1);
        const worst = storm.filter(
          (fault) =>
            (fault.kind === 'byzantine' && (fault.behaviour === 'equivocate' || fault.behaviour === 'twins')) ||
            (fault.kind === 'crash' && fault.disk === 'amnesia'),
        );
        expect(worst.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('mostly a conspiracy: with n = 3f + 1 the traitors make a quorum with either half of the correct nodes', () => {
    let conspiracies = 0;
    for (const n of [4, 7, 10, 13]) {
      for (let s = 0; s < 100; s++) {
        const storm = drawStorm(s, fieldOf(n), { intensity: 0, beyond: true, start: START, end: 9 * SECOND });
        const liars = storm.flatMap((fault) =>
          fault.kind === 'byzantine' && fault.behaviour === 'equivocate' && fault.peers !== null ? [fault] : [],
        );
        if (liars.length !== maxFaulty(n) + 1 || new Set(liars.map(({ peers }) => String(peers))).size > 1) continue;
        conspiracies++;
        const shownFirst = liars[0]?.peers?.length ?? 0;
        expect(shownFirst).toBeGreaterThanOrEqual(quorumSize(n));
        expect(n - shownFirst + liars.length).toBeGreaterThanOrEqual(quorumSize(n));
      }
    }
    expect(conspiracies).toBeGreaterThan(200);
  });

  it('falls back to amnesia where the protocol has no two-faced behaviour', () => {
    const storm = drawStorm(
      5,
      { ...fieldOf(4), behaviours: ['silent'] },
      { intensity: 0, beyond: true, start: START, end: 9 * SECOND },
    );
    expect(storm.some((fault) => fault.kind === 'crash' && fault.disk === 'amnesia')).toBe(true);
  });
});

it('the same seed draws the same storm, another seed another one', () => {
  const o: StormOptions = { intensity: 0.5, beyond: false, start: START, end: 20 * SECOND };
  expect(drawStorm(7, fieldOf(7), o)).toEqual(drawStorm(7, fieldOf(7), o));
  const distinct = new Set(Array.from({ length: 100 }, (_, s) => JSON.stringify(drawStorm(s, fieldOf(7), o))));
  expect(distinct.size).toBe(100);
});
