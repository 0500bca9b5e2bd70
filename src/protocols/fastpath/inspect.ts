/** What a replica shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import { signersOf, tallyOf } from '../common/shown.ts';
import { votesFor } from '../common/tally.ts';
import { claimOf } from '../common/views.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import type { DecidedEntry } from './messages.ts';
import { currentRound, PATHS, PHASES, type State } from './state.ts';

const ROLES = ['primary', 'replica'] as const;
/** They begin as the message that the replica waits for, so that views colour them alike. */
const PHASE_LABELS: Readonly<Record<State['phase'], string>> = {
  waiting: 'waiting',
  fast: 'vote, fast path',
  normal: 'vote, normal path',
  commit: 'commit',
  changing: 'view change',
};
/** Decided blocks and certificates that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Primary of its view, or one of the other replicas.',
  },
  {
    name: 'epoch',
    label: 'View',
    kind: 'epoch',
    explain: 'The view it is in at the height in progress; 0 unless a primary failed.',
  },
  { name: 'height', label: 'Height', kind: 'slot', explain: 'The last height it decided.' },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES.map((phase) => PHASE_LABELS[phase]),
    explain:
      'Waiting for a proposal, hoping for a fast quorum of VOTEs, content with a quorum of them, collecting COMMITs, or changing the view.',
  },
  {
    name: 'lockEpoch',
    label: 'Prepared in view',
    kind: 'epoch',
    explain: 'View of the prepared certificate it holds for the height in progress.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a block.' },
  { name: 'leader', label: 'Primary', kind: 'node', explain: 'Whom it takes for the primary of its view.' },
  { name: 'votes', label: 'VOTEs', kind: 'count', explain: 'Distinct VOTEs for the block it accepted.' },
  {
    name: 'fastQuorum',
    label: 'Fast quorum',
    kind: 'count',
    explain: 'Matching VOTEs that decide a block in one round.',
  },
  { name: 'commits', label: 'COMMITs', kind: 'count', explain: 'Distinct COMMITs for the block it accepted.' },
  {
    name: 'path',
    label: 'Last path',
    kind: 'enum',
    values: PATHS,
    explain: 'How its last block was decided: fast, by one round of VOTEs, or normal, with a round of COMMITs.',
  },
  { name: 'fastBlocks', label: 'Fast blocks', kind: 'count', explain: 'Blocks that a fast quorum decided.' },
  { name: 'normalBlocks', label: 'Normal blocks', kind: 'count', explain: 'Blocks that a quorum of COMMITs decided.' },
  {
    name: 'conflict',
    label: 'Conflict',
    kind: 'boolean',
    explain: 'Two signed proposals of this height are known: nobody waits for a fast quorum any more.',
  },
  {
    name: 'changes',
    label: 'View changes',
    kind: 'count',
    explain: 'Replicas whose VIEW-CHANGE it holds for this height.',
  },
  { name: 'evidence', label: 'Evidence', kind: 'count', explain: 'Equivocations it can prove.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const round = currentRound(state);
  out[0] = roleOf(state);
  out[1] = state.view;
  out[2] = state.decided;
  out[3] = PHASES.indexOf(state.phase);
  out[4] = state.prepared?.view ?? -1;
  out[5] = state.waiting;
  out[6] = state.primary;
  out[7] = round.proposal === null ? 0 : votesFor(round.votes, round.digest).length;
  out[8] = state.quorums.fast;
  out[9] = round.proposal === null ? 0 : votesFor(round.commits, round.digest).length;
  out[10] = PATHS.indexOf(state.lastPath);
  out[11] = state.fastCount;
  out[12] = state.normalCount;
  out[13] = state.isConflicted ? 1 : 0;
  out[14] = state.changes.size;
  out[15] = state.evidenceCount;
}

function roleOf(state: State): number {
  return state.primary === state.self ? 0 : 1;
}

/** Everything it knows, as plain JSON-like data; hashes in full, signatures by signer only. */
export function inspect(state: State): NodeKnowledge {
  const { prepared, voted, quorums } = state;
  const round = currentRound(state);
  const pool = sizeOf(state.pool);
  return {
    role: ROLES[roleOf(state)] ?? 'replica',
    epoch: state.view,
    height: state.decided,
    phase: PHASE_LABELS[state.phase],
    lock: prepared && { view: prepared.view, digest: prepared.digest, signers: signersOf(prepared.votes) },
    certificates: state.chain.slice(-LISTED).map((entry) => certificateOf(entry, state)),
    log: state.chain.slice(-LISTED).map(logEntryOf),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      leader: state.primary,
      quorum: quorums.normal,
      fastQuorum: quorums.fast,
      changeQuorum: quorums.change,
      votesThatVouch: quorums.vouch,
      tip: state.tip,
      heightInProgress: state.height,
      accepted: round.proposal === null ? null : { view: round.view, digest: round.digest },
      lastVote: claimOf(voted),
      votes: tallyOf(round.votes),
      commits: tallyOf(round.commits),
      isConflicted: state.isConflicted,
      viewChanges: [...state.changes.values()].map(({ message, proof }) => ({
        signer: proof.signer,
        view: message.view,
        voted: message.voted,
        prepared: message.prepared,
      })),
      blocksDecidedFast: state.fastCount,
      blocksDecidedNormally: state.normalCount,
      viewChangesStarted: state.changeCount,
      equivocationsSeen: state.evidenceCount,
      mempoolTransfers: pool.transfers,
      waitingForNextHeight: state.future.length,
      decidedByPeers: [...state.known],
    },
  };
}

function certificateOf({ block, view, isFast, votes }: DecidedEntry, { quorums }: State): unknown {
  const path = isFast ? 'fast' : 'normal';
  const needed = isFast ? quorums.fast : quorums.normal;
  return { height: block.height, view, digest: blockHash(block), path, needed, signers: signersOf(votes) };
}

function logEntryOf({ block, view, isFast }: DecidedEntry): unknown {
  const { height, proposer, epoch, parent } = block;
  const path = isFast ? 'fast' : 'normal';
  return { height, view, digest: blockHash(block), parent, proposer, epoch, path, transfers: transferCount(block) };
}
