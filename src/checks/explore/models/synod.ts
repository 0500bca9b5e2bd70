/**
 * The single-decree synod: Lamport, "The Part-Time Parliament", ACM TOCS 16(2), 1998, §2, and "Paxos Made Simple", 2001, §2, in
 * the form of his TLA+ modules. `voting` is the abstract algorithm in which acceptors vote where it is shown to be safe
 * (module Voting); `synod` adds the messages 1a, 1b, 2a, 2b (module Paxos). Ballots run from 0; −1 stands for none.
 */
import type { Model, ModelProperty } from '../model.ts';

export interface SynodSize {
  readonly acceptors: number;
  readonly values: number;
  readonly ballots: number;
}

export interface VotingState {
  readonly maxBallot: readonly number[];
  /** By acceptor and ballot: the value voted for, or −1. */
  readonly votes: readonly (readonly number[])[];
}

interface VotingAction {
  readonly acceptor: number;
  readonly ballot: number;
  /** −1: only raises its ballot. */
  readonly value: number;
}

export function voting(size: SynodSize): Model<VotingState, VotingAction> {
  const { acceptors, values, ballots } = size;
  const quorums = majorities(acceptors);
  const all = range(acceptors);
  return {
    name: 'voting',
    explain: `votes that are shown to be safe, ${describe(size)} (Lamport, module Voting)`,
    initial: () => [{ maxBallot: all.map(() => -1), votes: all.map(() => range(ballots).map(() => -1)) }],
    actions: (state) =>
      all.flatMap((acceptor) =>
        range(ballots).flatMap((ballot) => [
          ...(ballot > at(state.maxBallot, acceptor) ? [{ acceptor, ballot, value: -1 }] : []),
          ...range(values)
            .filter((value) => mayVote(state, quorums, acceptor, ballot, value))
            .map((value) => ({ acceptor, ballot, value })),
        ]),
      ),
    next: ({ maxBallot, votes }, { acceptor, ballot, value }) => ({
      maxBallot: replaced(maxBallot, acceptor, ballot),
      votes: value < 0 ? votes : replaced(votes, acceptor, replaced(votes[acceptor] ?? [], ballot, value)),
    }),
    key: ({ maxBallot, votes }) => `${maxBallot.join()}|${votes.map((row) => row.join()).join(';')}`,
    actionKey: ({ acceptor, ballot, value }) => `${acceptor} ${ballot} ${value}`,
    show: ({ acceptor, ballot, value }) =>
      value < 0 ? `a${acceptor} promises ballot ${ballot}` : `a${acceptor} votes for ${value} in ballot ${ballot}`,
    properties: [
      agreement((state) => chosenBy(quorums, ballots, (a, b) => state.votes[a]?.[b] ?? -1)),
      {
        name: 'can choose',
        kind: 'sometimes',
        holds: (state) => chosenBy(quorums, ballots, (a, b) => state.votes[a]?.[b] ?? -1).size > 0,
      },
    ],
    orbit: (state) => orbitOf(state, acceptors, values),
  };
}

/** The four conditions of VoteFor. */
function mayVote(state: VotingState, quorums: readonly number[][], a: number, ballot: number, value: number): boolean {
  const { votes, maxBallot } = state;
  if (at(maxBallot, a) > ballot || at(votes[a] ?? [], ballot) >= 0) return false;
  if (votes.some((row, other) => other !== a && at(row, ballot) >= 0 && at(row, ballot) !== value)) return false;
  return quorums.some((quorum) => showsSafe(state, quorum, ballot, value));
}

/** A quorum that promised the ballot and whose last vote below it, if any, is for the value. */
function showsSafe(
  { votes, maxBallot }: VotingState,
  quorum: readonly number[],
  ballot: number,
  value: number,
): boolean {
  if (quorum.some((acceptor) => at(maxBallot, acceptor) < ballot)) return false;
  for (let below = ballot - 1; below >= 0; below--) {
    const cast = quorum.map((acceptor) => at(votes[acceptor] ?? [], below)).filter((vote) => vote >= 0);
    if (cast.length > 0) return cast.includes(value);
  }
  return true;
}

/** All states that differ by the names of acceptors and values. */
function orbitOf({ maxBallot, votes }: VotingState, acceptors: number, values: number): VotingState[] {
  const ofAcceptors = permutations(acceptors);
  const ofValues = permutations(values);
  return ofAcceptors.flatMap((order) =>
    ofValues.map((names) => ({
      maxBallot: order.map((acceptor) => at(maxBallot, acceptor)),
      votes: order.map((acceptor) => (votes[acceptor] ?? []).map((vote) => (vote < 0 ? vote : at(names, vote)))),
    })),
  );
}

export interface SynodState {
  readonly maxBallot: readonly number[];
  readonly votedBallot: readonly number[];
  readonly votedValue: readonly number[];
  /** Texts of the messages sent, ascending: `1a b`, `1b a b votedBallot votedValue`, `2a b v`, `2b a b v`. */
  readonly sent: readonly string[];
}

interface SynodAction {
  readonly kind: '1a' | '1b' | '2a' | '2b';
  readonly acceptor: number;
  readonly ballot: number;
  readonly value: number;
}

/** own-value: a proposer puts forward its own value whatever the promises carry. */
export type SynodMutant = 'own-value' | null;

export function synod(size: SynodSize, mutant: SynodMutant = null): Model<SynodState, SynodAction> {
  const { acceptors, ballots } = size;
  const quorums = majorities(acceptors);
  const none = range(acceptors).map(() => -1);
  const chosen = (state: SynodState): Set<number> => {
    const votes = state.sent
      .filter((text) => text.startsWith('2b'))
      .map((text) => text.split(' ').slice(1).map(Number));
    const of = (a: number, b: number): number => votes.find(([by, in_]) => by === a && in_ === b)?.[2] ?? -1;
    return chosenBy(quorums, ballots, of);
  };
  return {
    name: 'synod',
    explain: `single-decree Paxos with messages, ${describe(size)} (Lamport, module Paxos)`,
    initial: () => [{ maxBallot: none, votedBallot: none, votedValue: none, sent: [] }],
    actions: (state) => synodActions(state, size, quorums, mutant),
    next: synodNext,
    key: ({ maxBallot, votedBallot, votedValue, sent }) =>
      [maxBallot.join(), votedBallot.join(), votedValue.join(), sent.join()].join('|'),
    actionKey: ({ kind, acceptor, ballot, value }) => `${kind} ${acceptor} ${ballot} ${value}`,
    show: ({ kind, acceptor, ballot, value }) =>
      `${kind}${acceptor < 0 ? '' : ` a${acceptor}`} ballot ${ballot}${value < 0 ? '' : ` value ${value}`}`,
    properties: [
      agreement(chosen),
      { name: 'can choose', kind: 'sometimes', holds: (state) => chosen(state).size > 0 },
    ],
  };
}

function synodActions(
  state: SynodState,
  { acceptors, values, ballots }: SynodSize,
  quorums: readonly number[][],
  mutant: SynodMutant,
): SynodAction[] {
  const actions: SynodAction[] = [];
  for (let ballot = 0; ballot < ballots; ballot++) {
    actions.push({ kind: '1a', acceptor: -1, ballot, value: -1 });
    for (let value = 0; value < values; value++) {
      if (mayPropose(state, quorums, ballot, value, mutant)) actions.push({ kind: '2a', acceptor: -1, ballot, value });
    }
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      const promised = at(state.maxBallot, acceptor);
      if (state.sent.includes(`1a ${ballot}`) && ballot > promised)
        actions.push({ kind: '1b', acceptor, ballot, value: -1 });
      for (let value = 0; value < values; value++) {
        if (state.sent.includes(`2a ${ballot} ${value}`) && ballot >= promised)
          actions.push({ kind: '2b', acceptor, ballot, value });
      }
    }
  }
  return actions;
}

/** Phase 2a: promises of a quorum, and the value of the highest vote among them. */
function mayPropose(
  { sent }: SynodState,
  quorums: readonly number[][],
  ballot: number,
  value: number,
  mutant: SynodMutant,
): boolean {
  if (sent.some((text) => text.startsWith(`2a ${ballot} `))) return false;
  const promises = sent.filter((text) => text.startsWith('1b')).map((text) => text.split(' ').slice(1).map(Number));
  return quorums.some((quorum) => {
    const theirs = promises.filter(([acceptor = -1, of]) => of === ballot && quorum.includes(acceptor));
    if (!quorum.every((member) => theirs.some(([acceptor]) => acceptor === member))) return false;
    const voted = theirs.filter(([, , below = -1]) => below >= 0);
    if (voted.length === 0 || mutant === 'own-value') return true;
    const highest = Math.max(...voted.map(([, , below = -1]) => below));
    return voted.some(([, , below, choice]) => below === highest && choice === value);
  });
}

function synodNext(state: SynodState, { kind, acceptor, ballot, value }: SynodAction): SynodState {
  const { maxBallot, votedBallot, votedValue } = state;
  switch (kind) {
    case '1a':
      return { ...state, sent: withText(state.sent, `1a ${ballot}`) };
    case '2a':
      return { ...state, sent: withText(state.sent, `2a ${ballot} ${value}`) };
    case '1b': {
      const text = `1b ${acceptor} ${ballot} ${at(votedBallot, acceptor)} ${at(votedValue, acceptor)}`;
      return { ...state, maxBallot: replaced(maxBallot, acceptor, ballot), sent: withText(state.sent, text) };
    }
    case '2b':
      return {
        maxBallot: replaced(maxBallot, acceptor, ballot),
        votedBallot: replaced(votedBallot, acceptor, ballot),
        votedValue: replaced(votedValue, acceptor, value),
        sent: withText(state.sent, `2b ${acceptor} ${ballot} ${value}`),
      };
  }
}

function agreement<S>(chosen: (state: S) => ReadonlySet<number>): ModelProperty<S> {
  return { name: 'agreement', kind: 'always', holds: (state) => chosen(state).size <= 1 };
}

/** Values that all of some quorum voted for in one ballot. */
function chosenBy(
  quorums: readonly number[][],
  ballots: number,
  vote: (acceptor: number, ballot: number) => number,
): Set<number> {
  const chosen = new Set<number>();
  for (let ballot = 0; ballot < ballots; ballot++) {
    for (const quorum of quorums) {
      const first = vote(quorum[0] ?? 0, ballot);
      if (first >= 0 && quorum.every((acceptor) => vote(acceptor, ballot) === first)) chosen.add(first);
    }
  }
  return chosen;
}

const describe = ({ acceptors, values, ballots }: SynodSize): string =>
  `${acceptors} acceptors, ${values} values, ${ballots} ballots`;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const at = (items: readonly number[], index: number): number => items[index] ?? -1;
const withText = (sent: readonly string[], text: string): readonly string[] =>
  sent.includes(text) ? sent : [...sent, text].sort();

function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((other, i) => (i === index ? item : other));
}

/** The smallest majorities. */
function majorities(acceptors: number): number[][] {
  const size = (acceptors >> 1) + 1;
  const grow = (from: number, left: number): number[][] =>
    left === 0
      ? [[]]
      : range(acceptors)
          .slice(from)
          .flatMap((first) => grow(first + 1, left - 1).map((rest) => [first, ...rest]));
  return grow(0, size);
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    range(count).map((position) => [...rest.slice(0, position), count - 1, ...rest.slice(position)]),
  );
}
