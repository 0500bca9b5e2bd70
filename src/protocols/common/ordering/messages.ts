/** What the members of a group say to each other to order values: the wire as one union on `type`, and strict shape checks. */
import type { SignedRef } from '../../protocol.ts';
import { has, isList, isNumber, isRef, MAX_REFS } from '../shape.ts';

/** Every statement names the group: a vote in one is none in another. */
interface InGroup {
  readonly group: number;
  /** Position in the group's log, from 1. */
  readonly slot: number;
}

/** The leader of a view proposes a value for the slot. */
export interface Propose<V> extends InGroup {
  readonly type: 'order-propose';
  readonly view: number;
  readonly value: V;
}

/** First vote: this is the only value that I have seen proposed in this view. */
export interface Prepare extends InGroup {
  readonly type: 'order-prepare';
  readonly view: number;
  /** 64 lower-case hex digits. */
  readonly digest: string;
}

/** Second vote: a quorum has prepared it. */
export interface Commit extends InGroup {
  readonly type: 'order-commit';
  readonly view: number;
  readonly digest: string;
}

/** A value with the PREPAREs of a quorum. */
export interface Prepared<V> {
  readonly view: number;
  readonly value: V;
  readonly proofs: readonly SignedRef[];
}

/** I vote in no lower view of this slot any more; this is what I prepared last. */
export interface Change<V> extends InGroup {
  readonly type: 'order-change';
  readonly view: number;
  readonly prepared: Prepared<V> | null;
}

export interface SignedChange<V> {
  readonly change: Change<V>;
  readonly proof: SignedRef;
}

/** The leader of a later view shows that it may begin, and with which value it must. */
export interface NewView<V> extends InGroup {
  readonly type: 'order-new';
  readonly view: number;
  readonly changes: readonly SignedChange<V>[];
}

/** Linear: the leader shows the PREPAREs of a quorum. */
export interface PreparedCertificate extends InGroup {
  readonly type: 'order-prepared';
  readonly view: number;
  readonly digest: string;
  readonly proofs: readonly SignedRef[];
}

/** Linear: the leader shows the COMMITs of a quorum: the value is decided. */
export interface Final extends InGroup {
  readonly type: 'order-final';
  readonly view: number;
  readonly digest: string;
  readonly proofs: readonly SignedRef[];
}

/** What a CHANGE says of the value that its signer prepared last. */
export interface Rank {
  readonly view: number;
  readonly digest: string;
}

/** A CHANGE without the value: its signature holds all the same. */
export interface RankedChange {
  readonly rank: Rank | null;
  readonly proof: SignedRef;
}

/** Linear: the leader of a later view shows who wants it and what they prepared, and the highest of it in full. */
export interface Lead<V> extends InGroup {
  readonly type: 'order-lead';
  readonly view: number;
  readonly ranks: readonly RankedChange[];
  readonly best: Prepared<V> | null;
}

/** Asks for what was decided from this slot on, or for votes in it. */
export interface Fetch extends InGroup {
  readonly type: 'order-fetch';
}

/** A decided value with the COMMITs of a quorum. */
export interface Decided<V> extends InGroup {
  readonly type: 'order-decided';
  readonly view: number;
  readonly value: V;
  readonly proofs: readonly SignedRef[];
}

/** Hands the leader what it does not seem to have. */
export interface Pass<V> extends InGroup {
  readonly type: 'order-pass';
  readonly value: V;
}

export type OrderMessage<V> =
  | Propose<V>
  | Prepare
  | Commit
  | Change<V>
  | NewView<V>
  | Fetch
  | Decided<V>
  | Pass<V>
  | PreparedCertificate
  | Final
  | Lead<V>;

/** A CHANGE as its signature covers it. */
export type BareChange = Omit<Change<never>, 'prepared'> & { readonly prepared: Rank | null };

export const ORDER_TYPES = [
  'order-propose',
  'order-prepare',
  'order-commit',
  'order-change',
  'order-new',
  'order-fetch',
  'order-decided',
  'order-pass',
  'order-prepared',
  'order-final',
  'order-lead',
] as const satisfies readonly OrderMessage<unknown>['type'][];

const TYPES: ReadonlySet<string> = new Set(ORDER_TYPES);

export function isOrderMessage(message: { readonly type: string }): message is OrderMessage<never> {
  return TYPES.has(message.type);
}

const DIGEST = /^[0-9a-f]{64}$/;

/** The message, or null when the value is none. Never throws. `isValue`: the shape of what is ordered. */
export function parseOrderMessage<V>(value: unknown, isValue: (value: unknown) => value is V): OrderMessage<V> | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  return isMessage(value as Record<string, unknown>, isValue) ? (value as unknown as OrderMessage<V>) : null;
}

function isMessage<V>(value: Record<string, unknown>, isValue: (value: unknown) => value is V): boolean {
  const keys = KEYS[value.type as OrderMessage<V>['type']];
  if (keys === undefined || !has(value, ['type', 'group', 'slot', ...keys])) return false;
  if (!isNumber(value.group) || !isNumber(value.slot, 1)) return false;
  if (keys.includes('view') && !isNumber(value.view)) return false;
  if (keys.includes('digest') && !isDigest(value.digest)) return false;
  if (keys.includes('value') && !isValue(value.value)) return false;
  if (keys.includes('proofs') && !isList(value.proofs, MAX_REFS, isRef)) return false;
  if (keys.includes('prepared') && value.prepared !== null && !isPrepared(value.prepared, isValue)) return false;
  if (keys.includes('best') && value.best !== null && !isPrepared(value.best, isValue)) return false;
  if (keys.includes('ranks') && !isList(value.ranks, MAX_REFS, isRankedChange)) return false;
  return !keys.includes('changes') || isList(value.changes, MAX_REFS, (item) => isSignedChange(item, isValue));
}

const KEYS: Readonly<Record<OrderMessage<unknown>['type'], readonly string[]>> = {
  'order-propose': ['view', 'value'],
  'order-prepare': ['view', 'digest'],
  'order-commit': ['view', 'digest'],
  'order-change': ['view', 'prepared'],
  'order-new': ['view', 'changes'],
  'order-fetch': [],
  'order-decided': ['view', 'value', 'proofs'],
  'order-pass': ['value'],
  'order-prepared': ['view', 'digest', 'proofs'],
  'order-final': ['view', 'digest', 'proofs'],
  'order-lead': ['view', 'ranks', 'best'],
};

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value);
}

function isRankedChange(value: unknown): value is RankedChange {
  if (!has(value, ['rank', 'proof']) || !isRef(value.proof)) return false;
  const { rank } = value;
  return rank === null || (has(rank, ['view', 'digest']) && isNumber(rank.view) && isDigest(rank.digest));
}

function isPrepared<V>(value: unknown, isValue: (value: unknown) => value is V): value is Prepared<V> {
  return (
    has(value, ['view', 'value', 'proofs']) &&
    isNumber(value.view) &&
    isValue(value.value) &&
    isList(value.proofs, MAX_REFS, isRef)
  );
}

function isSignedChange<V>(value: unknown, isValue: (value: unknown) => value is V): value is SignedChange<V> {
  if (!has(value, ['change', 'proof']) || !isRef(value.proof)) return false;
  const { change } = value;
  return (
    typeof change === 'object' &&
    change !== null &&
    (change as Record<string, unknown>).type === 'order-change' &&
    isMessage(change as Record<string, unknown>, isValue)
  );
}
