/** The decision rules alone: what a poll does to a conflict set, and when a member is accepted. Ref: Slush to Avalanche. */
import type { NodeContext } from '../protocol.ts';
import { type AvalancheConfig, type Mode, sampleSizeOf, thresholdOf } from './config.ts';
import type { Message, Vertex } from './messages.ts';
import type { ConflictSet, State } from './state.ts';

export type Ctx = NodeContext<AvalancheConfig, Message>;

/**
 * α in force. Mutant `snow-alpha-half` is content with half of the sample, which two colours can have. Mutant `snow-rebalance` wants
 * four fifths of it whatever f is: few who answer for the colour that is behind fail nearly every poll.
 */
export function alphaOf(ctx: Ctx): number {
  const k = sampleSizeOf(ctx.config, ctx.validatorCount);
  if (ctx.mutant === 'snow-alpha-half') return Math.max(1, Math.floor(k / 2));
  if (ctx.mutant === 'snow-rebalance') return Math.ceil((4 * k) / 5);
  return thresholdOf(ctx.config, ctx.validatorCount);
}

/** Adds a member; the first one is preferred. Ref: Avalanche (onReceiveTx). */
export function addMember(set: ConflictSet, digest: string): void {
  set.members.push(digest);
  set.confidence.push(0);
  if (set.preferred === '') set.preferred = digest;
}

/**
 * Snowball and Avalanche: a successful poll for a member, or for what builds on it. Preference follows confidence, the
 * counter runs only as long as the same member wins. Returns whether the preference changed. Ref: Snowball; Avalanche.
 */
export function credit(set: ConflictSet, digest: string, mutant: string | null): boolean {
  const position = set.members.indexOf(digest);
  const confidence = (set.confidence[position] ?? 0) + 1;
  set.confidence[position] = confidence;
  countWin(set, digest, mutant);
  if (set.preferred === digest || confidence <= confidenceOf(set, set.preferred)) return false;
  set.preferred = digest;
  return true;
}

/** Snowflake: the winner is preferred at once. Ref: Snowflake. */
export function follow(set: ConflictSet, digest: string, mutant: string | null): boolean {
  countWin(set, digest, mutant);
  if (set.preferred === digest) return false;
  set.preferred = digest;
  return true;
}

/** A poll without a winner. Mutant `snow-no-reset` keeps the counter. */
export function fail(set: ConflictSet, mutant: string | null): void {
  if (mutant !== 'snow-no-reset') set.count = 0;
}

/** What a poll without DAG does to its slot. `winner`: the colour with α answers, or null. Returns whether the colour changed. */
export function applyRound(set: ConflictSet, winner: string | null, mode: Mode, mutant: string | null): boolean {
  set.rounds++;
  if (winner === null) {
    fail(set, mutant);
    return false;
  }
  return mode === 'snowball' ? credit(set, winner, mutant) : follow(set, winner, mutant);
}

/**
 * Without DAG: whether the preferred colour is final. Slush counts polls, the others polls in a row; where those were for another
 * colour than the one that confidence still prefers, the node goes on. Ref: the paper's loops.
 */
export function isSettled(set: ConflictSet, { mode, rounds, beta1 }: AvalancheConfig): boolean {
  if (set.preferred === '') return false;
  return mode === 'slush' ? set.rounds >= rounds : set.last === set.preferred && set.count >= beta1;
}

/**
 * Avalanche: whether a vertex whose parents are accepted is accepted: after β1 polls in a row without a rival, after β2 against
 * rivals. Stricter than the paper, whose β2 does not wait for parents. Ref: Avalanche (isAccepted).
 */
export function isAcceptable(set: ConflictSet, digest: string, { beta1, beta2 }: AvalancheConfig): boolean {
  if (set.accepted !== '' || set.preferred !== digest || set.last !== digest) return false;
  return set.count >= (set.members.length === 1 ? beta1 : beta2);
}

/** The m in "m-th vertex of its issuer", from 1. */
export function numberOf(slot: number, validatorCount: number): number {
  return Math.floor((slot - 1) / validatorCount) + 1;
}

/** The slot of the m-th vertex of an issuer: the same at every node, and of nobody else. */
export function slotOf(number: number, issuer: number, validatorCount: number): number {
  return (number - 1) * validatorCount + issuer + 1;
}

/**
 * Whether a vertex may stand in the DAG: within its limits and in a slot of its issuer. Without DAG it has no parents, and any
 * slot is anybody's.
 */
export function isWellFormed(vertex: Vertex, { validatorCount, config }: Ctx): boolean {
  if (vertex.issuer >= validatorCount || transferCount(vertex) > config.maxTransactionsPerBlock) return false;
  if (config.mode !== 'avalanche') return vertex.parents.length === 0;
  return (vertex.slot - 1) % validatorCount === vertex.issuer;
}

/** d of a member; 0 for what is none. */
export function confidenceOf(set: ConflictSet, digest: string): number {
  return set.confidence[set.members.indexOf(digest)] ?? 0;
}

/** Whether a vertex and all its ancestors are preferred in their conflict sets: a chit for it is a vote for them all. Ref: Avalanche. */
export function isStronglyPreferred(state: State, digest: string): boolean {
  return allUndecided(state, digest, (set, each) => set.preferred === each);
}

/**
 * Whether new vertices may build on it, and its batches need no other: strongly preferred, and every undecided rogue vertex in its
 * ancestry won the last poll that it was in, so that a rival out of nowhere stops nothing but itself. `isDaring`: one won poll ever
 * is enough, as in the paper; rivals are decided by what dares to build on them. Ref: implementation (parent selection).
 */
export function isSupported(state: State, digest: string, isDaring: boolean): boolean {
  return allUndecided(state, digest, (set, each) => {
    if (set.preferred !== each) return false;
    if (set.members.length === 1) return true;
    return isDaring ? confidenceOf(set, each) > 0 : set.last === each && set.count > 0;
  });
}

/** Whether a vertex or one of its ancestors is in an undecided conflict set with rivals. */
export function isContested(state: State, digest: string): boolean {
  return !allUndecided(state, digest, (set) => set.members.length === 1);
}

/** Whether all of a vertex and its ancestors that is not decided passes; nothing that was rejected does. */
function allUndecided(state: State, digest: string, passes: (set: ConflictSet, digest: string) => boolean): boolean {
  const seen = new Set<string>();
  const open = [digest];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entry = state.entries.get(next);
    if (entry === undefined || entry.isRejected) return false;
    if (entry.isAccepted || seen.has(next)) continue;
    seen.add(next);
    const set = state.sets.get(entry.vertex.slot);
    if (set === undefined || !passes(set, next)) return false;
    open.push(...entry.vertex.parents);
  }
  return true;
}

function countWin(set: ConflictSet, digest: string, mutant: string | null): void {
  if (set.last === digest || mutant === 'snow-no-reset') set.count++;
  else set.count = 1;
  set.last = digest;
}

function transferCount({ batches }: Vertex): number {
  return batches.reduce((sum, { batch }) => sum + batch.transfers.length, 0);
}
