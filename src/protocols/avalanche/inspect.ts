/** What a node shows of itself: the declared fields after every step, and everything on request. */
import { createLedger, executeBatch, stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import type { ConflictSet, Entry, State } from './state.ts';

const ROLES = ['node'] as const;
const PHASES = ['idle', 'polling'] as const;
/** Vertices and conflict sets that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  { name: 'role', label: 'Role', kind: 'enum', values: ROLES, explain: 'All nodes do the same: nobody leads.' },
  { name: 'epoch', label: 'Last flip', kind: 'epoch', explain: 'The poll in which it last changed a preference.' },
  { name: 'height', label: 'Accepted', kind: 'slot', explain: 'The highest slot in which it has accepted a vertex.' },
  { name: 'phase', label: 'Phase', kind: 'enum', values: PHASES, explain: 'Whether it waits for answers to a poll.' },
  {
    name: 'lockEpoch',
    label: 'Lock',
    kind: 'epoch',
    explain: 'None: a preference may always change before acceptance.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a vertex or its acceptance.' },
  { name: 'acceptedCount', label: 'Vertices', kind: 'count', explain: 'How many vertices it has accepted.' },
  { name: 'undecided', label: 'Undecided', kind: 'count', explain: 'Vertices it knows and has not accepted.' },
  { name: 'rivals', label: 'Rivals', kind: 'count', explain: 'Members of the conflict set it asks about.' },
  {
    name: 'counter',
    label: 'Counter',
    kind: 'count',
    explain: 'Polls in a row that the same member of that set has won.',
  },
  {
    name: 'confidence',
    label: 'Confidence',
    kind: 'count',
    explain: 'Successful polls for the preferred member of that set.',
  },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const set = state.poll === null ? undefined : state.sets.get(state.poll.slot);
  out[0] = 0;
  out[1] = state.flippedAt;
  out[2] = state.acceptedSlot;
  out[3] = state.poll === null ? 0 : 1;
  out[4] = -1;
  out[5] = state.waiting;
  out[6] = state.accepted.length;
  out[7] = state.entries.size - state.accepted.length;
  out[8] = set?.members.length ?? -1;
  out[9] = set?.count ?? -1;
  out[10] = set === undefined ? -1 : (set.confidence[set.members.indexOf(set.preferred)] ?? 0);
}

/** Everything it knows, as plain JSON-like data; hashes in full. */
export function inspect(state: State): NodeKnowledge {
  const ledger = canonicalLedger(state);
  const undecided = [...state.sets.values()].filter(({ accepted, members }) => accepted === '' && members.length > 0);
  return {
    role: ROLES[0],
    epoch: state.flippedAt,
    height: state.acceptedSlot,
    phase: PHASES[state.poll === null ? 0 : 1],
    lock: null,
    certificates: [],
    log: state.accepted.slice(-LISTED).map((digest) => describeEntry(digest, state.entries.get(digest))),
    ledgerRoot: stateRoot(ledger),
    balances: ledger.balances,
    mempoolSize: sizeOf(state.pool).batches,
    details: {
      accepted: state.accepted.length,
      poll: state.poll === null ? null : { id: state.poll.id, slot: state.poll.slot, sampled: state.poll.sampled },
      undecided: undecided.slice(-LISTED).map(describeSet),
      rivals: [...state.sets.values()]
        .filter(({ members }) => members.length > 1)
        .slice(-LISTED)
        .map(describeSet),
      tips: [...state.tips],
      waitingForParents: state.orphans.size,
      askedFor: [...state.missing.keys()],
      latestPoll: state.pollCount,
    },
  };
}

/**
 * Balances as a function of what is accepted, whatever the order in which it was: vertices by depth, which puts every one
 * behind what it builds on, then by slot. Equal at nodes that have accepted the same.
 */
function canonicalLedger(state: State): LedgerState {
  const total = state.ledger.balances.reduce((sum, balance) => sum + balance, 0);
  const accountCount = state.ledger.balances.length;
  const initialBalance = accountCount === 0 ? 0 : total / accountCount;
  const ledger = createLedger({ accountCount, initialBalance }, state.ledger.executed.length);
  const accepted = state.accepted.map((digest) => state.entries.get(digest)).filter((entry) => entry !== undefined);
  accepted.sort((a, b) => a.depth - b.depth || a.vertex.slot - b.vertex.slot);
  for (const { vertex } of accepted) {
    for (const { batch } of vertex.batches) executeBatch(ledger, batch, state.validatorCount);
  }
  return ledger;
}

function describeEntry(digest: string, entry: Entry | undefined): object {
  if (entry === undefined) return { digest };
  const { issuer, slot, parents, batches } = entry.vertex;
  return { digest, slot, issuer, parents, depth: entry.depth, batches: batches.length };
}

function describeSet({ slot, members, confidence, preferred, count, accepted }: ConflictSet): object {
  const candidates = members.map((digest, i) => ({ digest, confidence: confidence[i] ?? 0 }));
  return { slot, members: candidates, preferred, count, accepted: accepted === '' ? null : accepted };
}
