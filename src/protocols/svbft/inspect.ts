/** What a validator shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import { signersOf, tallyOf } from '../common/shown.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import type { DecidedEntry } from './messages.ts';
import { firstKept } from '../common/chain/kept.ts';
import { currentRound, isVoter, PHASES, type State } from './state.ts';
import { votesFor } from '../common/tally.ts';

const ROLES = ['primary', 'validator', 'observer'] as const;
const PHASE_LABELS: Readonly<Record<State['phase'], string>> = {
  waiting: 'waiting',
  prepare: 'prepare',
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
    explain: 'Primary of its view, voting validator, or observer outside the validator set.',
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
    explain: 'Waiting for a proposal, collecting PREPAREs, collecting COMMITs, or changing the view.',
  },
  {
    name: 'lockEpoch',
    label: 'Prepared in view',
    kind: 'epoch',
    explain: 'View of the prepared certificate it holds for the height in progress.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a block.' },
  { name: 'leader', label: 'Primary', kind: 'node', explain: 'Whom it takes for the primary of its view.' },
  { name: 'prepares', label: 'PREPAREs', kind: 'count', explain: 'Distinct PREPAREs for the block it accepted.' },
  { name: 'commits', label: 'COMMITs', kind: 'count', explain: 'Distinct COMMITs for the block it accepted.' },
  {
    name: 'changes',
    label: 'View changes',
    kind: 'count',
    explain: 'Members whose VIEW-CHANGE it holds for this height.',
  },
  {
    name: 'members',
    label: 'Validators',
    kind: 'count',
    explain: 'Size of the validator set of the height in progress.',
  },
  {
    name: 'final',
    label: 'Final height',
    kind: 'slot',
    explain: 'The last height with as many blocks on top as the configured finality depth.',
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
  out[6] = state.leader;
  out[7] = round.proposal === null ? 0 : votesFor(round.prepares, round.digest).length;
  out[8] = round.proposal === null ? 0 : votesFor(round.commits, round.digest).length;
  out[9] = state.changes.size;
  out[10] = state.members.length;
  out[11] = finalHeight(state);
  out[12] = state.evidenceCount;
}

function finalHeight(state: State): number {
  return Math.max(0, state.decided - state.finalityDepth);
}

function roleOf(state: State): number {
  if (!isVoter(state)) return 2;
  return state.leader === state.self ? 0 : 1;
}

/** Everything it knows, as plain JSON-like data; hashes in full, signatures by signer only. */
export function inspect(state: State): NodeKnowledge {
  const { prepared } = state;
  const round = currentRound(state);
  const pool = sizeOf(state.pool);
  return {
    role: ROLES[roleOf(state)] ?? 'observer',
    epoch: state.view,
    height: state.decided,
    phase: PHASE_LABELS[state.phase],
    lock: prepared && { view: prepared.view, digest: prepared.digest, signers: signersOf(prepared.votes) },
    certificates: state.chain.slice(-LISTED).map(certificateOf),
    log: state.chain.slice(-LISTED).map(logEntryOf),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      leader: state.leader,
      members: [...state.members],
      quorum: state.quorum,
      tip: state.tip,
      heightInProgress: state.height,
      firstKeptHeight: firstKept(state),
      finalHeight: finalHeight(state),
      accepted: round.proposal === null ? null : { view: round.view, digest: round.digest },
      prepares: tallyOf(round.prepares),
      commits: tallyOf(round.commits),
      viewChanges: [...state.changes.values()].map(({ message, proof }) => ({
        signer: proof.signer,
        view: message.view,
        preparedView: message.prepared?.view ?? null,
      })),
      viewChangesStarted: state.changeCount,
      equivocationsSeen: state.evidenceCount,
      mempoolTransfers: pool.transfers,
      waitingForNextHeight: state.future.length,
      decidedByPeers: [...state.known],
    },
  };
}

function certificateOf({ block, view, votes }: DecidedEntry): unknown {
  return { height: block.height, view, digest: blockHash(block), signers: signersOf(votes) };
}

function logEntryOf({ block, view }: DecidedEntry): unknown {
  const { height, proposer, epoch, parent, validators } = block;
  return {
    height,
    view,
    digest: blockHash(block),
    parent,
    proposer,
    epoch,
    transfers: transferCount(block),
    validators,
  };
}
