/** What a validator shows of itself: the declared fields after every step, and everything on request. */
import { blockHash, transferCount } from '../../ledger/block.ts';
import { stateRoot } from '../../ledger/ledger.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import { signersOf } from '../common/shown.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import { type DecidedEntry, NIL, NO_ROUND, STEPS } from './messages.ts';
import { currentRound, proposerAt, type State } from './state.ts';
import { type PowerTally, powerFor } from './tally.ts';

const ROLES = ['proposer', 'validator'] as const;
/** The steps, and `commit` while a decided block has not arrived. */
const PHASES = [...STEPS.map((step) => (step === 'new-round' ? 'new round' : step)), 'commit'] as const;
/** Decided blocks and certificates that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Proposer of its round, or one of the validators that vote on the proposal.',
  },
  {
    name: 'epoch',
    label: 'Round',
    kind: 'epoch',
    explain: 'The round it is in at the height in progress; 0 unless a round failed.',
  },
  { name: 'height', label: 'Height', kind: 'slot', explain: 'The last height it decided.' },
  {
    name: 'phase',
    label: 'Step',
    kind: 'enum',
    values: PHASES,
    explain:
      'Waiting for the height, for a proposal, for prevotes, for precommits, or for a block that is decided already.',
  },
  {
    name: 'lockEpoch',
    label: 'Locked round',
    kind: 'epoch',
    explain: 'The round of its last precommit for a block of the height in progress.',
  },
  { name: 'mempool', label: 'Mempool', kind: 'count', explain: 'Batches that wait for a block.' },
  {
    name: 'validRound',
    label: 'Valid round',
    kind: 'epoch',
    explain: 'The last round in which it saw a polka: what it would propose again.',
  },
  { name: 'leader', label: 'Proposer', kind: 'node', explain: 'Whose turn it is to propose in its round.' },
  { name: 'prevotes', label: 'Prevote power', kind: 'count', explain: 'Voting power of all PREVOTEs of its round.' },
  {
    name: 'precommits',
    label: 'Precommit power',
    kind: 'count',
    explain: 'Voting power of all PRECOMMITs of its round.',
  },
  {
    name: 'nil',
    label: 'Nil power',
    kind: 'count',
    explain: 'Voting power of the PREVOTEs of its round that are for nil.',
  },
  { name: 'stalled', label: 'Stalled', kind: 'boolean', explain: 'It has decided nothing for the configured time.' },
  {
    name: 'silent',
    label: 'Silent validators',
    kind: 'count',
    explain: 'Validators that it has not heard of while consensus is stalled.',
  },
  { name: 'evidence', label: 'Evidence', kind: 'count', explain: 'Equivocations it can prove.' },
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Constant time: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  const round = currentRound(state);
  const proposer = proposerAt(state, state.round);
  out[0] = proposer === state.self ? 0 : 1;
  out[1] = state.round;
  out[2] = state.decided;
  out[3] = phaseOf(state);
  out[4] = state.lock.round;
  out[5] = state.waiting;
  out[6] = state.valid?.round ?? NO_ROUND;
  out[7] = proposer;
  out[8] = round.prevotes.heard;
  out[9] = round.precommits.heard;
  out[10] = powerFor(round.prevotes, NIL);
  out[11] = state.isStalled ? 1 : 0;
  out[12] = state.silentCount;
  out[13] = state.evidenceCount;
}

function phaseOf(state: State): number {
  return state.isAwaitingBlock ? PHASES.length - 1 : STEPS.indexOf(state.step);
}

/** Everything it knows, as plain JSON-like data; hashes in full, signatures by signer only. */
export function inspect(state: State): NodeKnowledge {
  const { lock, valid } = state;
  const round = currentRound(state);
  const pool = sizeOf(state.pool);
  const proposer = proposerAt(state, state.round);
  return {
    role: ROLES[proposer === state.self ? 0 : 1],
    epoch: state.round,
    height: state.decided,
    phase: PHASES[phaseOf(state)] ?? '',
    lock: lock.round === NO_ROUND ? null : { round: lock.round, digest: lock.digest },
    certificates: state.chain.slice(-LISTED).map(certificateOf),
    log: state.chain.slice(-LISTED).map(logEntryOf),
    ledgerRoot: stateRoot(state.ledger),
    balances: state.ledger.balances.slice(),
    mempoolSize: pool.batches,
    details: {
      proposer,
      votingPower: [...state.powers],
      quorumPower: state.quorum,
      proposerPriorities: [...state.priorities],
      tip: state.tip,
      heightInProgress: state.height,
      valid: valid && { round: valid.round, digest: valid.digest, signers: signersOf(valid.votes) },
      proposal: round.proposal && {
        digest: round.digest,
        validRound: round.proposal.message.validRound,
        isValid: round.isValid,
      },
      prevotes: tallyOf(round.prevotes),
      precommits: tallyOf(round.precommits),
      heardInRound: [...state.latest],
      roundsStarted: state.changeCount,
      equivocationsSeen: state.evidenceCount,
      mempoolTransfers: pool.transfers,
      waitingForNextHeight: state.future.length,
      decidedByPeers: [...state.known],
    },
  };
}

function tallyOf(tally: PowerTally): unknown {
  return tally.sets.map(({ digest, power, votes }) => ({ digest: digest || 'nil', power, signers: signersOf(votes) }));
}

function certificateOf({ block, round, votes }: DecidedEntry): unknown {
  return { height: block.height, round, digest: blockHash(block), signers: signersOf(votes) };
}

function logEntryOf({ block, round }: DecidedEntry): unknown {
  const { height, proposer, epoch, parent } = block;
  return { height, round, digest: blockHash(block), parent, proposer, epoch, transfers: transferCount(block) };
}
