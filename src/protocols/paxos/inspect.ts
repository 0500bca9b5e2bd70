/** What a server shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import { acceptedOf } from './acceptor.ts';
import type { State } from './state.ts';

const ROLES = ['proposer', 'candidate', 'acceptor'] as const;
const PHASES = ['accepting', 'phase 1', 'phase 2', 'leading'] as const;
/** Chosen values that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Distinguished proposer, candidate for it, or acceptor and learner alone. Every server is all three.',
  },
  { name: 'epoch', label: 'Promised ballot', kind: 'epoch', explain: 'It takes part in no lower ballot any more.' },
  { name: 'height', label: 'Learned', kind: 'slot', explain: 'The last instance whose chosen value it has learned.' },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES,
    explain:
      'Accepting what others propose, collecting promises, collecting acceptances, or leading between two instances.',
  },
  {
    name: 'lockEpoch',
    label: 'Accepted in ballot',
    kind: 'epoch',
    explain: 'Ballot of what it accepted for the next instance; a later proposer has to hear of it.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a block.' },
  { name: 'leader', label: 'Proposer', kind: 'node', explain: 'Whose ballot is the highest it heard of.' },
  { name: 'promises', label: 'Promises', kind: 'count', explain: 'Promises it holds for its own ballot.' },
  { name: 'acceptances', label: 'Acceptances', kind: 'count', explain: 'Acceptances of the value it proposed.' },
  { name: 'ballots', label: 'Own ballots', kind: 'count', explain: 'How often it tried to become the proposer.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const { proposing } = state;
  out[0] = roleOf(state);
  out[1] = state.promised;
  out[2] = state.decided;
  out[3] = phaseOf(state);
  out[4] = state.accepted.get(state.decided + 1)?.ballot ?? -1;
  out[5] = state.waiting;
  out[6] = state.leader ?? -1;
  out[7] = proposing?.promised.length ?? 0;
  out[8] = proposing?.current?.acceptedBy.length ?? 0;
  out[9] = state.ballotCount;
}

function roleOf({ proposing }: State): number {
  return proposing === null ? 2 : proposing.isLeading ? 0 : 1;
}

function phaseOf({ proposing }: State): number {
  if (proposing === null) return 0;
  if (!proposing.isLeading) return 1;
  return proposing.current === null ? 3 : 2;
}

/** Everything it knows, as plain JSON-like data; hashes in full. */
export function inspect(state: State): NodeKnowledge {
  const { proposing, chain, decided } = state;
  const pool = sizeOf(state.pool);
  const next = state.accepted.get(decided + 1);
  return {
    role: ROLES[roleOf(state)] ?? 'acceptor',
    epoch: state.promised,
    height: decided,
    phase: PHASES[phaseOf(state)] ?? 'accepting',
    lock: next === undefined ? null : { ballot: next.ballot, digest: blockHash(next.block) },
    certificates: [],
    log: chain.slice(-LISTED).map(listed),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      acceptor: {
        promised: state.promised,
        accepted: acceptedOf(state).map(({ ballot, block }) => ({ ballot, ...listed(block) })),
      },
      learner: { learned: decided, tip: state.tip },
      proposer: proposing && {
        ballot: proposing.ballot,
        promisedBy: [...proposing.promised],
        proposed: proposing.current && {
          digest: proposing.current.digest,
          acceptedBy: [...proposing.current.acceptedBy],
        },
      },
      takesForProposer: state.leader,
      highestBallotHeard: state.seen,
      ownBallots: state.ballotCount,
      mempoolTransfers: pool.transfers,
    },
  };
}

function listed(block: Block) {
  const { height, epoch, parent, proposer } = block;
  return {
    instance: height,
    firstBallot: epoch,
    digest: blockHash(block),
    parent,
    proposer,
    transfers: transferCount(block),
  };
}
