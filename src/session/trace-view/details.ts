/** Everything about one message, for the inspector: what it says, and what became of each of its copies. */
import { decode, toHex } from '../../core/encoding.ts';
import { type NodeIndex, nodeName, type Naming } from '../../core/ids.ts';
import { type Micros, msFromMicros } from '../../core/time.ts';
import { OUTCOME } from '../../kernel/network/index.ts';
import { type MessageEntry, messageId } from '../../kernel/trace/messages.ts';
import { COPY, DROP_REASONS, RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, TraceStore } from '../../kernel/trace/store.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import type { MessageDetails } from '../view.ts';
import { arrivalOf } from './flights.ts';

/** What the executor still has of a message's bytes. */
export interface MessageBytes {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** How a node signs: for the message's sender. */
export interface Signing {
  readonly suite: string;
  readonly verifyMicros: Micros;
}

/** What the trace does not say of a message. */
export interface MessageContext {
  readonly protocol: AnyProtocol;
  /** Null when the bytes are no longer in memory. */
  readonly kept: MessageBytes | null;
  readonly signing: Signing;
  /** False for the mutant whose receivers skip verification: a delivery then proves nothing. */
  readonly verified: boolean;
}

/** `open`: neither handled nor given up as far as the trace goes. */
interface Copy {
  readonly to: NodeIndex;
  arrivesAt: Micros | null;
  fate: 'open' | 'held' | 'lost' | 'delivered' | 'refused';
  reason: string | null;
}

export interface MessageFate {
  readonly copies: MessageDetails['copies'];
  /** Whether a receiver found the signature valid; null when none has looked. */
  readonly valid: boolean | null;
}

/** What became of a message's copies: reads the trace from the sending on until all are settled. */
export function fateOf(store: TraceStore, message: MessageEntry): MessageFate {
  const copies: Copy[] = [];
  let valid: boolean | null = null;
  for (let seq = store.positionAt(message.sentAt); seq < store.eventCount; seq++) {
    const record = store.read(seq);
    if (record.t > message.sentAt && copies.every(({ fate }) => fate !== 'open' && fate !== 'held')) break;
    if (record.words[record.at + 3] !== message.sequence) continue;
    if (record.kind === RECORD.copy && record.node === message.origin) addCopy(copies, record);
    if ((record.words[record.at] as number) >>> 16 !== message.origin) continue;
    if (record.kind === RECORD.deliver && deliver(copies, record)) valid = true;
    if (record.kind === RECORD.drop && drop(copies, record) === 'bad-signature') valid = false;
  }
  return { copies: copies.map((copy) => publicCopy(copy, store)), valid };
}

function addCopy(copies: Copy[], { words, at }: RecordCursor): void {
  const to = (words[at] as number) >>> 16;
  const outcome = (words[at + 4] as number) & 15;
  if ((words[at + 4] as number) >>> 4 === COPY.release) {
    const waiting = copies.find((copy) => copy.to === to && copy.fate === 'held');
    if (waiting === undefined) return;
    waiting.arrivesAt = arrivalOf(words, at);
    waiting.fate = 'open';
  } else if (outcome === OUTCOME.delivered) {
    copies.push({ to, arrivesAt: arrivalOf(words, at), fate: 'open', reason: null });
  } else if (outcome === OUTCOME.held) {
    copies.push({ to, arrivesAt: null, fate: 'held', reason: 'partition' });
  } else {
    copies.push({ to, arrivesAt: null, fate: 'lost', reason: outcome === OUTCOME.lost ? 'lost' : 'partition' });
  }
}

function deliver(copies: readonly Copy[], { words, at, node, t }: RecordCursor): boolean {
  const arrivedAt = t - (words[at + 4] as number);
  const copy = copies.find((entry) => entry.to === node && entry.fate === 'open' && entry.arrivesAt === arrivedAt);
  if (copy === undefined) return false;
  copy.fate = 'delivered';
  return true;
}

/** A refusal does not say when the copy arrived: it is that of the first one that had. Returns the reason. */
function drop(copies: readonly Copy[], { words, at, node, t }: RecordCursor): string | null {
  const arrived = copies
    .filter((copy) => copy.to === node && copy.fate === 'open' && (copy.arrivesAt ?? t + 1) <= t)
    .sort((a, b) => (a.arrivesAt ?? 0) - (b.arrivesAt ?? 0));
  const [copy] = arrived;
  if (copy === undefined) return null;
  copy.fate = 'refused';
  copy.reason = DROP_REASONS[words[at + 4] as number] ?? null;
  return copy.reason;
}

function publicCopy({ to, arrivesAt, fate, reason }: Copy, naming: Naming): MessageDetails['copies'][number] {
  return {
    to: nodeName(to, naming),
    arrivesAtMs: arrivesAt === null ? null : msFromMicros(arrivesAt),
    fate: fate === 'open' ? 'in flight' : fate,
    reason,
  };
}

/** The inspector's view of a message. */
export function describeMessage(store: TraceStore, message: MessageEntry, context: MessageContext): MessageDetails {
  const { protocol, kept, signing, verified } = context;
  const declared = store.declaration.messages[message.type];
  const { copies, valid } = fateOf(store, message);
  return {
    id: messageId(message.origin, message.sequence, store),
    from: nodeName(message.origin, store),
    claimedFrom: nodeName(message.claimedFrom, store),
    type: declared?.type ?? '',
    label: declared?.label ?? '',
    slot: message.slot,
    epoch: message.epoch,
    digest: message.digest,
    sentAtMs: msFromMicros(message.sentAt),
    bytes: message.bytes,
    content: kept === null ? null : contentOf(protocol, kept.bytes),
    rawHex: kept === null ? null : toHex(kept.bytes),
    signatureHex: kept === null ? null : toHex(kept.signature),
    signature: { suite: signing.suite, valid: verified ? valid : null, verifyMicros: signing.verifyMicros },
    copies,
  };
}

/** The decoded message, with bytes as hex; null for what is not a message. */
export function contentOf(protocol: AnyProtocol, bytes: Uint8Array): unknown {
  const decoded = decode(bytes);
  return jsonLike(protocol.parseMessage(decoded) ?? decoded);
}

/** The same as JSON-like data: bytes become hex. */
function jsonLike(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(jsonLike);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonLike(item)]));
}
