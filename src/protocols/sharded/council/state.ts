/** What a shard knows of the council: plain data. `CouncilRecord` is the part that survives a crash of a single node. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Change } from './messages.ts';

/** By round, then by shard: the digest it voted for. */
export type Tally = Map<number, Map<NodeIndex, string>>;

export interface Proposal {
  readonly change: Change;
  readonly digest: string;
  /** −1: two thirds never voted for it before. */
  readonly validRound: number;
}

/** Something agreed on in a round. */
export interface Backed {
  readonly round: number;
  readonly change: Change;
  readonly digest: string;
}

/** A change that somebody wants. */
export interface Wish {
  readonly change: Change;
  /** When this shard first heard of it, µs. */
  readonly since: Micros;
  /** Wanted by this shard, which asks the others. */
  readonly isOwn: boolean;
}

export interface Council {
  /** The epoch to be decided next, from 1: as many as this minus one are decided. */
  epoch: number;
  round: number;
  /** The last round whose proposal this shard did not find right; −1: none. */
  disagreedRound: number;
  /** Rounds pass: there is something to decide. */
  isOpen: boolean;
  /** By text of the change. */
  readonly wishes: Map<string, Wish>;
  /** Changes that were not decided in time, by text, and when they were given up. */
  readonly lapsed: Map<string, Micros>;
  /** How many were given up. */
  lapsedCount: number;
  /** First proposal of each round by its leader. */
  readonly proposals: Map<number, Proposal>;
  readonly votes: Tally;
  readonly confirms: Tally;
  /** What this shard confirmed last: it votes for nothing else before two thirds do. */
  locked: Backed | null;
  /** The latest that two thirds voted for: what this shard proposes when it leads. */
  valid: Backed | null;
  /** The highest round of this epoch in which each shard was heard. */
  readonly heardRounds: Map<NodeIndex, number>;
  /** What shards say was decided in this epoch. */
  readonly claims: Map<NodeIndex, Change>;
  /** Shards that gave up, by text of the change. */
  readonly gaveUp: Map<string, NodeIndex[]>;
  /** Decisions, the first is that of epoch 1. */
  readonly log: Change[];
  /** Shards that are out, ascending. */
  readonly down: NodeIndex[];
  /** Replaced as a whole by each decision. */
  parameters: Readonly<Record<string, number>>;
  reputation: readonly number[];
  /** Changes that the scenario asks for and that were asked for. */
  readonly asked: Set<number>;
}

export type CouncilRecord =
  /** Before a vote leaves. */
  | { readonly kind: 'council-voted'; readonly epoch: number; readonly round: number; readonly change: Change }
  /** Before a confirmation leaves: the lock. */
  | { readonly kind: 'council-locked'; readonly epoch: number; readonly round: number; readonly change: Change }
  | { readonly kind: 'council-decided'; readonly epoch: number; readonly change: Change }
  /** The scenario's wish is spent. */
  | { readonly kind: 'council-asked'; readonly index: number };

export type CouncilTimer =
  /** The round is over. */
  | { readonly kind: 'council-round' }
  /** What is not decided is said again. */
  | { readonly kind: 'council-tick' }
  /** The scenario wants a change: its position in the list. */
  | { readonly kind: 'council-wish'; readonly index: number };

export function createCouncil(stakes: readonly number[]): Council {
  return {
    epoch: 1,
    round: 0,
    disagreedRound: -1,
    isOpen: false,
    wishes: new Map(),
    lapsed: new Map(),
    lapsedCount: 0,
    proposals: new Map(),
    votes: new Map(),
    confirms: new Map(),
    locked: null,
    valid: null,
    heardRounds: new Map(),
    claims: new Map(),
    gaveUp: new Map(),
    log: [],
    down: [],
    parameters: {},
    reputation: [...stakes],
    asked: new Set(),
  };
}

export function record(tally: Tally, round: number, shard: NodeIndex, digest: string): void {
  const votes = tally.get(round) ?? new Map<NodeIndex, string>();
  tally.set(round, votes);
  // The first word of a shard in a round is the one that counts.
  if (!votes.has(shard)) votes.set(shard, digest);
}

/** Shards in the order in which they lead: the best reputed first, those that are out never. */
export function leadersOf({ reputation, down }: Pick<Council, 'reputation' | 'down'>, shardCount: number): NodeIndex[] {
  const shards = Array.from({ length: shardCount }, (_, shard) => shard);
  const able = shards.filter((shard) => !down.includes(shard));
  return (able.length === 0 ? shards : able).sort((a, b) => (reputation[b] ?? 0) - (reputation[a] ?? 0) || a - b);
}
