/** The ordinary case: propose, prepare, commit. Ref: PBFT §4.2. */
import type { NodeIndex } from '../../../core/ids.ts';
import { quorumSize } from '../../../core/quorum.ts';
import type { SignedRef } from '../../protocol.ts';
import { addVote, type Tally, voteOf, votesFor } from '../tally.ts';
import type { Commit, Prepare, Propose } from './messages.ts';
import { NOTE } from './notes.ts';
import { mayVote } from './rules.ts';
import { enterSlot, leaderOf, type OrderState, type Proposal, VIEWS_AHEAD, votesIn } from './state.ts';
import type { Group, Port } from './types.ts';

/** A leader with nothing in hand proposes what waits. */
export function propose<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  const { slot, view } = state;
  if (leaderOf(group, view) !== group.self || state.proposal !== null || !mayVote(state, view)) return;
  const value = port.candidate();
  if (value === null) return;
  const digest = port.digestOf(value);
  port.persist({ kind: 'order-voted', slot, view, value });
  const proof = port.cast({ type: 'order-propose', group: group.id, slot, view, value });
  accept(state, { view, value, digest, proof }, group, port);
}

export function onPropose<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: Propose<V>,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  const { view, value } = message;
  if (from !== leaderOf(group, view)) return port.note(NOTE.notLeader);
  const digest = port.digestOf(value);
  const { proposal } = state;
  if (proposal !== null && proposal.view === view) {
    if (proposal.digest === digest || proposal.proof === null) return;
    const first = { message: { ...message, value: proposal.value }, proof: proposal.proof };
    return port.evidence(from, 'two proposals in one view', first, { message, proof });
  }
  if (!mayVote(state, view)) return;
  const refusal = port.refusal(value);
  if (refusal !== null) return port.note(refusal);
  port.persist({ kind: 'order-voted', slot: state.slot, view, value });
  accept(state, { view, value, digest, proof }, group, port);
}

/** Casts the first vote for a value that was persisted as voted for. */
export function accept<V>(state: OrderState<V>, proposal: Proposal<V>, group: Group, port: Port<V>): void {
  const { view, digest, value } = proposal;
  state.proposal = proposal;
  state.values.set(digest, value);
  state.voted = { view, digest };
  const vote: Prepare = { type: 'order-prepare', group: group.id, slot: state.slot, view, digest };
  const proof = port.cast(vote);
  onPrepare(state, group.self, vote, proof, group, port);
}

export function onPrepare<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: Prepare,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  const { view, digest } = message;
  if (view > state.view + VIEWS_AHEAD || view < state.view) return;
  const { prepares } = votesIn(state, view, group);
  count(prepares, from, message, proof, group, port);
  if (view !== state.view || state.isChanging || state.proposal?.digest !== digest) return;
  const votes = votesFor(prepares, digest);
  if (votes.length < quorumSize(group.members.length) || state.prepared?.view === view) return;
  const prepared = { view, value: state.proposal.value, proofs: votes.slice() };
  state.prepared = { ...prepared, digest };
  port.persist({ kind: 'order-prepared', slot: state.slot, prepared });
  const commit: Commit = { type: 'order-commit', group: group.id, slot: state.slot, view, digest };
  const own = port.cast(commit);
  onCommit(state, group.self, commit, own, group, port);
}

/** Counted in every view: a quorum that decided in a lower one is right still. */
export function onCommit<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: Commit,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  const { view, digest, slot } = message;
  if (view > state.view + VIEWS_AHEAD || slot !== state.slot) return;
  const { commits } = votesIn(state, view, group);
  count(commits, from, message, proof, group, port);
  const value = state.values.get(digest);
  const votes = votesFor(commits, digest);
  if (value === undefined || votes.length < quorumSize(group.members.length)) return;
  decide(state, { view, value, proofs: votes.slice() }, false, group, port);
}

/** Second votes that were counted before their value was known. */
export function recount<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  for (const [view, { commits }] of state.votes) {
    for (const { digest, votes } of commits.sets) {
      const value = state.values.get(digest);
      if (value === undefined || votes.length < quorumSize(group.members.length)) continue;
      return decide(state, { view, value, proofs: votes.slice() }, false, group, port);
    }
  }
}

export function decide<V>(
  state: OrderState<V>,
  entry: { readonly view: number; readonly value: V; readonly proofs: readonly SignedRef[] },
  isFetched: boolean,
  group: Group,
  port: Port<V>,
): void {
  const { slot } = state;
  port.persist({ kind: 'order-decided', slot, ...entry });
  enterSlot(state, entry);
  state.patience = group.patienceMicros;
  state.isWatching = false;
  port.cancelTimer({ kind: 'order-nudge' });
  port.cancelTimer({ kind: 'order-change' });
  port.decided(slot, entry.view, entry.value, isFetched);
}

/** A second vote that contradicts the first is evidence; it does not count. */
function count<V>(
  tally: Tally,
  from: NodeIndex,
  message: Prepare | Commit,
  proof: SignedRef,
  { members }: Group,
  port: Port<V>,
): void {
  const place = members.indexOf(from);
  if (addVote(tally, place, message.digest, proof, true) !== 'conflicting' || tally.caught.includes(place)) return;
  const chosen = tally.sets[tally.choice[place] ?? -1];
  const before = chosen?.votes.find(({ signer }) => signer === from) ?? voteOf(tally, place)?.proof;
  if (chosen === undefined || before === undefined) return;
  tally.caught.push(place);
  const first = { message: { ...message, digest: chosen.digest }, proof: before };
  port.evidence(from, 'two votes in one view', first, { message, proof });
}
