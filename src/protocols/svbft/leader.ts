/** Who leads a view: a rule is a pure function of what every validator knows, so that all agree without a message. */
import type { NodeIndex } from '../../core/ids.ts';
import { required } from '../../core/assert.ts';

export const LEADER_RULES = ['round-robin'] as const;
export type LeaderRule = (typeof LEADER_RULES)[number];

/** Member lists are ascending and not empty. */
type Rule = (height: number, view: number, members: readonly NodeIndex[]) => NodeIndex;

const RULES: Readonly<Record<LeaderRule, Rule>> = {
  /** The next member with every height and every view. Ref: IBFT, arXiv 2002.03613 (proposer selection). */
  'round-robin': (height, view, members) => required(members[(height + view) % members.length], 'a member'),
};

/** The primary of (height, view) among the members of that height. */
export function leaderOf(rule: LeaderRule, height: number, view: number, members: readonly NodeIndex[]): NodeIndex {
  return RULES[rule](height, view, members);
}
