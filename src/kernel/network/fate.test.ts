import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkPlan } from '../plan.ts';
import { networkRows } from './bench.ts';
import { EXAMPLE_NETWORK, EXAMPLE_TYPES, examplePlan } from './example.ts';
import { calmArrival, calmArrivals, createFate, type Fate, fate, isCalm, OUTCOME } from './fate.ts';
import { minimumLatency } from './latency.ts';
import { createLinks, type Links } from './links.ts';
import { beginRule, endRule } from './rules.ts';

const NODES = 6;
const SIZE = 3_400;

function linksOf(network: Partial<NetworkPlan> = {}, self = 0): Links {
  return createLinks(examplePlan(network), self, NODES, EXAMPLE_TYPES);
}

/** The fate of one copy, as a value. */
function send(links: Links, now: number, to: number, sizeBytes = SIZE, type = 0): Fate {
  const out = createFate();
  fate(links, now, to, sizeBytes, type, out);
  return out;
}

const travels = (links: Links, to: number, count: number, at = 0) =>
  Array.from({ length: count }, () => send(links, at, to).deliverAt - at);

/** That `count` of `trials` is what chance `p` gives, within five standard deviations. */
function expectRate(count: number, trials: number, p: number): void {
  expect(Math.abs(count - trials * p)).toBeLessThan(5 * Math.sqrt(trials * p * (1 - p)));
}

describe('determinism', () => {
  it('golden fates', () => {
    const links = linksOf({ lossPpm: 200_000, duplicatePpm: 600_000, bandwidthMbps: 100 });
    const fates = Array.from({ length: 6 }, (_, i) => {
      const { outcome, deliverAt, duplicateAt } = send(links, 1_000 * i, 1 + (i % 3));
      return [outcome, deliverAt, duplicateAt];
    });
    // Recorded once: outcome, arrival, arrival of the duplicate. Changing them changes every fingerprint.
    expect(fates).toEqual([
      [0, 60_316, 47_323],
      [1, -1, -1],
      [0, 47_339, -1],
      [1, -1, -1],
      [0, 38_591, -1],
      [0, 46_859, 49_068],
    ]);
  });

  it('the same plan gives the same fates, also after a structured clone half way', () => {
    const network = { lossPpm: 100_000, duplicatePpm: 100_000, bandwidthMbps: 10 };
    const one = linksOf(network);
    let other = linksOf(network);
    for (let i = 0; i < 200; i++) {
      if (i === 100) other = structuredClone(other);
      expect(send(other, 500 * i, 1 + (i % 5))).toEqual(send(one, 500 * i, 1 + (i % 5)));
    }
  });

  it('calm links give what `fate` gives', () => {
    for (const network of [{}, { synchrony: { kind: 'partial', gst: 90_000, deltaMicros: 60_000 } as const }]) {
      const [one, other] = [linksOf(network), linksOf(network)];
      for (let i = 0; i < 200; i++) {
        const [now, to] = [1_000 * i, 1 + (i % 5)];
        expect(calmArrival(other, now, to)).toBe(send(one, now, to).deliverAt);
      }
      expect(other).toEqual(one);
    }
  });

  it.each([
    {},
    { synchrony: { kind: 'partial', gst: 90_000, deltaMicros: 60_000 } as const },
    { synchrony: { kind: 'asynchronous' } as const },
  ])('a broadcast on calm links gives what its copies one by one would, %j', (network) => {
    const [one, other] = [linksOf(network), linksOf(network)];
    const arrivals = new Float64Array(6);
    for (let now = 0; now < 200_000; now += 1_000) {
      calmArrivals(other, now, 6, arrivals);
      const expected = [0, 1, 2, 3, 4, 5].map((to) => (to === one.self ? 0 : calmArrival(one, now, to)));
      expect([...arrivals]).toEqual(expected);
    }
    expect(other).toEqual(one);
  });

  it('links are calm while they only delay', () => {
    expect(
      [{}, { lossPpm: 1 }, { duplicatePpm: 1 }, { bandwidthMbps: 1 }].map((network) => isCalm(linksOf(network))),
    ).toEqual([true, false, false, false]);
    const links = linksOf();
    beginRule(links, 'f0', { kind: 'partition', groups: [[0], [1, 2, 3]], oneWay: false, cut: 'held' });
    expect(isCalm(links)).toBe(false);
    endRule(links, 'f0', 5, () => undefined);
    expect(isCalm(links)).toBe(true);
  });

  it('a draw on one link does not shift another', () => {
    const busy = linksOf();
    for (let i = 0; i < 50; i++) send(busy, 0, 2);
    expect(travels(busy, 1, 20)).toEqual(travels(linksOf(), 1, 20));
  });

  it('the links there and back, and of different seeds, are different streams', () => {
    const there = travels(linksOf({}, 0), 1, 20);
    expect(travels(linksOf({}, 1), 0, 20)).not.toEqual(there);
    const plan = { ...examplePlan(), seed: 8 };
    expect(travels(createLinks(plan, 0, NODES, EXAMPLE_TYPES), 1, 20)).not.toEqual(there);
  });

  it('loss and duplication do not shift the latency of what arrives', () => {
    const plain = travels(linksOf(), 1, 300);
    const lossy = linksOf({ lossPpm: 300_000, duplicatePpm: 300_000 });
    let arrived = 0;
    for (const travel of plain) {
      const { outcome, deliverAt } = send(lossy, 0, 1);
      if (outcome !== OUTCOME.delivered) continue;
      expect(deliverAt).toBe(travel);
      arrived++;
    }
    expect(arrived).toBeGreaterThan(150);
    expect(arrived).toBeLessThan(260);
  });
});

describe('loss and duplication', () => {
  it('happen as often as stated, independently of each other', () => {
    const links = linksOf({ lossPpm: 50_000, duplicatePpm: 120_000 });
    const trials = 40_000;
    let [lost, duplicated] = [0, 0];
    for (let i = 0; i < trials; i++) {
      const { outcome, deliverAt, duplicateAt } = send(links, i, 1 + (i % 5));
      if (outcome === OUTCOME.lost) {
        lost++;
        expect([deliverAt, duplicateAt]).toEqual([-1, -1]);
      } else if (duplicateAt >= 0) {
        duplicated++;
        expect(duplicateAt).toBeGreaterThanOrEqual(i + 20_000);
      }
    }
    expectRate(lost, trials, 0.05);
    expectRate(duplicated, trials - lost, 0.12);
  });

  it('at 0 and at a million per million are never and always', () => {
    const always = linksOf({ lossPpm: 1_000_000 });
    const twice = linksOf({ duplicatePpm: 1_000_000 });
    const never = linksOf();
    for (let i = 0; i < 500; i++) {
      expect(send(always, 0, 1).outcome).toBe(OUTCOME.lost);
      expect(send(twice, 0, 1).duplicateAt).toBeGreaterThan(0);
      expect(send(never, 0, 1)).toMatchObject({ outcome: OUTCOME.delivered, duplicateAt: -1 });
    }
  });

  it('a duplicate draws its own latency, so that it may overtake', () => {
    const links = linksOf({ duplicatePpm: 1_000_000 });
    const fates = Array.from({ length: 200 }, () => send(links, 0, 1));
    expect(fates.some((copy) => copy.duplicateAt < copy.deliverAt)).toBe(true);
    expect(fates.some((copy) => copy.duplicateAt > copy.deliverAt)).toBe(true);
  });
});

describe('bandwidth', () => {
  const constant: Partial<NetworkPlan> = { latency: { kind: 'constant', micros: 10_000 } };

  it('copies of a broadcast leave one after another, to the microsecond', () => {
    const links = linksOf({ ...constant, bandwidthMbps: 100 });
    // 3,400 bytes = 27,200 bits at 100 bits a µs = 272 µs each.
    expect([1, 2, 3].map((to) => send(links, 1_000, to).deliverAt)).toEqual([11_272, 11_544, 11_816]);
    // The uplink is busy until 1,816; a byte takes a started microsecond.
    expect(send(links, 1_500, 1, 1).deliverAt).toBe(11_817);
    expect(send(links, 5_000, 1, 1).deliverAt).toBe(15_001);
  });

  it('0 is unlimited', () => {
    const links = linksOf(constant);
    expect([1, 2, 3].map((to) => send(links, 1_000, to, 10_000_000).deliverAt)).toEqual([11_000, 11_000, 11_000]);
  });

  it('Δ counts from when the last bit has left', () => {
    const synchrony = { kind: 'synchronous', deltaMicros: 5_000 } as const;
    const links = linksOf({ ...constant, synchrony, bandwidthMbps: 1 });
    expect(send(links, 0, 1, 1_000).deliverAt).toBe(8_000 + 5_000);
  });
});

describe('synchrony', () => {
  const latency = { kind: 'log-normal', medianMicros: 50_000, sigmaMilli: 1_500, minMicros: 1_000 } as const;
  const partial = { kind: 'partial', gst: 5_000_000, deltaMicros: 100_000 } as const;

  it('synchronous: never later than Δ, which is reached', () => {
    const values = travels(linksOf({ latency, synchrony: { kind: 'synchronous', deltaMicros: 100_000 } }), 1, 3_000);
    expect(Math.max(...values)).toBe(100_000);
    expect(values.filter((value) => value < 100_000).length).toBeGreaterThan(1_000);
  });

  it('partial with GST 0 is synchronous', () => {
    const synchronous = linksOf({ latency, synchrony: { kind: 'synchronous', deltaMicros: 100_000 } });
    const atOnce = linksOf({ latency, synchrony: { ...partial, gst: 0 } });
    expect(travels(atOnce, 1, 200)).toEqual(travels(synchronous, 1, 200));
  });

  it('partial: before GST far beyond Δ and out of order, but there by GST + Δ', () => {
    const links = linksOf({ latency, synchrony: partial });
    const arrivals = Array.from({ length: 2_000 }, (_, i) => send(links, 1_000 * i, 1).deliverAt);
    expect(Math.max(...arrivals)).toBeLessThanOrEqual(partial.gst + partial.deltaMicros);
    const late = arrivals.filter((at, i) => at > 1_000 * i + partial.deltaMicros).length;
    expect(late).toBeGreaterThan(1_000);
    expect(late).toBeLessThan(2_000);
    expect(arrivals.some((at, i) => i > 0 && at < (arrivals[i - 1] ?? 0))).toBe(true);
    expect(Math.max(...travels(links, 1, 500, partial.gst))).toBeLessThanOrEqual(partial.deltaMicros);
  });

  it('partial: the extra time before GST is left · u², a third of what is left on average', () => {
    const links = linksOf({ latency: { kind: 'constant', micros: 1 }, synchrony: partial });
    const values = travels(links, 1, 20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean / partial.gst - 1 / 3)).toBeLessThan(0.01);
    expectRate(values.filter((value) => value < partial.gst / 4).length, values.length, 0.5);
  });

  it('asynchronous: one in 16 straggles, by eight times its latency or more, with tail index 1', () => {
    const links = linksOf({ latency: { kind: 'constant', micros: 10_000 }, synchrony: { kind: 'asynchronous' } });
    const values = travels(links, 1, 64_000);
    const stragglers = values.filter((value) => value > 10_000);
    expectRate(stragglers.length, values.length, 1 / 16);
    expect(Math.min(...stragglers)).toBeGreaterThanOrEqual(90_000);
    // P(extra > 800 ms) = 80 ms / 800 ms.
    expectRate(stragglers.filter((value) => value > 810_000).length, stragglers.length, 0.1);
  });
});

describe('bounds', () => {
  const synchrony = fc.oneof(
    fc.record({ kind: fc.constant('synchronous' as const), deltaMicros: fc.integer({ min: 1, max: 500_000 }) }),
    fc.record({
      kind: fc.constant('partial' as const),
      gst: fc.integer({ min: 0, max: 2_000_000 }),
      deltaMicros: fc.integer({ min: 1, max: 500_000 }),
    }),
    fc.constant({ kind: 'asynchronous' as const }),
  );
  const latency = fc.constantFrom<NetworkPlan['latency']>(
    { kind: 'normal', meanMicros: 50_000, deviationMicros: 50_000, minMicros: 0 },
    { kind: 'log-normal', medianMicros: 50_000, sigmaMilli: 2_000, minMicros: 700 },
    { kind: 'pareto', minMicros: 10_000, alphaMilli: 900, maxMicros: 60_000_000 },
    { kind: 'regions', jitterMicros: 30_000 },
  );

  it('never before the lookahead, never after max(departure, GST) + Δ', () => {
    fc.assert(
      fc.property(
        latency,
        synchrony,
        fc.integer({ min: 0, max: 50 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: 1, max: 5 })), { minLength: 1 }),
        (kind, synchronous, bandwidthMbps, sends) => {
          const plan = examplePlan({ latency: kind, synchrony: synchronous, bandwidthMbps, duplicatePpm: 300_000 });
          const least = minimumLatency(plan.network, plan.validators);
          const links = createLinks(plan, 0, NODES, EXAMPLE_TYPES);
          for (const [now, to] of sends.sort((a, b) => a[0] - b[0])) {
            const copy = send(links, now, to);
            const departure = bandwidthMbps === 0 ? now : links.busyUntil;
            const latest =
              synchronous.kind === 'asynchronous'
                ? Number.POSITIVE_INFINITY
                : Math.max(departure, links.gst) + synchronous.deltaMicros;
            for (const at of [copy.deliverAt, ...(copy.duplicateAt < 0 ? [] : [copy.duplicateAt])]) {
              expect(Number.isSafeInteger(at)).toBe(true);
              expect(at).toBeGreaterThanOrEqual(now + least);
              expect(at).toBeLessThanOrEqual(latest);
            }
          }
        },
      ),
      { numRuns: 400, seed: 2 },
    );
  });
});

describe('places', () => {
  it('clients sit in the region of a validator, in turn', () => {
    const network = { latency: { kind: 'regions', jitterMicros: 0 }, synchrony: EXAMPLE_NETWORK.synchrony } as const;
    const fromValidator = linksOf(network, 1);
    // Validators 0 … 3: us-east, eu-central, ap-northeast, sa-east; clients 4 and 5 sit with 0 and 1.
    expect([0, 2, 3, 4, 5].map((to) => send(fromValidator, 0, to).deliverAt)).toEqual([
      48_500, 123_000, 99_500, 48_500, 1_000,
    ]);
    expect(send(linksOf(network, 5), 0, 1).deliverAt).toBe(1_000);
  });
});

describe('benchmark', () => {
  it('counts copies by the clock it is given', () => {
    let clock = 0;
    const rows = networkRows(() => {
      clock += 50;
      return clock;
    });
    expect(rows.map((row) => row.opsPerSecond)).toEqual(rows.map(() => 4_000_000));
    expect(new Set(rows.map((row) => row.name)).size).toBe(7);
  });
});
