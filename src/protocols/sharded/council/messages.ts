/** What shards say to each other in their council, as part of the protocol's wire union, and strict shape checks. */
import type { NodeIndex } from '../../../core/ids.ts';
import { hashValue } from '../../../crypto/hash.ts';
import { isDigest } from '../../../ledger/parse.ts';
import type { MessageMeta } from '../../protocol.ts';
import { has, isList, isNumber, MAX_NODE } from '../../common/shape.ts';

/** Values of the configuration that a council may change while the testnet runs, in the unit of the name, with their bounds. */
export const PARAMETERS = {
  prepareTimeoutMs: { least: 100, most: 600_000 },
  lockWaitMs: { least: 10, most: 600_000 },
  downAfterMs: { least: 100, most: 600_000 },
  capacityPerSecond: { least: 1, most: 100_000 },
  movesMax: { least: 1, most: 1000 },
} as const;
export type Parameter = keyof typeof PARAMETERS;

/** What a council decides on: one change an epoch. */
export type Change =
  /** The shard is out: nothing new begins with it. Its accounts go to `into` as soon as its disk is back. */
  | { readonly kind: 'down'; readonly shard: NodeIndex; readonly into: NodeIndex }
  /** A shard that was out takes part again. */
  | { readonly kind: 'up'; readonly shard: NodeIndex }
  /** Half of the accounts of a shard go to another one, or all of them. */
  | { readonly kind: 'split' | 'merge'; readonly shard: NodeIndex; readonly into: NodeIndex }
  | { readonly kind: 'parameter'; readonly name: Parameter; readonly value: number }
  /** Reputation of each shard's coordinator: who leads the council first. */
  | { readonly kind: 'reputation'; readonly of: readonly number[] };

/** `epoch`: of the decision, from 1; every message names it, and one of an epoch that is over is refused. */
interface InEpoch {
  readonly epoch: number;
}

/** A shard wants a change: whoever leads may propose it. */
export interface CouncilRequest extends InEpoch {
  readonly type: 'council-request';
  readonly change: Change;
}

export interface CouncilProposal extends InEpoch {
  readonly type: 'council-proposal';
  readonly round: number;
  readonly change: Change;
  /** The round in which two thirds had voted for it before; −1: none. */
  readonly validRound: number;
}

/** First vote, and second: two thirds have voted for it in this round. Both bind the digest of epoch and change. */
export interface CouncilVote extends InEpoch {
  readonly type: 'council-vote' | 'council-confirm';
  readonly round: number;
  readonly digest: string;
}

/** What was decided: said when it is, and to whoever is behind. */
export interface CouncilDecided extends InEpoch {
  readonly type: 'council-decided';
  readonly change: Change;
}

/** Not decided in time, as far as this shard knows: it will not vote for it any more. */
export interface CouncilLapsed extends InEpoch {
  readonly type: 'council-lapsed';
  readonly change: Change;
}

export type CouncilMessage = CouncilRequest | CouncilProposal | CouncilVote | CouncilDecided | CouncilLapsed;

/** Positions follow those of all other messages. */
export const COUNCIL_TYPES = [
  'council-request',
  'council-proposal',
  'council-vote',
  'council-confirm',
  'council-decided',
  'council-lapsed',
] as const satisfies readonly CouncilMessage['type'][];

const TYPES: ReadonlySet<string> = new Set(COUNCIL_TYPES);

export function isCouncil<M extends { readonly type: string }>(message: M): message is M & CouncilMessage {
  return TYPES.has(message.type);
}

/** By identity: a change never changes once it is made. */
const digests = new WeakMap<Change, Map<number, string>>();

/** What a vote is for: this change as the decision of this epoch, and of no other. */
export function changeDigest(epoch: number, change: Change): string {
  const known = digests.get(change) ?? new Map<number, string>();
  digests.set(change, known);
  const digest = known.get(epoch) ?? hashValue(['council', epoch, change]);
  known.set(epoch, digest);
  return digest;
}

/** What the trace says of it: slot is the epoch of the decision, epoch the round. */
export function councilMeta(message: CouncilMessage, type: number): MessageMeta {
  const epoch = 'round' in message ? message.round : 0;
  const digest = 'digest' in message ? message.digest : changeDigest(message.epoch, message.change);
  return { type, slot: message.epoch, epoch, digest };
}

/** Rounds of one epoch. */
export const ROUND_MAX = 1_000_000;

export function isCouncilShape(type: unknown, value: object): boolean {
  switch (type) {
    case 'council-request':
    case 'council-decided':
    case 'council-lapsed':
      return isInEpoch(value, ['change']) && isChange(value.change);
    case 'council-proposal':
      return (
        isInEpoch(value, ['round', 'change', 'validRound']) &&
        isNumber(value.round, 0, ROUND_MAX) &&
        isChange(value.change) &&
        isNumber(value.validRound, -1, value.round - 1)
      );
    case 'council-vote':
    case 'council-confirm':
      return isInEpoch(value, ['round', 'digest']) && isNumber(value.round, 0, ROUND_MAX) && isDigest(value.digest);
    default:
      return false;
  }
}

function isInEpoch(value: object, more: readonly string[]): value is Record<string, unknown> {
  return has(value, ['type', 'epoch', ...more]) && isNumber(value.epoch, 1);
}

/** As many as there are shards, at most. */
const SHARDS_MAX = 64;

export function isChange(value: unknown): value is Change {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'kind')) return false;
  const { kind } = value as { readonly kind: unknown };
  const isShard = (shard: unknown): shard is number => isNumber(shard, 0, MAX_NODE);
  switch (kind) {
    case 'down':
    case 'split':
    case 'merge':
      return has(value, ['kind', 'shard', 'into']) && isShard(value.shard) && isShard(value.into);
    case 'up':
      return has(value, ['kind', 'shard']) && isShard(value.shard);
    case 'parameter':
      return (
        has(value, ['kind', 'name', 'value']) &&
        typeof value.name === 'string' &&
        Object.hasOwn(PARAMETERS, value.name) &&
        isNumber(value.value)
      );
    case 'reputation':
      return has(value, ['kind', 'of']) && isList(value.of, SHARDS_MAX, (item): item is number => isNumber(item));
    default:
      return false;
  }
}

/** For people: "s2 is down, its accounts go to s3". */
export function changeText(change: Change): string {
  switch (change.kind) {
    case 'down':
      return `s${change.shard} is down, its accounts go to s${change.into}`;
    case 'up':
      return `s${change.shard} is back`;
    case 'split':
      return `half of s${change.shard} goes to s${change.into}`;
    case 'merge':
      return `all of s${change.shard} goes to s${change.into}`;
    case 'parameter':
      return `${change.name} is ${change.value}`;
    case 'reputation':
      return `reputation is ${change.of.join(', ')}`;
  }
}
