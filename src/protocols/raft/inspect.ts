/** What a server shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import { lastIndex, lastTerm } from './log.ts';
import type { Configuration, Entry } from './messages.ts';
import { isMember, type Progress, type State } from './state.ts';

const ROLES = ['leader', 'follower', 'candidate', 'observer'] as const;
const PHASES = ['following', 'pre-vote', 'election', 'leading', 'handing over'] as const;
/** Log entries that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Leader of its term, follower, candidate, or observer outside the voting members.',
  },
  { name: 'epoch', label: 'Term', kind: 'epoch', explain: 'The latest term it knows of.' },
  {
    name: 'height',
    label: 'Committed',
    kind: 'slot',
    explain: 'The last index it knows to be committed, and executed.',
  },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES,
    explain: 'Following, asking whether an election is welcome, standing for election, leading, or handing over.',
  },
  {
    name: 'lockEpoch',
    label: 'Last log term',
    kind: 'epoch',
    explain: 'Term of the last entry of its log: it votes for no older log.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a block.' },
  { name: 'leader', label: 'Leader', kind: 'node', explain: 'Whom it follows; none after its time was up.' },
  {
    name: 'lastIndex',
    label: 'Log end',
    kind: 'slot',
    explain: 'Index of the last entry of its log, committed or not.',
  },
  { name: 'votedFor', label: 'Vote', kind: 'node', explain: 'Who has its vote in this term.' },
  {
    name: 'granted',
    label: 'Votes',
    kind: 'count',
    explain: 'Votes, or pre-votes, that it holds in the election in progress.',
  },
  {
    name: 'members',
    label: 'Members',
    kind: 'count',
    explain: 'Voting servers of the latest configuration in its log.',
  },
  { name: 'isJoint', label: 'Joint consensus', kind: 'boolean', explain: 'Whether a change of members is under way.' },
  { name: 'snapshot', label: 'Snapshot', kind: 'slot', explain: 'The last index that its snapshot stands for.' },
  { name: 'firstIndex', label: 'Log begin', kind: 'slot', explain: 'Index of the first entry that it still keeps.' },
  { name: 'elections', label: 'Elections', kind: 'count', explain: 'How often it stood for election.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const { configuration, log } = state;
  out[0] = roleOf(state);
  out[1] = state.term;
  out[2] = state.applied;
  out[3] = phaseOf(state);
  out[4] = lastTerm(log);
  out[5] = state.waiting;
  out[6] = state.leader ?? -1;
  out[7] = lastIndex(log);
  out[8] = state.votedFor ?? -1;
  out[9] = state.role === 'candidate' || state.role === 'pre-candidate' ? state.granted.length : 0;
  out[10] = (configuration.next ?? configuration.voters).length;
  out[11] = configuration.next === null ? 0 : 1;
  out[12] = state.snapshot?.index ?? 0;
  out[13] = log.base.index + 1;
  out[14] = state.electionCount;
}

function roleOf(state: State): number {
  if (state.role === 'leader') return 0;
  if (!isMember(state)) return 3;
  return state.role === 'candidate' ? 2 : 1;
}

function phaseOf({ role, leading }: State): number {
  if (role === 'leader') return leading?.transferTo == null ? 3 : 4;
  return role === 'candidate' ? 2 : role === 'pre-candidate' ? 1 : 0;
}

/** Everything it knows, as plain JSON-like data; hashes in full. */
export function inspect(state: State): NodeKnowledge {
  const { log, leading, snapshot } = state;
  const pool = sizeOf(state.pool);
  return {
    role: ROLES[roleOf(state)] ?? 'follower',
    epoch: state.term,
    height: state.applied,
    phase: PHASES[phaseOf(state)] ?? 'following',
    lock: null,
    certificates: [],
    log: log.entries.slice(-LISTED).map((entry) => listed(entry, state.applied)),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      leader: state.leader,
      votedFor: state.votedFor,
      votes: [...state.granted],
      configuration: plain(state.configuration),
      configurationIndex: state.configurationIndex,
      firstIndex: log.base.index + 1,
      lastIndex: lastIndex(log),
      lastTerm: lastTerm(log),
      snapshot: snapshot && { index: snapshot.index, term: snapshot.block.epoch, digest: blockHash(snapshot.block) },
      snapshotsInstalled: state.installedCount,
      electionsStoodFor: state.electionCount,
      mempoolTransfers: pool.transfers,
      progress: leading === null ? [] : leading.progress.map(progressOf),
      readsWaiting: leading?.reads.length ?? 0,
      handingOverTo: leading?.transferTo ?? null,
    },
  };
}

function plain({ voters, next }: Configuration): unknown {
  return { voters: [...voters], next: next === null ? null : [...next] };
}

function progressOf({ match, next, isProbing }: Progress, node: number): unknown {
  return { node, match, next, isProbing };
}

function listed({ block, configuration }: Entry, applied: number): unknown {
  return {
    index: block.height,
    term: block.epoch,
    digest: blockHash(block),
    parent: block.parent,
    proposer: block.proposer,
    transfers: transferCount(block),
    configuration: configuration === null ? null : plain(configuration),
    isCommitted: block.height <= applied,
  };
}
