/** Simpler versions of one fault: defaults for its settings, fewer names, round and early times. */
import type { Fault } from '../../scenario/index.ts';

export function* faultVariants(fault: Fault): Generator<Fault> {
  yield* simplerTimes(fault);
  switch (fault.kind) {
    case 'crash':
      if (fault.restart !== 'durable') yield { ...fault, restart: 'durable' };
      break;
    case 'partition':
      yield* simplerPartition(fault);
      break;
    case 'byzantine':
      if (fault.types !== null) yield { ...fault, types: null };
      yield* shorterLists(fault, 'types');
      if (fault.peers !== null) yield { ...fault, peers: null };
      yield* shorterLists(fault, 'peers');
      break;
    case 'link':
      yield* simplerLink(fault);
      break;
    default:
      break;
  }
}

type Link = Extract<Fault, { readonly kind: 'link' }>;
type Partition = Extract<Fault, { readonly kind: 'partition' }>;

function* simplerLink(fault: Link): Generator<Fault> {
  for (const effect of ['delayMs', 'loss', 'duplicate'] as const)
    if (fault[effect] > 0) yield { ...fault, [effect]: 0 };
  if (fault.loss > 0 && fault.loss < 1) yield { ...fault, loss: 1 };
  for (const list of ['types', 'from', 'to'] as const) {
    if (fault[list] !== null) yield { ...fault, [list]: null };
    yield* shorterLists(fault, list);
  }
}

function* simplerPartition(fault: Partition): Generator<Fault> {
  if (fault.oneWay) yield { ...fault, oneWay: false };
  const { groups } = fault;
  if (groups.length > 2) for (const i of groups.keys()) yield { ...fault, groups: groups.filter((_, at) => at !== i) };
  for (const [i, group] of groups.entries()) {
    if (group.length < 2) continue;
    for (const name of group) {
      const smaller = group.filter((other) => other !== name);
      yield { ...fault, groups: groups.map((other, at) => (at === i ? smaller : other)) };
    }
  }
}

/** The fault with one name less in a list, never none: an empty list would mean another thing. */
function* shorterLists<F extends Fault, K extends keyof F>(fault: F, key: K): Generator<F> {
  const list = fault[key] as readonly string[] | null;
  if (list === null || list.length < 2) return;
  for (const name of list) yield { ...fault, [key]: list.filter((other) => other !== name) };
}

function* simplerTimes(fault: Fault): Generator<Fault> {
  const { at, until } = fault;
  if (until !== null) yield { ...fault, until: null };
  if (at !== null && at > 0) yield { ...fault, at: 0 };
  for (const unit of [1000, 500, 100, 10]) {
    if (at !== null && at % unit !== 0) {
      yield { ...fault, at: Math.floor(at / unit) * unit };
      yield { ...fault, at: Math.ceil(at / unit) * unit };
    }
    if (until !== null && until % unit !== 0) {
      yield { ...fault, until: Math.floor(until / unit) * unit };
      yield { ...fault, until: Math.ceil(until / unit) * unit };
    }
    if (at === null || until === null || (at % unit === 0 && until % unit === 0)) continue;
    yield { ...fault, at: Math.floor(at / unit) * unit, until: Math.ceil(until / unit) * unit };
  }
}
