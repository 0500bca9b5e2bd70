import { describe, expect, it } from 'vitest';
import type { NetworkPlan } from '../plan.ts';
import { EXAMPLE_TYPES, examplePlan } from './example.ts';
import { createFate, type Fate, fate, hold, OUTCOME } from './fate.ts';
import { minimumLatency } from './latency.ts';
import { createLinks, type HeldCopy, type Links, type NetworkFault } from './links.ts';
import { beginRule, endRule } from './rules.ts';

const NODES = 6;
const [PROPOSAL, VOTE] = [0, 1];
const constant: Partial<NetworkPlan> = { latency: { kind: 'constant', micros: 10_000 } };

function linksOf(self: number, network: Partial<NetworkPlan> = {}): Links {
  return createLinks(examplePlan(network), self, NODES, EXAMPLE_TYPES);
}

function send(links: Links, now: number, to: number, type = PROPOSAL, payload: unknown = null): Fate {
  const out = createFate();
  fate(links, now, to, 100, type, out);
  if (out.outcome === OUTCOME.held) hold(links, out, now, to, 100, type, payload);
  return out;
}

function partition(groups: number[][], options: { oneWay?: boolean; cut?: 'held' | 'lost' } = {}): NetworkFault {
  return { kind: 'partition', groups, oneWay: options.oneWay ?? false, cut: options.cut ?? 'lost' };
}

function linkFault(parts: Partial<Extract<NetworkFault, { kind: 'link' }>>): NetworkFault {
  const none = { symmetric: false, types: null, delayMicros: 0, lossPpm: 0, duplicatePpm: 0 };
  return { kind: 'link', from: [0], to: [1], ...none, ...parts };
}

/** Which ordered pairs of nodes cannot talk under a fault. */
function severed(fault: NetworkFault): string[] {
  const pairs: string[] = [];
  for (let from = 0; from < NODES; from++) {
    const links = linksOf(from);
    beginRule(links, 'f0', fault);
    for (let to = 0; to < NODES; to++) {
      if (to !== from && send(links, 0, to).outcome !== OUTCOME.delivered) pairs.push(`${from}→${to}`);
    }
  }
  return pairs;
}

function heal(links: Links, id: string, now: number): { copy: HeldCopy; deliverAt: number }[] {
  const released: { copy: HeldCopy; deliverAt: number }[] = [];
  expect(endRule(links, id, now, (copy, deliverAt) => released.push({ copy, deliverAt }))).toBe(true);
  return released;
}

describe('partitions', () => {
  it('cut between groups both ways; nodes of no group hear all', () => {
    expect(severed(partition([[0, 1], [2]]))).toEqual(['0→2', '1→2', '2→0', '2→1']);
  });

  it('one-way: only what the first group sends is cut', () => {
    expect(severed(partition([[0], [1, 2], [3]], { oneWay: true }))).toEqual(['0→1', '0→2', '0→3']);
  });

  it('a node of two groups is a bridge', () => {
    expect(
      severed(
        partition([
          [0, 1, 2],
          [2, 3],
        ]),
      ),
    ).toEqual(['0→3', '1→3', '3→0', '3→1']);
  });

  it('lost: never arrives; held: waits; lost wins over held', () => {
    const links = linksOf(0);
    beginRule(links, 'f0', partition([[0], [1]], { cut: 'held' }));
    expect(send(links, 0, 1)).toMatchObject({ outcome: OUTCOME.held, deliverAt: -1, duplicateAt: -1 });
    beginRule(links, 'f1', partition([[0], [1]], { cut: 'lost' }));
    expect(send(links, 0, 1).outcome).toBe(OUTCOME.partitionLost);
    heal(links, 'f1', 10);
    expect(send(links, 20, 1).outcome).toBe(OUTCOME.held);
    expect(links.held).toHaveLength(2);
  });

  it('do not touch what is in flight, nor the draws of what is sent afterwards', () => {
    const links = linksOf(0);
    const undisturbed = linksOf(0);
    const before = send(links, 0, 1);
    expect(before).toEqual(send(undisturbed, 0, 1));
    beginRule(links, 'f0', partition([[0], [1]], { cut: 'held' }));
    send(links, 0, 1);
    send(undisturbed, 0, 1);
    heal(links, 'f0', 5_000);
    expect(send(links, 5_000, 1)).toEqual(send(undisturbed, 5_000, 1));
  });
});

describe('release', () => {
  it('hands held copies back in the order sent, each with a fresh latency from the heal on', () => {
    const links = linksOf(0);
    beginRule(links, 'f0', partition([[0], [1, 2]], { cut: 'held' }));
    const sent = [1, 2, 1, 2, 1].map((to, i) => {
      send(links, 100 * i, to, VOTE, `message ${i}`);
      return { to, sentAt: 100 * i, payload: `message ${i}`, type: VOTE, sizeBytes: 100 };
    });
    const released = heal(links, 'f0', 1_000_000);
    expect(released.map(({ copy }) => copy)).toMatchObject(sent);
    expect(links.held).toEqual([]);
    const plan = examplePlan();
    const earliest = 1_000_000 + minimumLatency(plan.network, plan.validators);
    for (const { deliverAt } of released) {
      expect(deliverAt).toBeGreaterThanOrEqual(earliest);
      expect(deliverAt).toBeLessThanOrEqual(1_000_000 + 200_000);
    }
    // Recorded once: changing them changes every fingerprint.
    expect(released.map(({ deliverAt }) => deliverAt)).toEqual([1_076_779, 1_043_511, 1_030_097, 1_049_037, 1_033_700]);
  });

  it('waits for the last cut between the two nodes, and for that pair alone', () => {
    const links = linksOf(0);
    beginRule(links, 'f0', partition([[0], [1, 2]], { cut: 'held' }));
    beginRule(links, 'f1', partition([[0, 2], [1]], { cut: 'held' }));
    send(links, 0, 1, VOTE, 'one');
    send(links, 0, 2, VOTE, 'two');
    expect(heal(links, 'f0', 10).map(({ copy }) => copy.payload)).toEqual(['two']);
    expect(heal(links, 'f1', 20).map(({ copy }) => copy.payload)).toEqual(['one']);
  });

  it('obeys the link faults in force at the heal and survives a structured clone', () => {
    const links = linksOf(0, constant);
    beginRule(links, 'f0', partition([[0], [1]], { cut: 'held' }));
    send(links, 0, 1, VOTE, { envelope: 1 });
    beginRule(links, 'f1', linkFault({ delayMicros: 7_000, types: ['vote'] }));
    const restored = structuredClone(links);
    expect(heal(restored, 'f0', 50_000)).toEqual(heal(links, 'f0', 50_000));
    expect(send(restored, 50_000, 1, VOTE).deliverAt).toBe(67_000);
  });

  it('a rule that is not in force ends without effect; one in force cannot begin again', () => {
    const links = linksOf(0);
    expect(endRule(links, 'f9', 0, () => expect.unreachable())).toBe(false);
    beginRule(links, 'f0', partition([[0], [1]]));
    expect(() => beginRule(links, 'f0', partition([[0], [1]]))).toThrow('already in force');
  });
});

describe('link faults', () => {
  it('concern the stated direction, or both', () => {
    const delayed = (self: number, to: number, symmetric: boolean) => {
      const links = linksOf(self, constant);
      beginRule(links, 'f0', linkFault({ from: [0], to: [1, 2], symmetric, delayMicros: 5_000 }));
      return send(links, 0, to).deliverAt === 15_000;
    };
    expect([delayed(0, 1, false), delayed(0, 2, false), delayed(0, 3, false)]).toEqual([true, true, false]);
    expect([delayed(1, 0, false), delayed(1, 0, true), delayed(1, 2, true)]).toEqual([false, true, false]);
  });

  it('concern the stated message types alone', () => {
    const links = linksOf(0, constant);
    beginRule(links, 'f0', linkFault({ types: ['vote'], delayMicros: 5_000 }));
    expect(send(links, 0, 1, PROPOSAL).deliverAt).toBe(10_000);
    expect(send(links, 0, 1, VOTE).deliverAt).toBe(15_000);
  });

  it('add up, may exceed Δ, and are gone when they end', () => {
    const links = linksOf(0, constant);
    beginRule(links, 'f0', linkFault({ delayMicros: 5_000 }));
    beginRule(links, 'f1', linkFault({ delayMicros: 900_000, to: [1, 2] }));
    expect(send(links, 0, 1).deliverAt).toBe(915_000);
    expect(heal(links, 'f0', 0)).toEqual([]);
    expect(send(links, 0, 1).deliverAt).toBe(910_000);
    heal(links, 'f1', 0);
    expect(send(links, 0, 1).deliverAt).toBe(10_000);
  });

  it('losses and duplications combine as independent chances with the network’s own', () => {
    const links = linksOf(0, { lossPpm: 100_000, duplicatePpm: 500_000 });
    beginRule(links, 'f0', linkFault({ lossPpm: 200_000, duplicatePpm: 500_000 }));
    beginRule(links, 'f1', linkFault({ lossPpm: 500_000 }));
    const cell = EXAMPLE_TYPES.length;
    expect([links.lossPpm[cell], links.duplicatePpm[cell]]).toEqual([640_000, 750_000]);
    expect([links.lossPpm[2 * cell], links.duplicatePpm[2 * cell]]).toEqual([100_000, 500_000]);
    const trials = 20_000;
    let lost = 0;
    for (let i = 0; i < trials; i++) if (send(links, 0, 1).outcome === OUTCOME.lost) lost++;
    expect(Math.abs(lost - trials * 0.64)).toBeLessThan(5 * Math.sqrt(trials * 0.64 * 0.36));
  });
});
