/**
 * Leaps out of a local minimum: one fault less and something else changed to make up for it. Tried when no plain step helps;
 * a leap may make the rest longer, since fewer faults count first.
 */
import { PROTOCOLS } from '../../protocols/registry.ts';
import { behavioursOf } from '../../scenario/behaviours.ts';
import { type Fault, type Scenario, validatorCount } from '../../scenario/index.ts';

type Link = Extract<Fault, { readonly kind: 'link' }>;

export function* leaps(tight: Scenario): Generator<Scenario> {
  // What makes up for a fault may need more time than the violation had so far; a later step takes it back.
  const { ms } = tight.stop;
  const scenario = ms === null ? tight : { ...tight, stop: { height: null, ms: Math.ceil(ms * 1.5) + 3000 } };
  const { faults } = scenario;
  for (const [i, left] of faults.entries()) {
    const rest = faults.filter((_, at) => at !== i);
    yield* slowerNetwork({ ...scenario, faults: rest });
    // What the fault did was perhaps only to make the others begin later.
    for (const at of new Set([left.until, left.at])) {
      if (at === null || at === 0 || rest.length === 0) continue;
      const later = rest.map((fault) =>
        fault.until !== null && fault.until <= at ? fault : { ...fault, at, when: null },
      );
      yield { ...scenario, faults: later };
    }
    for (const seed of [1, 2, 3]) if (seed !== scenario.seed) yield { ...scenario, seed, faults: rest };
  }
  yield* mergedLinks(scenario);
  if (faults.length > 1) yield* loneTraitors(scenario);
}

/** Every copy as late as the network may be, and twice as late. */
function* slowerNetwork(scenario: Scenario): Generator<Scenario> {
  const { network, stop } = scenario;
  const { synchrony } = network;
  if (synchrony.kind === 'asynchronous') return;
  for (const factor of [1, 2]) {
    const ms = synchrony.deltaMs * factor;
    const slower = { latency: { kind: 'constant', ms } as const, synchrony: { ...synchrony, deltaMs: ms } };
    const later = stop.ms === null ? stop : { ...stop, ms: stop.ms * factor };
    yield { ...scenario, network: { ...network, ...slower }, stop: later };
  }
}

/** Two faults of links as one: all their ends, the larger of their effects, from the earlier to the later. */
function* mergedLinks(scenario: Scenario): Generator<Scenario> {
  const links = scenario.faults.flatMap((fault, i) => (fault.kind === 'link' ? [{ fault, i }] : []));
  for (const [k, one] of links.entries()) {
    for (const other of links.slice(k + 1)) {
      const merged = merge(one.fault, other.fault);
      const faults = scenario.faults.flatMap((fault, i) => (i === one.i ? [merged] : i === other.i ? [] : [fault]));
      yield { ...scenario, faults };
    }
  }
}

function merge(a: Link, b: Link): Link {
  const both = (x: readonly string[] | null, y: readonly string[] | null): string[] | null =>
    x === null || y === null ? null : [...new Set([...x, ...y])];
  return {
    ...a,
    from: both(a.from, b.from),
    to: both(a.to, b.to),
    types: both(a.types, b.types),
    symmetric: a.symmetric || b.symmetric,
    delayMs: Math.max(a.delayMs, b.delayMs),
    loss: Math.max(a.loss, b.loss),
    duplicate: Math.max(a.duplicate, b.duplicate),
    at: a.at === null || b.at === null ? null : Math.min(a.at, b.at),
    until: a.until === null || b.until === null ? null : Math.max(a.until, b.until),
  };
}

/** One liar instead of all faults. */
function* loneTraitors(scenario: Scenario): Generator<Scenario> {
  const protocol = PROTOCOLS.get(scenario.protocol.name);
  if (protocol === undefined || protocol.declaration.faultModel !== 'byzantine') return;
  const timing = { at: 0, when: null, until: null, untilWhen: null };
  for (const behaviour of behavioursOf(protocol.declaration)) {
    for (let node = 0; node < validatorCount(scenario); node++) {
      const fault: Fault = { kind: 'byzantine', target: `v${node}`, behaviour, peers: null, types: null, ...timing };
      yield { ...scenario, faults: [fault] };
    }
  }
}
