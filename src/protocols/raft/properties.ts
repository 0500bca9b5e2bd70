/** What Raft promises beyond the common invariants (figure 3 of the paper), as folds over what servers say, show and decide. */
import { required } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Property } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import type { Message } from './messages.ts';

const at = (name: string): number => {
  const index = FIELDS.findIndex((field) => field.name === name);
  return required(index < 0 ? null : index, `the field ${name}`);
};
const ROLE = at('role');
const TERM = at('epoch');
const LEADER = at('leader');
const LAST_INDEX = at('lastIndex');
const LEADS = 0;
const TERMS_KEPT = 1024;

/** Forgets the oldest entries: terms only grow. */
function bound<T>(map: Map<number, T>): void {
  while (map.size > TERMS_KEPT) {
    const oldest = map.keys().next();
    if (oldest.done === true) return;
    map.delete(oldest.value);
  }
}

/** A server leads a term when it shows itself as its leader. Sees every leader that led for more than a step. */
export const electionSafety: Property<Message> = {
  name: 'election-safety',
  states: 'a term has at most one leader',
  createMemory: () => new Map<number, NodeIndex>(),
  onState(memory, { node, fields }) {
    if (fields[ROLE] !== LEADS) return null;
    const leaders = memory as Map<number, NodeIndex>;
    const term = fields[TERM] ?? 0;
    const first = leaders.get(term);
    if (first === undefined) {
      leaders.set(term, node);
      bound(leaders);
      return null;
    }
    return first === node ? null : `leads term ${term}, which v${first} led already`;
  },
};

interface Completeness {
  /** Highest index known to be committed in a term, by term. */
  readonly committed: Map<number, number>;
  /** Term that a node led last. */
  readonly led: Map<NodeIndex, number>;
}

/**
 * A new leader's log reaches as far as anything committed in earlier terms. Compares lengths; that the entries are the same
 * is for agreement to say.
 */
export const leaderCompleteness: Property<Message> = {
  name: 'leader-completeness',
  states: 'a leader holds every entry that was committed in earlier terms',
  createMemory: (): Completeness => ({ committed: new Map(), led: new Map() }),
  onDecision(memory, { decision }) {
    const { committed } = memory as Completeness;
    const { term } = decision.certificate as { readonly term: number };
    if (decision.slot > (committed.get(term) ?? 0)) committed.set(term, decision.slot);
    bound(committed);
    return null;
  },
  onState(memory, { node, fields }) {
    if (fields[ROLE] !== LEADS) return null;
    const { committed, led } = memory as Completeness;
    const term = fields[TERM] ?? 0;
    if (led.get(node) === term) return null;
    led.set(node, term);
    const last = fields[LAST_INDEX] ?? 0;
    for (const [earlier, index] of committed) {
      if (earlier >= term || index <= last) continue;
      return `leads term ${term} with a log up to ${last}, but ${index} was committed in term ${earlier}`;
    }
    return null;
  },
};

interface Reads {
  /** Highest index that anybody decided. */
  newest: number;
  /** Reads under way, by `client/id`: the highest index decided when it was first sent. */
  readonly floors: Map<string, number>;
}

const READS_KEPT = 4096;

/** A read sees whatever was decided anywhere before it was sent. Judged where the answer leaves the server. */
export const linearizableReads: Property<Message> = {
  name: 'linearizable-reads',
  states: 'a read that begins after somebody decided an index is answered from a state at or after it',
  createMemory: (): Reads => ({ newest: 0, floors: new Map() }),
  onDecision(memory, { decision }) {
    const reads = memory as Reads;
    reads.newest = Math.max(reads.newest, decision.slot);
    return null;
  },
  onMessage(memory, { node, message }) {
    const reads = memory as Reads;
    if (message.type === 'read') {
      const key = `${node}/${message.id}`;
      if (!reads.floors.has(key)) reads.floors.set(key, reads.newest);
      const oldest = reads.floors.keys().next();
      if (reads.floors.size > READS_KEPT && oldest.done !== true) reads.floors.delete(oldest.value);
      return null;
    }
    if (message.type !== 'read-reply') return null;
    const floor = reads.floors.get(`${message.client}/${message.id}`) ?? 0;
    if (message.index >= floor) return null;
    return `answered read ${message.id} from index ${message.index}, though ${floor} was decided before it was asked`;
  },
};

interface Welcome {
  /** What each server shows. */
  readonly shown: Map<NodeIndex, { readonly term: number; readonly leader: NodeIndex; readonly alive: boolean }>;
  /** Pre-votes granted for a term, by `term/candidate`. */
  readonly grants: Map<string, NodeIndex[]>;
}

const GRANTS_KEPT = 4096;

/**
 * Nobody begins a term against a leader that a majority follows, unless a majority said that it hears none. Of servers that
 * do not vote it takes no notice, and of elections that the leader asked for neither.
 */
export const undisturbedLeader: Property<Message> = {
  name: 'undisturbed-leader',
  states: 'nobody stands for election against a leader that most servers follow and none of them misses',
  createMemory: (): Welcome => ({ shown: new Map(), grants: new Map() }),
  onState(memory, { node, alive, fields }) {
    if ((fields[ROLE] ?? -1) < 0) return null;
    const { shown } = memory as Welcome;
    shown.set(node, { term: fields[TERM] ?? 0, leader: fields[LEADER] ?? -1, alive });
    return null;
  },
  onMessage(memory, { node, message }) {
    const { shown, grants } = memory as Welcome;
    if (message.type === 'pre-vote-reply' && message.isGranted) {
      const key = `${message.term}/${message.candidate}`;
      const known = grants.get(key) ?? [];
      grants.set(key, known);
      if (!known.includes(node)) known.push(node);
      const oldest = grants.keys().next();
      if (grants.size > GRANTS_KEPT && oldest.done !== true) grants.delete(oldest.value);
      return null;
    }
    if (message.type !== 'request-vote' || message.isTransfer) return null;
    const count = (grants.get(`${message.term}/${node}`) ?? []).length;
    for (const [leader, { alive, term, leader: own }] of shown) {
      if (!alive || own !== leader || leader === node) continue;
      const follows = [...shown.values()].filter(
        (other) => other.alive && other.term === term && other.leader === leader,
      );
      if (2 * follows.length <= shown.size || count > 0) continue;
      return `begins term ${message.term} against v${leader}, which ${follows.length} of ${shown.size} servers follow`;
    }
    return null;
  },
};

export const properties: readonly Property<Message>[] = [
  electionSafety,
  leaderCompleteness,
  linearizableReads,
  undisturbedLeader,
];
