/**
 * What a crash must not do, whatever the protocol: make a node contradict itself. Each protocol's property test says how its
 * network is built; the moments, the pauses and what must hold are the same for all.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Micros } from '../../../core/time.ts';
import { type Crashing, crashOften } from './storms.ts';

/** A network of a protocol under test. */
export interface CrashingNetwork extends Crashing {
  readonly evidence: readonly { readonly against: number }[];
  readonly disks: readonly unknown[][];
  run(until: Micros): unknown;
  disagreement(): string | null;
  /** Decided heights by node. */
  heights(): number[];
}

/** A started network of four nodes with load; copies arrive 1 ms and up to `latencyMax` later, µs. */
type Build = (seed: number, latencyMax: Micros) => CrashingNetwork;

/** One node crashes four times at any moment: no evidence, no disagreement, and the chain goes on. */
export function neverContradictsItself(build: Build, numRuns: number): void {
  let said = 0;
  fc.assert(
    fc.property(fc.nat(2_500), fc.nat(3), fc.nat(0xffff), fc.integer({ min: 1, max: 600 }), (at, node, seed, pause) => {
      const network = build(seed, 150_000);
      network.run(crashOften(network, node, at, pause) + 6_000_000);
      expect(network.evidence).toEqual([]);
      expect(network.disagreement()).toBeNull();
      expect(Math.min(...network.heights())).toBeGreaterThan(2);
      said += network.disks[node]?.length ?? 0;
    }),
    { numRuns, seed: 7 },
  );
  // Not vacuous: what it had said was on its disk.
  expect(said).toBeGreaterThan(100);
}

/** One node loses its last record with a crash: at most that one is faulty, the others agree and go on, and it follows. */
export function tornWriteHarmsOne(build: Build, numRuns: number): void {
  let torn = 0;
  fc.assert(
    fc.property(fc.nat(3_000), fc.nat(3), fc.nat(0xffff), (at, node, seed) => {
      const network = build(seed, 100_000);
      network.at(at * 1000, () => network.crash(node));
      network.at(at * 1000 + 300_000, () => {
        torn += network.disks[node]?.pop() === undefined ? 0 : 1;
        network.restart(node);
      });
      network.run(at * 1000 + 6_000_000);
      expect(network.disagreement()).toBeNull();
      expect(network.evidence.filter(({ against }) => against !== node)).toEqual([]);
      const [lowest = 0, ...others] = network.heights().sort((a, b) => a - b);
      expect(lowest).toBeGreaterThanOrEqual(Math.max(...others) - 2);
      expect(lowest).toBeGreaterThan(5);
    }),
    { numRuns, seed: 11 },
  );
  expect(torn).toBeGreaterThan(20);
}
