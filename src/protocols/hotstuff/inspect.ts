/** What a replica shows of itself: the declared fields after every step, and everything on request. */
import type { NodeIndex } from '../../core/ids.ts';
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import { type DecidedEntry, type Qc, QC_PHASES } from './messages.ts';
import { viewOf } from './signing.ts';
import { type State, tallyOf } from './state.ts';
import { votesFor } from '../common/tally.ts';

const ROLES = ['leader', 'replica'] as const;
const PHASES = ['waiting', 'voted', 'voted to pre-commit', 'voted to commit', 'timed out'] as const;
const TIMED_OUT = PHASES.indexOf('timed out');
/** Decided blocks and certificates that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  { name: 'role', label: 'Role', kind: 'enum', values: ROLES, explain: 'Leader of its view, or replica.' },
  { name: 'epoch', label: 'View', kind: 'epoch', explain: 'The view it is in; every block has one of its own.' },
  { name: 'height', label: 'Height', kind: 'slot', explain: 'The last height it decided.' },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES,
    explain: 'What it last did in its view: wait for a proposal, vote for it, vote in a later phase, or give up.',
  },
  { name: 'lockEpoch', label: 'Locked in view', kind: 'epoch', explain: 'View of the block it is locked on.' },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a decided block.' },
  { name: 'leader', label: 'Leader', kind: 'node', explain: 'Who leads its view.' },
  { name: 'highView', label: 'Highest QC', kind: 'epoch', explain: 'View of the highest certificate it knows.' },
  { name: 'votes', label: 'Votes', kind: 'count', explain: 'Distinct votes it collected for the block of its view.' },
  { name: 'undecided', label: 'Undecided', kind: 'count', explain: 'Blocks it knows above the last decided one.' },
  { name: 'wish', label: 'Wants view', kind: 'epoch', explain: 'The highest view it asked for.' },
  {
    name: 'timeouts',
    label: 'Timeouts',
    kind: 'count',
    explain: 'Views that failed since the last decision; each makes the next one longer.',
  },
  { name: 'evidence', label: 'Evidence', kind: 'count', explain: 'Equivocations it can prove.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Runs after every step. */
export function observe(state: State, out: Int32Array): void {
  out[0] = state.leader === state.self ? 0 : 1;
  out[1] = state.view;
  out[2] = state.decided;
  out[3] = phaseOf(state);
  out[4] = state.lock.view > 0 ? state.lock.view : -1;
  out[5] = state.waiting;
  out[6] = state.leader;
  out[7] = state.highQc === null ? -1 : state.highQc.view;
  out[8] = votesInView(state);
  out[9] = state.tree.size;
  out[10] = state.wish;
  out[11] = state.timeouts;
  out[12] = state.evidenceCount;
}

function phaseOf(state: State): number {
  if (state.wish > state.view) return TIMED_OUT;
  return state.voted.view === state.view ? state.voted.phase + 1 : 0;
}

function votesInView(state: State): number {
  const tally = state.rounds.get(state.view)?.tallies[0];
  let most = 0;
  for (const { votes } of tally?.sets ?? []) most = Math.max(most, votes.length);
  return most;
}

/** Everything it knows, as plain JSON-like data; hashes in full, signatures by signer only. */
export function inspect(state: State): NodeKnowledge {
  const pool = sizeOf(state.pool);
  return {
    role: ROLES[state.leader === state.self ? 0 : 1],
    epoch: state.view,
    height: state.decided,
    phase: PHASES[phaseOf(state)] ?? 'waiting',
    lock: state.lock.view === 0 ? null : { ...state.lock },
    certificates: state.chain.slice(-LISTED).map(({ qc }) => certificateOf(qc)),
    log: state.chain.slice(-LISTED).map(logEntryOf),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      leader: state.leader,
      quorum: state.quorum,
      tip: state.tip,
      highestCertificate: state.highQc && certificateOf(state.highQc),
      undecided: [...state.tree.values()].map(({ block, qc }) => ({
        height: block.height,
        view: block.epoch,
        digest: blockHash(block),
        parent: block.parent,
        isCertified: qc !== null,
      })),
      lastVote: state.lastVote && { ...state.lastVote },
      wishes: [...state.wishes],
      votes: votesByPhase(state),
      viewsGivenUp: state.changeCount,
      timeoutsInARow: state.timeouts,
      equivocationsSeen: state.evidenceCount,
      mempoolTransfers: pool.transfers,
    },
  };
}

/** Votes collected for the views in progress, by view and phase. */
function votesByPhase(state: State): unknown[] {
  return [...state.rounds.values()].flatMap((round) =>
    QC_PHASES.flatMap((phase, i) => {
      if ((round.tallies[i] ?? null) === null) return [];
      const tally = tallyOf(round, phase, state.validatorCount);
      return tally.sets.map(({ digest }) => ({
        view: round.view,
        phase,
        choice: digest,
        signers: votesFor(tally, digest).map(({ signer }): NodeIndex => signer),
      }));
    }),
  );
}

function certificateOf(qc: Qc): unknown {
  const { phase, height, digest } = qc;
  return { phase, view: viewOf(qc), height, digest, signers: qc.votes.map(({ signer }) => signer) };
}

function logEntryOf({ block }: DecidedEntry): unknown {
  const { height, proposer, epoch, parent } = block;
  return { height, view: epoch, digest: blockHash(block), parent, proposer, transfers: transferCount(block) };
}
