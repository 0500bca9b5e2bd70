/** Catching up and retransmission, this protocol's own part: what we repeat to a peer, and what makes a block prove itself. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { checkBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import { isStateAfter, type Snapshot } from '../common/chain/snapshot.ts';
import { SYNC_NOTE, takeBlocks } from '../common/chain/sync.ts';
import { requestSync } from '../common/chain/status.ts';
import { isHelperOf } from '../common/relay.ts';
import { voteOf } from '../common/tally.ts';
import { compareVotes } from './evidence.ts';
import { finalise, jump } from './height.ts';
import type { DecidedEntry, SyncResponse } from './messages.ts';
import { type Ctx, verifyDecided } from './rules.ts';
import { commitMessage, decidingVote, voteMessage } from './signing.ts';
import { currentRound, type Out, type State } from './state.ts';
import { checkPlace } from './validity.ts';

/** Says again to one peer what we said in the view in progress. */
export function repeatTo(state: State, peer: NodeIndex, out: Out): void {
  const { self, height } = state;
  const round = currentRound(state);
  const change = state.changes.get(self);
  if (state.phase === 'changing' && change !== undefined) out.relay(peer, change.message, change.proof);
  if (round.proposal !== null && (state.primary === self || isHelperOf(state, peer))) {
    out.relay(peer, round.proposal.message, round.proposal.proof);
  }
  const vote = voteOf(round.votes, self);
  if (vote !== null) out.relay(peer, voteMessage(height, round.view, vote.digest), vote.proof);
  const commit = voteOf(round.commits, self);
  if (commit !== null) out.relay(peer, commitMessage(height, round.view, commit.digest), commit.proof);
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
      compareVotes(state, state.rounds.get(entry.view), decidingVote(entry), entry.votes, out);
      finalise(state, entry, now, out, ctx);
    },
    checkSnapshot: (snapshot: Snapshot<DecidedEntry>) => checkSnapshot(state, snapshot, ctx),
    jump: (snapshot: Snapshot<DecidedEntry>) => jump(state, snapshot, now, out, ctx),
  };
  if (takeBlocks(state, from, message, now, taking, out)) requestSync(state, from, now, out, ctx);
}

/** Null when the votes decide the block and it may follow our last one. */
function checkEntry(state: State, entry: DecidedEntry, ctx: Ctx): string | null {
  const misplaced = checkPlace(state, entry.block);
  if (misplaced !== null) return misplaced;
  return verifyDecided(entry, ctx) ?? checkBlock(state.ledger, entry.block, blockRules(ctx));
}

/** Null when its votes decide the block, and the accounts are those that the block's root names. */
function checkSnapshot(state: State, { entry, ledger }: Snapshot<DecidedEntry>, ctx: Ctx): string | null {
  const refusal = verifyDecided(entry, ctx);
  if (refusal !== null) return refusal;
  return isStateAfter(entry.block, ledger, state.ledger) ? null : SYNC_NOTE.wrongState;
}
