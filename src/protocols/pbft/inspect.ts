/** What a replica shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import { signersOf, tallyOf } from '../common/shown.ts';
import { votesFor } from '../common/tally.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import { requestDigest } from './signing.ts';
import type { Executed } from './messages.ts';
import { executedOf, isPrimary, type Slot, type State, slotsAscending } from './state.ts';

const ROLES = ['primary', 'backup'] as const;
/** Of the lowest number that is not executed. */
const PHASES = ['waiting', 'pre-prepared', 'prepared', 'committed', 'view change'] as const;
/** Executed requests and certificates that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Primary of its view, or one of the backups that check it.',
  },
  { name: 'epoch', label: 'View', kind: 'epoch', explain: 'The view it is in, or asks for while it changes the view.' },
  { name: 'height', label: 'Executed', kind: 'slot', explain: 'The last sequence number it executed.' },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES,
    explain: 'How far the lowest sequence number has got that it has not executed.',
  },
  {
    name: 'lockEpoch',
    label: 'Prepared in view',
    kind: 'epoch',
    explain: 'View of its prepared certificate for the lowest sequence number that it has not executed.',
  },
  {
    name: 'mempool',
    label: 'Requests',
    kind: 'count',
    explain: 'Batches of clients that have no sequence number yet.',
  },
  { name: 'leader', label: 'Primary', kind: 'node', explain: 'Whom it takes for the primary of its view.' },
  {
    name: 'inFlight',
    label: 'In flight',
    kind: 'count',
    explain: 'Sequence numbers that are assigned in its view and not executed.',
  },
  { name: 'low', label: 'Low watermark', kind: 'slot', explain: 'Its last stable checkpoint, h.' },
  { name: 'high', label: 'High watermark', kind: 'slot', explain: 'The highest sequence number it takes part in, H.' },
  {
    name: 'prepares',
    label: 'PREPAREs',
    kind: 'count',
    explain: 'Distinct votes for the lowest request not executed, its pre-prepare included.',
  },
  {
    name: 'commits',
    label: 'COMMITs',
    kind: 'count',
    explain: 'Distinct COMMITs for the lowest request not executed.',
  },
  { name: 'changes', label: 'View changes', kind: 'count', explain: 'Replicas whose VIEW-CHANGE it holds.' },
  { name: 'evidence', label: 'Evidence', kind: 'count', explain: 'Equivocations it can prove.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const executed = executedOf(state);
  const slot = state.log.get(executed + 1);
  const round = slot?.rounds.get(state.view);
  out[0] = isPrimary(state) ? 0 : 1;
  out[1] = state.view;
  out[2] = executed;
  out[3] = phaseOf(state, slot);
  out[4] = slot?.prepared?.view ?? -1;
  out[5] = state.waiting;
  out[6] = state.primary;
  out[7] = inFlightOf(state);
  out[8] = state.stable.sequence;
  out[9] = state.stable.sequence + state.window;
  out[10] = round === undefined || round.digest === '' ? 0 : votesFor(round.prepares, round.digest).length;
  out[11] = round === undefined || round.digest === '' ? 0 : votesFor(round.commits, round.digest).length;
  out[12] = state.changes.size;
  out[13] = state.evidenceCount;
}

function inFlightOf(state: State): number {
  return Math.max(0, state.nextSequence - 1 - executedOf(state));
}

function phaseOf(state: State, slot: Slot | undefined): number {
  if (state.isChanging) return 4;
  if (slot === undefined) return 0;
  if (slot.committed !== null) return 3;
  if (slot.prepared?.view === state.view) return 2;
  return (slot.rounds.get(state.view)?.digest ?? '') === '' ? 0 : 1;
}

/** Everything it knows, as plain JSON-like data; hashes in full, signatures by signer only. */
export function inspect(state: State): NodeKnowledge {
  const executed = executedOf(state);
  const slot = state.log.get(executed + 1);
  const pool = sizeOf(state.pool);
  return {
    role: ROLES[isPrimary(state) ? 0 : 1],
    epoch: state.view,
    height: executed,
    phase: PHASES[phaseOf(state, slot)] ?? 'waiting',
    lock: slot?.prepared == null ? null : claimOf(slot),
    certificates: state.chain.slice(-LISTED).map(certificateOf),
    log: state.chain.slice(-LISTED).map(logEntryOf),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      primary: state.primary,
      quorum: state.quorum,
      tip: state.tip,
      stableCheckpoint: {
        sequence: state.stable.sequence,
        digest: state.stable.digest,
        signers: signersOf(state.stableProof),
      },
      watermarks: { low: state.stable.sequence, high: state.stable.sequence + state.window },
      nextSequence: state.nextSequence,
      inFlight: slotsAscending(state)
        .filter(({ sequence }) => sequence > executed)
        .map((each) => inFlightEntry(state, each)),
      checkpoints: [...state.checkpoints].map(([sequence, tally]) => ({ sequence, votes: tallyOf(tally) })),
      viewChanges: [...state.changes.values()].map(({ message, proof }) => ({
        signer: proof.signer,
        view: message.view,
        stable: message.stable.sequence,
        prepared: message.prepared.map(({ sequence, view }) => ({ sequence, view })),
      })),
      awaited: state.awaited,
      timeoutDoublings: state.doublings,
      viewChangesStarted: state.changeCount,
      equivocationsSeen: state.evidenceCount,
      mempoolTransfers: pool.transfers,
      executedByPeers: [...state.known],
    },
  };
}

function claimOf({ prepared }: Slot): unknown {
  if (prepared === null) return null;
  const { sequence, view, digest, votes } = prepared;
  return { sequence, view, digest, signers: signersOf(votes) };
}

function inFlightEntry(state: State, slot: Slot): unknown {
  const { sequence, rounds, requests, prepared, committed } = slot;
  const round = rounds.get(state.view);
  return {
    sequence,
    digest: round?.digest ?? '',
    hasRequest: requests.has(committed?.digest ?? round?.digest ?? ''),
    prepares: round === undefined ? [] : tallyOf(round.prepares),
    commits: round === undefined ? [] : tallyOf(round.commits),
    preparedView: prepared?.view ?? null,
    isCommitted: committed !== null,
  };
}

function certificateOf({ request, view, votes }: Executed): unknown {
  return { sequence: request.sequence, view, digest: requestDigest(request), signers: signersOf(votes) };
}

function logEntryOf({ request, view, block }: Executed): unknown {
  return {
    height: block.height,
    view,
    digest: requestDigest(request),
    block: blockHash(block),
    parent: block.parent,
    proposer: block.proposer,
    epoch: block.epoch,
    transfers: transferCount(block),
  };
}
