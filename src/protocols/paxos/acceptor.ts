/** Acceptors: promises and acceptances, durable before they are said. Ref: Paxos Made Simple, §2.2, §2.5. */
import type { NodeIndex } from '../../core/ids.ts';
import { blockHash } from '../../ledger/block.ts';
import { keptAt } from '../common/chain/kept.ts';
import { hearProposer } from './leadership.ts';
import { chosenFrom, learnUpTo } from './learner.ts';
import type { Accept, Accepted, Heartbeat, Prepare } from './messages.ts';
import { ownerOf } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, mayAccept } from './rules.ts';
import type { Out, State } from './state.ts';

/** Promises to take part in no lower ballot. */
export function promise(state: State, ballot: number, out: Out): void {
  if (ballot <= state.promised) return;
  state.promised = ballot;
  out.persist({ kind: 'promised', ballot });
}

export function accept(state: State, accepted: Accepted, out: Out): void {
  out.persist({ kind: 'accepted', accepted });
  state.accepted.set(accepted.block.height, accepted);
}

/** What this acceptor accepted beyond what it knows to be chosen, by instance. */
export function acceptedOf(state: State): readonly Accepted[] {
  return [...state.accepted.values()].sort((a, b) => a.block.height - b.block.height);
}

/** Whether the ballot may go on here; if not, its proposer hears why. */
function isWelcome(state: State, from: NodeIndex, ballot: number, out: Out): boolean {
  if (ownerOf(ballot, state.validatorCount) !== from) {
    out.note(NOTE.notOwner);
    return false;
  }
  if (mayAccept(state.promised, ballot)) return true;
  out.send(from, { type: 'refusal', ballot: state.promised });
  return false;
}

/** Phase 1b. Ref: §2.2. */
export function onPrepare(state: State, from: NodeIndex, message: Prepare, out: Out, ctx: Ctx): void {
  const { ballot, instance } = message;
  if (!isWelcome(state, from, ballot, out)) return;
  promise(state, ballot, out);
  hearProposer(state, ballot, out, ctx);
  const chosen = chosenFrom(state, instance, ctx);
  out.send(from, { type: 'promise', ballot, chosen, known: state.decided, accepted: acceptedOf(state) });
}

/** Phase 2b. Ref: §2.2. */
export function onAccept(state: State, from: NodeIndex, message: Accept, out: Out, ctx: Ctx): void {
  const { ballot, block, known } = message;
  if (!isWelcome(state, from, ballot, out)) return;
  promise(state, ballot, out);
  hearProposer(state, ballot, out, ctx);
  learnUpTo(state, known, ballot, from, out, ctx);
  const digest = blockHash(block);
  if (block.height > state.decided) {
    accept(state, { ballot, block }, out);
  } else {
    const chosen = keptAt(state, block.height);
    if (chosen === undefined) return out.note(NOTE.forgotten);
    if (blockHash(chosen) !== digest) return out.note(NOTE.contradictsChosen);
  }
  out.send(from, { type: 'accepted', ballot, instance: block.height, digest });
}

export function onHeartbeat(state: State, from: NodeIndex, message: Heartbeat, out: Out, ctx: Ctx): void {
  const { ballot, known } = message;
  if (!isWelcome(state, from, ballot, out)) return;
  promise(state, ballot, out);
  hearProposer(state, ballot, out, ctx);
  learnUpTo(state, known, ballot, from, out, ctx);
}
