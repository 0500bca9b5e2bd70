import type { Micros } from '../../core/time.ts';
import type { Facts } from '../facts.ts';
import type { Invariant, Violation } from '../invariant.ts';

/**
 * Bounded liveness: once the network keeps its promise (after GST, faults healed, at most f nodes faulty or down), the
 * height grows again within the protocol's stated bound. Not judged while messages get lost for good, in an asynchronous
 * network, or beyond the fault model: nothing is promised then.
 */
export function liveness(facts: Facts): Invariant {
  const { plan, world } = facts;
  const { synchrony, lossPpm } = plan.network;
  const reliable = synchrony.kind !== 'asynchronous' && lossPpm === 0;
  const gst = synchrony.kind === 'partial' ? synchrony.gst : 0;
  const bound: Micros = reliable ? livenessBound(facts) : Number.POSITIVE_INFINITY;
  let height = 0;
  let progressAt: Micros = 0;
  let waitedMax: Micros = 0;

  const deadline = (): Micros => {
    if (!reliable || facts.beyondModel) return Number.POSITIVE_INFINITY;
    return Math.max(gst, facts.calmSince, progressAt) + bound;
  };
  const overdue = (now: Micros): Violation | null => {
    const at = deadline();
    if (now <= at) return null;
    const seconds = (bound / 1_000_000).toFixed(1);
    return { at, detail: `no decision above height ${height} within ${seconds} s of a calm network` };
  };
  return {
    name: 'liveness',
    states: Number.isFinite(bound)
      ? `after GST and without new faults a block is decided within ${Math.ceil(bound / 1_000_000)} s`
      : 'after GST and without new faults blocks are decided; no bound is stated for these settings',
    onHighlight(highlight) {
      // Judged with the facts as they were until this moment: a fault that begins now excuses nothing before it.
      return overdue(highlight.t);
    },
    onDecision({ t, decision }) {
      if (decision.slot <= height) return null;
      const calm = Math.max(gst, facts.calmSince, progressAt);
      if (calm < t) waitedMax = Math.max(waitedMax, t - calm);
      height = decision.slot;
      progressAt = t;
      return null;
    },
    onHorizon: (horizon) => overdue(horizon),
    standing() {
      if (!reliable) return { verdict: 'pending', detail: 'not judged: this network promises no delivery' };
      if (bound === Number.POSITIVE_INFINITY) {
        return { verdict: 'pending', detail: 'not judged: the protocol promises no progress with these settings' };
      }
      if (facts.beyondModel) return { verdict: 'pending', detail: 'not judged: more nodes faulty or down than f' };
      const waited = (waitedMax / 1_000_000).toFixed(3);
      return { verdict: 'holds', detail: `longest wait ${waited} s of ${(bound / 1_000_000).toFixed(1)} s allowed` };
    },
    capture: () => ({ height, progressAt, waitedMax }),
    restore(state) {
      ({ height, progressAt, waitedMax } = state as { height: number; progressAt: Micros; waitedMax: Micros });
    },
  };

  function livenessBound(known: Facts): Micros {
    const deltaMicros = synchrony.kind === 'asynchronous' ? Number.POSITIVE_INFINITY : synchrony.deltaMicros;
    const slowest = world.costs.reduce((most, cost) => Math.max(most, cost.signMicros + cost.verifyMicros), 0);
    const stepMicros = slowest * known.validatorCount;
    return world.protocol.livenessBound(world.config, {
      deltaMicros,
      validatorCount: known.validatorCount,
      stepMicros,
      ratePerSecond: plan.workload.ratePerSecond,
      ...(plan.shards === undefined ? {} : { validatorsPerShard: plan.shards.validatorsPerShard }),
    });
  }
}
