/** Catching up and retransmission, this protocol's own part: what we repeat to a peer, and what makes a block prove itself. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { takeBlocks } from '../common/chain/sync.ts';
import { requestSync } from '../common/chain/status.ts';
import { isHelperOf } from '../common/relay.ts';
import { voteOf } from '../common/tally.ts';
import { compareVotes } from './evidence.ts';
import { finalise, jump } from './height.ts';
import type { DecidedEntry, SyncResponse } from './messages.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { commitMessage, prepareMessage } from './signing.ts';
import { checkSnapshot } from './snapshot.ts';
import { currentRound, type Out, type State } from './state.ts';
import { checkPlace } from './validity.ts';

/** Says again to one peer what we said in the view in progress. */
export function repeatTo(state: State, peer: NodeIndex, out: Out): void {
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
