/** The ordinary case: propose, prepare, commit. Ref: PBFT §4.2. Who hears a vote depends on the way. */
import type { NodeIndex } from '../../../core/ids.ts';
import { quorumSize } from '../../../core/quorum.ts';
import type { SignedRef } from '../../protocol.ts';
import { addVote, type Tally, voteOf, votesFor } from '../tally.ts';
import type { Commit, Prepare, Prepared, Propose } from './messages.ts';
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
  const proof = say(vote, group, port);
  onPrepare(state, group.self, vote, proof, group, port);
}

/** All to all: to every member. Linear: to the leader alone, whose own vote stays with it. */
function say<V>(vote: Prepare | Commit, group: Group, port: Port<V>): SignedRef {
  if (port.way() === 'all-to-all') return port.cast(vote);
  const leader = leaderOf(group, vote.view);
  return leader === group.self ? port.sign(vote) : port.send(leader, vote);
}

/** Whether votes of the view are this member's to count. */
function counts<V>(view: number, group: Group, port: Port<V>): boolean {
  return port.way() === 'all-to-all' || leaderOf(group, view) === group.self;
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
  if (view > state.view + VIEWS_AHEAD || view < state.view || !counts(view, group, port)) return;
  const { prepares } = votesIn(state, view, group);
  count(prepares, from, message, proof, group, port);
  if (state.voted?.view === view) countOwn(prepares, { ...message, digest: state.voted.digest }, group, port);
  if (view !== state.view || state.isChanging || state.proposal?.digest !== digest) return;
  const votes = votesFor(prepares, digest);
  if (votes.length < quorumSize(group.members.length) || state.prepared?.view === view) return;
  const proofs = votes.slice();
  if (port.way() === 'linear') {
    port.cast({ type: 'order-prepared', group: group.id, slot: state.slot, view, digest, proofs });
  }
  prepare(state, { view, value: state.proposal.value, proofs }, group, port);
}

/** A quorum has cast first votes: the member holds on to the value, and casts its second. */
export function prepare<V>(state: OrderState<V>, prepared: Prepared<V>, group: Group, port: Port<V>): void {
  const { slot } = state;
  const { view, value } = prepared;
  const digest = port.digestOf(value);
  state.prepared = { ...prepared, digest };
  port.persist({ kind: 'order-prepared', slot, prepared });
  const commit: Commit = { type: 'order-commit', group: group.id, slot, view, digest };
  const own = say(commit, group, port);
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
  if (view > state.view + VIEWS_AHEAD || slot !== state.slot || !counts(view, group, port)) return;
  const { commits } = votesIn(state, view, group);
  count(commits, from, message, proof, group, port);
  if (state.prepared?.view === view) countOwn(commits, { ...message, digest: state.prepared.digest }, group, port);
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
  const { view, value, proofs } = entry;
  port.persist({ kind: 'order-decided', slot, ...entry });
  const tells = !isFetched && port.way() === 'linear' && leaderOf(group, view) === group.self;
  if (tells) port.cast({ type: 'order-final', group: group.id, slot, view, digest: port.digestOf(value), proofs });
  enterSlot(state, entry);
  state.patience = group.patienceMicros;
  state.isWatching = false;
  port.cancelTimer({ kind: 'order-nudge' });
  port.cancelTimer({ kind: 'order-change' });
  port.decided(slot, view, value, isFetched);
}

/** Linear: votes of a leader that were lost in a crash count again. */
function countOwn<V>(tally: Tally, vote: Prepare | Commit, { members, self }: Group, port: Port<V>): void {
  const place = members.indexOf(self);
  if (port.way() === 'all-to-all' || (tally.choice[place] ?? -1) >= 0) return;
  addVote(tally, place, vote.digest, port.sign(vote), true);
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
