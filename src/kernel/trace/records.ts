/**
 * The trace, packed: every node writes one stream of 32-bit words. Each record starts with a header word
 * `kind | length << 6 | argument << 16` (length in words, header included) and, but for texts, the time in two words.
 * The fingerprint is a hash over these words, so this layout is part of every fingerprint: never renumber.
 */
import type { DropReason } from './events.ts';

export const RECORD = {
  /** argument: claimed sender · sequence, type | flags << 8, slot, epoch, digest ×2, wire bytes, content hash ×2 */
  message: 1,
  /** argument: receiver · sequence, outcome | copy << 4, arrival low, high (all ones when none) */
  copy: 2,
  /** argument: origin · sequence, µs between arrival and handling */
  deliver: 3,
  /** argument: origin · sequence, reason */
  drop: 4,
  /** text of the timer */
  timer: 5,
  /** argument: bit 0 alive, bits 1… behaviour + 1 when Byzantine · the observed fields */
  state: 6,
  /** slot, epoch, digest ×8 */
  decide: 7,
  /** argument: position of the fault · text */
  fault: 8,
  heal: 9,
  /** text */
  note: 10,
  /** argument: accused · text, content hashes ×4 */
  evidence: 11,
  /** code, byte length, UTF-8 bytes: names a text for later records of the stream */
  text: 12,
  /** text (account, or step of the commit), transaction */
  lock: 13,
  unlock: 14,
  commit2pc: 15,
  /** text (account), transaction that waits, transaction that it waits for */
  wait: 16,
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

/** What sort of copy: the first, one more by the network, one let go after a partition. */
export const COPY = { ordinary: 0, duplicate: 1, release: 2 } as const;

/** Reasons in the order of their codes. */
export const DROP_REASONS: readonly DropReason[] = [
  'lost',
  'partition',
  'crashed',
  'bad-signature',
  'malformed',
  'unknown-sender',
  'overflow',
];

export function dropCode(reason: DropReason): number {
  return DROP_REASONS.indexOf(reason);
}

/** Words of the largest record but texts: state with up to 28 fields. */
export const RECORD_WORDS_MAX = 32;

/** 2^32, to split and join times. */
export const WORD = 4294967296;
