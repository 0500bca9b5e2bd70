/**
 * The rules that Raft's safety rests on, alone on a page to hold against the paper (figures 2 and 3):
 *
 * - a server votes at most once a term (`mayVote`), so that a term has at most one leader: election safety;
 * - it votes only for a log at least as up to date as its own (`isUpToDate`), and an entry counts as committed only when a
 *   majority holds it *and* it is of the leader's own term (`mayCommit`): leader completeness, hence state machine safety;
 * - while the membership changes, old and new set must both agree (`hasQuorum`, `quorumValue`).
 *
 * Mutants weaken a rule where it stands.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { majority } from '../../core/quorum.ts';
import type { NodeContext } from '../protocol.ts';
import type { RaftConfig } from './config.ts';
import { type Log, lastIndex, lastTerm, termAt } from './log.ts';
import type { Configuration, Message } from './messages.ts';

export type Ctx = NodeContext<RaftConfig, Message>;

/** Where a log ends. */
export interface LogEnd {
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** A later last term wins; of equal terms the longer log. Ref: §5.4.1. */
export function isUpToDate(candidate: LogEnd, log: Log, mutant: string | null): boolean {
  if (mutant === 'raft-no-log-check') return true;
  const own = lastTerm(log);
  return candidate.lastTerm > own || (candidate.lastTerm === own && candidate.lastIndex >= lastIndex(log));
}

/** Whether the vote of the current term may go to this candidate. Ref: §5.2, §5.4.1. */
export function mayVote(
  own: { readonly term: number; readonly votedFor: NodeIndex | null; readonly log: Log },
  candidate: NodeIndex,
  request: LogEnd & { readonly term: number },
  mutant: string | null,
): boolean {
  if (request.term !== own.term) return false;
  if (own.votedFor !== null && own.votedFor !== candidate) return false;
  return isUpToDate(request, own.log, mutant);
}

/** Whether the leader of `term` may count copies of the entry at `index` to commit it. Ref: §5.4.2. */
export function mayCommit(log: Log, index: number, term: number, mutant: string | null): boolean {
  return mutant === 'raft-figure-8' || termAt(log, index) === term;
}

/** Votes that a set needs: more than half of all its members, the asker included. */
export function needed(memberCount: number, mutant: string | null): number {
  return mutant === 'raft-majority-of-peers' ? majority(Math.max(1, memberCount - 1)) : majority(memberCount);
}

/** Whether these servers are a majority, in joint consensus one of each set. Ref: §6. */
export function hasQuorum(
  { voters, next }: Configuration,
  isIn: (node: NodeIndex) => boolean,
  mutant: string | null,
): boolean {
  const holds = (set: readonly NodeIndex[]): boolean => {
    let count = 0;
    for (const node of set) if (isIn(node)) count++;
    return count >= needed(set.length, mutant);
  };
  return holds(voters) && (next === null || holds(next));
}

/** The largest number that a majority has reached, in joint consensus one of each set. Ref: §5.3, §6. */
export function quorumValue(
  { voters, next }: Configuration,
  reachedBy: (node: NodeIndex) => number,
  mutant: string | null,
): number {
  const reached = (set: readonly NodeIndex[]): number => {
    const values = set.map(reachedBy).sort((a, b) => b - a);
    return values[needed(set.length, mutant) - 1] ?? 0;
  };
  return next === null ? reached(voters) : Math.min(reached(voters), reached(next));
}

export function isVoter({ voters, next }: Configuration, node: NodeIndex): boolean {
  return voters.includes(node) || next?.includes(node) === true;
}
