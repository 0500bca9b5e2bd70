/** Reads a message record: what every copy, delivery and refusal of the message refers to. */
import { type Naming, NODE_NAME_PATTERN, nodeName, type NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { WORD } from './records.ts';

/** Words of a message record; in the store one more follows, the origin. */
export const MESSAGE_WORDS = 12;

/** What the trace keeps of a signed message. */
export interface MessageEntry {
  readonly origin: NodeIndex;
  readonly sequence: number;
  readonly claimedFrom: NodeIndex;
  /** Position in `Declaration.messages`, or one past its end for what is none. */
  readonly type: number;
  /** Altered, forged or replayed by a Byzantine sender. */
  readonly tampered: boolean;
  readonly slot: number;
  readonly epoch: number;
  /** First 16 hex digits of the hash it is about, or ''. */
  readonly digest: string;
  /** On the wire, signature included. */
  readonly bytes: number;
  readonly sentAt: Micros;
  /** First 8 bytes of the hash over encoding and signature, 16 hex digits. */
  readonly contentHash: string;
}

const TAMPERED = 1 << 8;

/** The message record at `at` whose origin is the word after it. */
export function readMessage(words: Uint32Array, at: number): MessageEntry {
  const typeAndFlags = words[at + 4] as number;
  return {
    origin: words[at + MESSAGE_WORDS] as number,
    sequence: words[at + 3] as number,
    claimedFrom: (words[at] as number) >>> 16,
    type: typeAndFlags & 255,
    tampered: (typeAndFlags & TAMPERED) !== 0,
    slot: (words[at + 5] as number) | 0,
    epoch: (words[at + 6] as number) | 0,
    digest: digestText(words[at + 7] as number, words[at + 8] as number),
    bytes: words[at + 9] as number,
    sentAt: (words[at + 1] as number) + (words[at + 2] as number) * WORD,
    contentHash: hex8(words[at + 10] as number) + hex8(words[at + 11] as number),
  };
}

/** 16 hex digits, or '' for two zero words: about nothing. */
export function digestText(first: number, second: number): string {
  return first === 0 && second === 0 ? '' : hex8(first) + hex8(second);
}

/** Eight lower-case hex digits of a 32-bit word. */
export function hex8(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** `v0#17`, `s2v0#17`: the name of a signed message, shared by its copies. */
export function messageId(origin: NodeIndex, sequence: number, naming: Naming): string {
  return `${nodeName(origin, naming)}#${sequence}`;
}

const MESSAGE_ID = new RegExp(`^(${NODE_NAME_PATTERN})#(0|[1-9]\\d{0,9})$`);

/** Origin's name and sequence of a message id, or null when the text is none. */
export function parseMessageId(id: string): { readonly origin: string; readonly sequence: number } | null {
  const match = MESSAGE_ID.exec(id);
  if (match === null) return null;
  const sequence = Number(match[2]);
  return sequence < WORD ? { origin: match[1] as string, sequence } : null;
}
