/** The rounds of an epoch: who leads, how long they take, what is remembered of them. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Ctx, Out, State } from '../state.ts';
import { councilQuorum } from './rules.ts';
import { type Council, type CouncilRecord, leadersOf } from './state.ts';

/** How many rounds are remembered. */
const ROUNDS_KEPT = 16;
/** A round grows by its length up to this many times. */
const GROWTH_MAX = 8;

/** One step of the council, with all that it needs. */
export interface Turn {
  readonly state: State;
  readonly council: Council;
  readonly now: Micros;
  readonly out: Out;
  readonly ctx: Ctx;
}

export const turnOf = (state: State, now: Micros, out: Out, ctx: Ctx): Turn | null =>
  state.council === null ? null : { state, council: state.council, now, out, ctx };

export const quorumOf = ({ state, ctx }: Turn): number => councilQuorum(state.shardCount, ctx.mutant);

export const keep = ({ out }: Turn, item: CouncilRecord): void => out.persist(item);

/** Rounds pass from now on. */
export function open(turn: Turn): void {
  const { council } = turn;
  if (council.isOpen) return;
  council.isOpen = true;
  armRound(turn);
  armTick(turn);
}

export function armRound({ council, out, ctx }: Turn): void {
  const length = ctx.config.councilRoundMicros * (1 + Math.min(council.round, GROWTH_MAX));
  out.setTimer({ kind: 'council-round' }, length);
}

/** Twice a round; and when the next change fails. */
export function armTick({ council, now, out, ctx }: Turn): void {
  let after = Math.max(1, Math.floor(ctx.config.councilRoundMicros / 2));
  for (const { since } of council.wishes.values())
    after = Math.min(after, Math.max(1, since + ctx.config.councilTimeoutMicros - now));
  out.setTimer({ kind: 'council-tick' }, after);
}

export function enter(turn: Turn, round: number): void {
  const { council } = turn;
  council.round = round;
  const kept = (old: number): boolean =>
    old > round - ROUNDS_KEPT || old === council.valid?.round || old === council.locked?.round;
  for (const tally of [council.votes, council.confirms, council.proposals])
    for (const old of [...tally.keys()]) if (!kept(old)) tally.delete(old);
  armRound(turn);
}

export function leaderOf(council: Council, round: number, shardCount: number): NodeIndex {
  const leaders = leadersOf(council, shardCount);
  return leaders[round % leaders.length] ?? 0;
}
