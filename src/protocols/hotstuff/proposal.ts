/** PROPOSAL: made by the leader on top of the highest certificate, checked by everyone, answered with VOTE. Ref: Algorithms 2 and 3. */
import type { Micros } from '../../core/time.ts';
import { buildBlock } from '../../ledger/block.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import { areSigned, blockRules } from '../common/blocks.ts';
import type { SignedRef } from '../protocol.ts';
import { addBlock, adopt, onCertificate } from './certify.ts';
import { reportProposals } from './evidence.ts';
import { refusalOf } from './ledgers.ts';
import type { Proposal, Qc, Wish } from './messages.ts';
import { NOTE } from './notes.ts';
import { checkTimeouts, type Ctx, isSafe, mayVote } from './rules.ts';
import { digestOf, digestOfQc, heightOf, viewOf, voteMessage } from './signing.ts';
import { currentRound, isChained, leaderOf, type Out, type Round, roundAt, type State } from './state.ts';
import { extendsLock, ledgerAt } from './tree.ts';
import { isWanted } from './view.ts';
import { sendVote } from './votes.ts';

/**
 * Whether we may propose in the view in progress: we lead it, have not voted in it (we vote for what we propose), have not given
 * it up, and a quorum wants it, by its NEW-VIEWs or, in the chained form, by its votes for the block before.
 */
export function isOurTurn(state: State): boolean {
  const { view } = state;
  if (state.leader !== state.self || state.wish > view || state.voted.view >= view) return false;
  return (isChained(state) && viewOf(state.highQc) === view - 1) || isWanted(state, view);
}

/** Arms the proposal of the view in progress, where it is our turn and the block to build on is here. */
export function prepareToPropose(state: State, now: Micros, out: Out): void {
  if (state.armedView === state.view || !isOurTurn(state)) return;
  if (ledgerAt(state, digestOfQc(state.highQc)) === null) return;
  state.armedView = state.view;
  // At least 1 µs, so that a network of one with no block time cannot decide without end at one moment.
  out.setTimer({ kind: 'propose', view: state.view }, Math.max(1, state.proposeAt - now));
}

export function onProposeTimer(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (view !== state.view || !isOurTurn(state)) return;
  const { highQc } = state;
  const ledger = ledgerAt(state, digestOfQc(highQc));
  if (ledger === null) return;
  const parent = digestOfQc(highQc);
  const header = { height: heightOf(highQc) + 1, parent, proposer: state.self, epoch: view, validators: null };
  const block = buildBlock(ledger, selectable(state), header, blockRules(ctx));
  const message: Proposal = { type: 'proposal', view, block, justify: highQc, ...timeoutsFor(state) };
  const proof = out.broadcast(message);
  keep(currentRound(state), message, proof);
  considerProposal(state, currentRound(state), now, out, ctx);
}

/** The timeout certificate that the two-chain form wants where the view before has no certificate. Ref: Jolteon, fig. 2. */
function timeoutsFor({ mode, view, highQc, wishProofs, quorum }: State): Pick<Proposal, 'timeouts'> {
  if (mode !== 'two-chain' || viewOf(highQc) === view - 1) return {};
  const wishes = wishProofs.filter((wish) => wish !== null && wish.view >= view) as Wish[];
  return { timeouts: wishes.slice(0, quorum) };
}

/** A copy to choose from: choosing drops what the undecided blocks below execute, and these may be abandoned. */
export function selectable({ pool, waiting }: State): Mempool {
  if (waiting === 0) return pool;
  const queues = pool.queues.map(({ batches, transferCount }) => ({ batches: new Map(batches), transferCount }));
  return { ...pool, queues };
}

function keep(round: Round, message: Proposal, proof: SignedRef): void {
  round.proposal = { message, proof };
  round.digest = digestOf(message);
}

/** `proof.signer` made the proposal. Its certificate counts even where the block does not. */
export function onProposal(state: State, message: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  if (leaderOf(message.view, state.validatorCount) !== proof.signer) return out.note(NOTE.notLeader);
  if (!isWellPlaced(message.block, message.justify)) return out.note(NOTE.wrongPlace);
  if (message.block.proposer !== proof.signer) return out.note(NOTE.wrongLeader);
  if (!onCertificate(state, message.justify, proof.signer, now, out, ctx)) return;
  const round = roundAt(state, message.view);
  if (round === null) return out.note(NOTE.viewTooFar);
  if (round.proposal !== null) {
    if (reportProposals(state, round, message, proof, out)) out.note(NOTE.secondProposal);
    return;
  }
  keep(round, message, proof);
  considerProposal(state, round, now, out, ctx);
}

/** On top of the block that the certificate names, in a later view than that. */
function isWellPlaced(block: Block, justify: Qc | null): boolean {
  return (
    block.parent === digestOfQc(justify) && block.height === heightOf(justify) + 1 && block.epoch > viewOf(justify)
  );
}

/** Checks the block of a round once its parent is here, and votes for it while the view lasts. Runs after every step. */
export function considerProposal(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): void {
  const message = round.proposal?.message;
  if (message === undefined || round.isRefused) return;
  if (!state.tree.has(round.digest)) {
    const refusal = takeBlock(state, message, now, out, ctx);
    if (refusal === null) return;
    if (refusal !== '') {
      round.isRefused = true;
      return out.note(refusal);
    }
  }
  if (round.view === state.view) tryVote(state, round, message, now, out, ctx);
}

/** '' when the block stands in the tree now, null while its parent is awaited, otherwise why it is refused. */
function takeBlock(state: State, { block, justify }: Proposal, now: Micros, out: Out, ctx: Ctx): string | null {
  if (ledgerAt(state, block.parent) === null) {
    return block.height <= state.decided + 1 ? NOTE.decidedOtherwise : null;
  }
  const refusal = checkContent(state, block, ctx);
  if (refusal !== null) return refusal;
  // The parent may have come after the certificate: every block in the tree has one for the block below it.
  if (justify !== null) adopt(state, justify, out, ctx);
  state.proposeAt = now + ctx.config.blockMicros;
  addBlock(state, block, out, ctx);
  return '';
}

/** Null when the block may follow on its parent's ledger and its clients signed its batches. */
export function checkContent(state: State, block: Block, ctx: Ctx): string | null {
  const ledger = ledgerAt(state, block.parent);
  if (ledger === null) return NOTE.wrongPlace;
  const refusal = refusalOf(ledger, block, blockRules(ctx));
  if (refusal !== null) return `block refused: ${refusal}`;
  return areSigned(block.batches, state.pool, ctx) ? null : NOTE.badBatch;
}

/** Ref: Algorithm 1, `safeNode`; Algorithm 2, lines 8–13; Algorithm 3, lines 12–15. */
function tryVote(state: State, round: Round, message: Proposal, now: Micros, out: Out, ctx: Ctx): void {
  if (state.wish > state.view || !mayVote(state.voted, state.view, 0)) return;
  const { block } = message;
  const refusal = state.mode === 'two-chain' ? checkTimely(message, ctx) : checkSafe(state, message, ctx);
  if (refusal !== null) {
    round.isRefused = true;
    return out.note(refusal);
  }
  sendVote(state, voteMessage('prepare', state.view, block.height, round.digest), now, out, ctx);
}

function checkSafe(state: State, { block, justify }: Proposal, ctx: Ctx): string | null {
  const extendsIt = extendsLock(state, block.parent);
  const place = { height: block.height, justifyView: viewOf(justify), extendsLock: extendsIt };
  return isSafe(place, state.lock, ctx.mutant) ? null : NOTE.unsafe;
}

function checkTimely({ view, justify, timeouts = [] }: Proposal, ctx: Ctx): string | null {
  return checkTimeouts(view, viewOf(justify), timeouts, ctx);
}
