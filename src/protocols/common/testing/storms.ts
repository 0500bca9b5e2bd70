/**
 * Storms for the property tests of protocols: what a run depends on is one value, so that what shrinks is a runnable scenario. What
 * must hold in them stands in each protocol's own test.
 */
import fc from 'fast-check';
import { maxFaulty } from '../../../core/quorum.ts';
import type { Micros } from '../../../core/time.ts';

/** What the network does until it calms. */
export interface Weather {
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  readonly maxLatencyMs: number;
}

/** Traitors, as many as may be, all of one behaviour; a correct node that crashes and returns; bad weather until `calmAt`. */
export interface Storm extends Weather {
  readonly n: number;
  readonly seed: number;
  readonly behaviour: string;
  readonly traitorAt: number;
  /** Virtual ms. */
  readonly crashAt: number;
  readonly calmAt: number;
}

/** `latenciesMs`, `calmsMs`: to choose from. */
export function storms(
  behaviours: readonly string[],
  latenciesMs: readonly number[],
  calmsMs: readonly number[],
): fc.Arbitrary<Storm> {
  return fc.record<Storm>({
    n: fc.constantFrom(4, 6, 7),
    seed: fc.nat(0xffff),
    lossPercent: fc.constantFrom(0, 5, 25),
    duplicatePercent: fc.constantFrom(0, 20),
    maxLatencyMs: fc.constantFrom(...latenciesMs),
    behaviour: fc.constantFrom(...behaviours),
    traitorAt: fc.nat(6),
    crashAt: fc.nat(3000),
    calmAt: fc.constantFrom(...calmsMs),
  });
}

/** f nodes beside each other. */
export function traitorsIn({ n, traitorAt }: Storm): number[] {
  return Array.from({ length: maxFaulty(n) }, (_, i) => (traitorAt + i) % n);
}

/** The correct node behind the traitors. */
export function victimIn(storm: Storm): number {
  return (storm.traitorAt + maxFaulty(storm.n)) % storm.n;
}

/** When the copies of a message sent now arrive, µs from now: [] lost, two duplicated; once calm, one within `calm` and 20 ms more. */
export function fateIn(
  { lossPercent, duplicatePercent, maxLatencyMs }: Weather,
  calmAt: Micros,
  calm: Micros,
): (now: Micros, random: (bound: number) => number) => readonly Micros[] {
  return (now, random) => {
    if (now >= calmAt) return [calm + random(20_000)];
    if (random(100) < lossPercent) return [];
    const latency = () => 1_000 + random(maxLatencyMs * 1000);
    return random(100) < duplicatePercent ? [latency(), latency()] : [latency()];
  };
}

/** A network whose nodes can be made to crash. */
export interface Crashing {
  readonly alive: readonly boolean[];
  at(time: Micros, run: () => void): void;
  crash(node: number): void;
  restart(node: number): void;
}

/** One node crashes at that moment, virtual ms, and is back after `downMs`. */
export function crashOnce(network: Crashing, node: number, atMs: number, downMs: number): void {
  network.at(atMs * 1000, () => network.crash(node));
  network.at((atMs + downMs) * 1000, () => network.restart(node));
}

/** One node crashes four times, down for `pauseMs` each, 150 ms apart. Returns when the last is over, µs. */
export function crashOften(network: Crashing, node: number, atMs: number, pauseMs: number): Micros {
  for (let i = 0; i < 4; i++) crashOnce(network, node, atMs + i * (pauseMs + 150), pauseMs);
  return (atMs + 4 * (pauseMs + 150)) * 1000;
}

/** One node after the other crashes at these moments, ms, and returns: never two at a time. */
export function crashInTurn(network: Crashing, first: number, crashMs: readonly number[], downMs: number): void {
  const n = network.alive.length;
  for (const [i, at] of [...crashMs].sort((a, b) => a - b).entries()) {
    const victim = (first + i) % n;
    network.at(at * 1000, () => {
      if (network.alive.every((isAlive) => isAlive)) network.crash(victim);
    });
    network.at((at + downMs) * 1000, () => {
      if (network.alive[victim] === false) network.restart(victim);
    });
  }
}
