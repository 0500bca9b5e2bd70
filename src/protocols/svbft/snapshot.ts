/**
 * Old blocks are forgotten, and a validator that missed more than the others kept takes over their state instead: the last
 * decided block, proved by its commit certificate, and the accounts behind that block's state root. Ref: PBFT §4.3 (discarding
 * old messages needs a provably correct state for those left behind); TOCS 20(4), 2002 (state transfer).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { blockHash } from '../../ledger/block.ts';
import { isStateAfter, standOn } from '../common/chain/snapshot.ts';
import type { Snapshot } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, quorumOf, verifyCertificate } from './rules.ts';
import { commitMessage } from './signing.ts';
import { appoint, moveToNextHeight, scheduledMembers, type State } from './state.ts';

/** Who votes at a height: the schedule is everybody's, so that a gap in the chain leaves no doubt about it. */
export function membersAt(height: number, ctx: Ctx): readonly NodeIndex[] {
  let members: readonly NodeIndex[] = Array.from({ length: ctx.validatorCount }, (_, node) => node);
  for (const change of ctx.config.validatorChanges)
    if (change.height < height) members = scheduledMembers(change.height, ctx) ?? members;
  return members;
}

/** Null when a quorum of the members of its height decided its block, and the accounts are those that the block's root names. */
export function checkSnapshot(state: State, { entry, ledger }: Snapshot, ctx: Ctx): string | null {
  const { block, view, votes } = entry;
  const members = membersAt(block.height, ctx);
  const electorate = { members, quorum: quorumOf(members.length, ctx.mutant) };
  const refusal = verifyCertificate(commitMessage(block.height, view, blockHash(block)), votes, electorate, ctx);
  if (refusal !== null) return refusal;
  return isStateAfter(block, ledger, state.ledger) ? null : NOTE.wrongState;
}

/** Stands where the snapshot stands: the members there are those of the schedule. */
export function install(state: State, snapshot: Snapshot, ctx: Ctx): void {
  standOn(state, snapshot, snapshot.entry.block, ctx.validatorCount);
  state.known[state.self] = state.decided;
  moveToNextHeight(state, ctx);
  // The rounds before are of another height than the one below ours.
  state.previous = null;
  appoint(state, membersAt(state.height, ctx), ctx);
}
