/**
 * Catching up and retransmission: a validator that hears nothing says where it stands; whoever is ahead sends blocks that
 * prove themselves, whoever stands beside it repeats what it said. Ref: Castro & Liskov, TOCS 20(4), 2002 (status messages).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import { compare, countAhead, nextAhead } from '../common/chain/catch-up.ts';
import { keepForLater } from '../common/chain/future.ts';
import type { SyncRequest } from '../common/chain/messages.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { answerWithBlocks, askForBlocks, takeBlocks } from '../common/chain/sync.ts';
import { isHelperOf } from '../common/relay.ts';
import type { Arrival } from '../common/step.ts';
import { voteOf } from '../common/tally.ts';
import { compareVotes } from './evidence.ts';
import { finalise, jump } from './height.ts';
import type { DecidedEntry, HeightMessage, Status, SyncResponse } from './messages.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { commitMessage, prepareMessage } from './signing.ts';
import { checkSnapshot } from './snapshot.ts';
import { currentRound, type Out, type State } from './state.ts';
import { checkPlace } from './validity.ts';

/** Nothing decided for a period: tell everyone. Also asks again for blocks that did not come. */
export function onStatusTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  const quietSince = Math.max(state.progressAt, state.scheduledAt);
  if (now < quietSince + ctx.config.statusMicros) return;
  out.broadcast(ownStatus(state));
  const ahead = nextAhead(state);
  if (ahead !== null) requestSync(state, ahead, now, out, ctx);
}

function ownStatus(state: State): Status {
  return { type: 'status', height: state.decided, view: state.view };
}

export function onStatus(state: State, from: NodeIndex, message: Status, now: Micros, out: Out, ctx: Ctx): void {
  switch (compare(state, from, message.height, now)) {
    case 'ahead':
      return requestSync(state, from, now, out, ctx);
    case 'behind':
      return answerBehind(state, from, out);
    case 'level':
      return repeatTo(state, from, out);
  }
}

/** Says to one peer where we stand: it is behind, or asked for what we do not have. */
export function answerBehind(state: State, from: NodeIndex, out: Out): void {
  out.send(from, ownStatus(state));
}

/** Says again to one peer what we said in the view in progress. */
function repeatTo(state: State, peer: NodeIndex, out: Out): void {
  const { self, height } = state;
  const round = currentRound(state);
  const change = state.changes.get(self);
  if (state.phase === 'changing' && change !== undefined) out.relay(peer, change.message, change.proof);
  if (round.proposal !== null && (state.leader === self || isHelperOf(state, peer))) {
    out.relay(peer, round.proposal.message, round.proposal.proof);
  }
  const prepare = voteOf(round.prepares, self);
  if (prepare !== null) out.relay(peer, prepareMessage(height, round.view, prepare.digest), prepare.proof);
  const commit = voteOf(round.commits, self);
  if (commit !== null) out.relay(peer, commitMessage(height, round.view, commit.digest), commit.proof);
}

/** A message for a later height; f+1 senders at the next one are reason to ask. */
export function onFuture(state: State, arrival: Arrival<HeightMessage>, out: Out, ctx: Ctx): void {
  const { message, proof, now } = arrival;
  const areEnoughAhead = (): boolean => countAhead(state) >= Math.max(2, oneCorrect(state.members.length));
  const isReason = keepForLater(state, arrival, message.height, areEnoughAhead, out);
  if (isReason) requestSync(state, proof.signer, now, out, ctx);
}

/** Asks `peer` for what follows our last block, unless an answer is due. */
export function requestSync(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  askForBlocks(state, peer, now, ctx.config.statusMicros, out);
}

export function onSyncRequest(state: State, from: NodeIndex, message: SyncRequest, out: Out, ctx: Ctx): void {
  if (!answerWithBlocks(state, from, message, ctx.config.syncBatch, out)) answerBehind(state, from, out);
}

/** Takes over blocks, each proved by its certificate, or the state of a peer; and asks on while the peer has more. */
export function onSyncResponse(
  state: State,
  from: NodeIndex,
  message: SyncResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const taking = {
    check: (entry: DecidedEntry) => checkEntry(state, entry, ctx),
    take(entry: DecidedEntry) {
      const vote = commitMessage(state.height, entry.view, blockHash(entry.block));
      compareVotes(state, state.rounds.get(entry.view), vote, entry.votes, out);
      finalise(state, entry, now, out, ctx);
    },
    checkSnapshot: (snapshot: Snapshot<DecidedEntry>) => checkSnapshot(state, snapshot, ctx),
    jump: (snapshot: Snapshot<DecidedEntry>) => jump(state, snapshot, now, out, ctx),
  };
  if (takeBlocks(state, from, message, now, taking, out)) requestSync(state, from, now, out, ctx);
}

/** Null when a quorum of the height's members committed the block and it may follow our last one. */
function checkEntry(state: State, { block, view, votes }: DecidedEntry, ctx: Ctx): string | null {
  const misplaced = checkPlace(state, block, ctx);
  if (misplaced !== null) return misplaced;
  const vote = commitMessage(block.height, view, blockHash(block));
  return verifyCertificate(vote, votes, state, ctx) ?? checkBlock(state.ledger, block, blockRules(ctx));
}
