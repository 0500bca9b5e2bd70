import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Facts } from '../facts.ts';
import type { Invariant, Violation } from '../invariant.ts';

/** The fifth field of every protocol: what a node's oldest lock stands for, −1 for none. */
const LOCK_FIELD = 4;

/**
 * No lock outlives the protocol's stated bound, once the network keeps its promise. In two phases only while every shard is
 * up: a dead coordinator blocks them (Skeen 1981). In three, and where a
 * shard outlives its nodes, as long as the fault model holds.
 */
export function noStaleLock(facts: Facts): Invariant {
  const { plan } = facts;
  const { synchrony, lossPpm } = plan.network;
  const reliable = synchrony.kind !== 'asynchronous' && lossPpm === 0;
  const gst = synchrony.kind === 'partial' ? synchrony.gst : 0;
  const bound = reliable ? lockBound(facts) : Number.POSITIVE_INFINITY;
  const nonBlocking = plan.shards?.commit === '3pc' || (plan.shards?.validatorsPerShard ?? 1) > 1;
  let held: { lock: number; since: Micros }[] = plan.validators.map(() => ({ lock: -1, since: 0 }));
  let longest: Micros = 0;

  const isPromised = (): boolean =>
    nonBlocking ? !facts.beyondModel : !plan.validators.some((_, node) => facts.isDown(node));
  const overdue = (now: Micros): Violation | null => {
    if (!reliable || !isPromised()) return null;
    const calm = Math.max(gst, facts.calmSince);
    for (const [node, { lock, since }] of held.entries()) {
      if (lock < 0 || facts.isDown(node) || !facts.isCorrect(node)) continue;
      const at = Math.max(since, calm) + bound;
      if (now <= at) continue;
      const seconds = (bound / 1_000_000).toFixed(1);
      return { at, detail: `${facts.name(node)} holds the lock of transaction ${lock} for more than ${seconds} s` };
    }
    return null;
  };
  const show = (node: NodeIndex, lock: number, t: Micros): void => {
    const before = held[node];
    if (before === undefined || before.lock === lock) return;
    if (before.lock >= 0) longest = Math.max(longest, t - before.since);
    held[node] = { lock, since: t };
  };
  return {
    name: 'no-stale-lock',
    states: Number.isFinite(bound)
      ? `after GST and without new faults no lock is held for more than ${Math.ceil(bound / 1_000_000)} s`
      : 'locks are released; no bound is stated for these settings',
    onHighlight(highlight) {
      const violation = overdue(highlight.t);
      if (highlight.kind === 'state')
        show(highlight.node, highlight.alive ? (highlight.fields[LOCK_FIELD] ?? -1) : -1, highlight.t);
      return violation;
    },
    onHorizon: (horizon) => overdue(horizon),
    standing() {
      if (!reliable) return { verdict: 'pending', detail: 'not judged: this network promises no delivery' };
      if (bound === Number.POSITIVE_INFINITY) return { verdict: 'pending', detail: 'not judged: nothing is promised' };
      return { verdict: 'holds', detail: `longest lock ${(longest / 1_000_000).toFixed(3)} s` };
    },
    capture: () => ({ held, longest }),
    restore(state) {
      ({ held, longest } = state as { held: { lock: number; since: Micros }[]; longest: Micros });
    },
  };
}

function lockBound({ plan, world, validatorCount }: Facts): Micros {
  const { synchrony } = plan.network;
  const deltaMicros = synchrony.kind === 'asynchronous' ? Number.POSITIVE_INFINITY : synchrony.deltaMicros;
  const slowest = world.costs.reduce((most, cost) => Math.max(most, cost.signMicros + cost.verifyMicros), 0);
  return world.protocol.livenessBound(world.config, {
    deltaMicros,
    validatorCount,
    stepMicros: slowest * validatorCount,
    ...(plan.shards === undefined ? {} : { validatorsPerShard: plan.shards.validatorsPerShard }),
  });
}
