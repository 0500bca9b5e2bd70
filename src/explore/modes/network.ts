/**
 * Other networks: how long links take, from a LAN to eight seconds, when the network becomes timely, and at most one crash.
 * Watched until the protocol's own bound on recovery has passed: what is broken here is liveness.
 */
import type { Scenario } from '../../scenario/index.ts';
import { Dice } from '../dice.ts';
import { livenessBoundMs } from '../field.ts';
import { type Mode, seedAt, withFaults } from './mode.ts';

const STREAM = 2;
const LATENCIES_MS = [5, 50, 200, 500, 1000, 3000, 8000] as const;

export const network: Mode = {
  name: 'network',
  explain: 'faster and slower links, a later GST, a node that is down: watched until the protocol must have decided',
  candidate(field, seed, index): Scenario {
    const dice = new Dice(seed, STREAM, index);
    const middle = dice.pick(LATENCIES_MS);
    const minMs = Math.max(1, Math.round(middle * dice.pick([0.5, 0.9])));
    const maxMs = Math.max(minMs, Math.round(middle * 1.1));
    const gstMs = dice.chance(50) ? 0 : dice.pick([2000, 5000]);
    const synchrony = { kind: 'partial', gstMs, deltaMs: Math.max(10, maxMs) } as const;
    const latency = { kind: 'uniform', minMs, maxMs } as const;
    const shaped = withFaults(field, { network: { latency, synchrony }, faults: [], stopMs: 1 });
    const isCrashed = field.faultyMax > 0 && dice.chance(40);
    const target = `v${dice.roll(field.validatorCount)}`;
    const at = dice.roll(2 * field.slotMs);
    const until = dice.chance(50) ? null : at + dice.between(1, 4 * field.slotMs);
    const calmMs = Math.max(gstMs, isCrashed ? (until ?? at) : 0);
    return withFaults(field, {
      seed: seedAt(seed, index),
      network: { latency, synchrony },
      faults: isCrashed ? [{ kind: 'crash', target, at, until }] : [],
      stopMs: calmMs + 1.1 * livenessBoundMs(shaped) + 2 * field.slotMs,
    });
  },
};
