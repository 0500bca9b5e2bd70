/**
 * The sealed records of an open channel. Each direction has its own key; a key is replaced after so many records and the old
 * one forgotten (TLS 1.3, RFC 8446 §7.2); a record is opened once, in whatever order records arrive (DTLS 1.3, RFC 9147 §4.5.1).
 */
import { expand } from '@noble/hashes/hkdf.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { assert } from '../../core/assert.ts';
import { encode } from '../../core/encoding.ts';
import type { ShardIndex } from '../types.ts';
import { CIPHER_KEY_BYTES, type ChannelSuite, NONCE_BYTES, seal, suiteParts, TAG_BYTES, unseal } from './suites.ts';

/** Records under one key unless the channel says otherwise; far below the limits of both ciphers (RFC 8446 §5.5). */
export const REKEY_RECORD_COUNT = 1024;
/** Keys a receiver derives ahead when it missed records: bounds what a forged epoch can cost. */
export const EPOCHS_AHEAD_MAX = 8;

/** One key of one direction. */
interface EpochKeys {
  readonly epoch: number;
  /** 32 bytes, from which the next epoch follows. */
  readonly secret: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

interface ReceiveEpoch extends EpochKeys {
  /** Every sequence below was opened, and those in `above`. */
  floor: number;
  readonly above: Set<number>;
}

/** Plain data. `id` is the hash of the handshake that opened it. */
export interface Channel {
  readonly id: string;
  readonly suite: ChannelSuite;
  readonly self: ShardIndex;
  readonly peer: ShardIndex;
  readonly rekeyRecordCount: number;
  sending: EpochKeys;
  /** Sequence of the next record in this epoch. */
  nextSequence: number;
  /** The newest epoch that a record proved, and the one before it for records that were overtaken; oldest first. */
  receiving: ReceiveEpoch[];
}

export interface SealedRecord {
  readonly type: 'channel-record';
  readonly channel: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly sealed: Uint8Array;
}

export type OpenRefusal = 'another channel' | 'replayed' | 'too old' | 'too far ahead' | 'tampered';

/** @param secrets 32 bytes a direction, from the handshake */
export function createChannel(
  between: Pick<Channel, 'id' | 'suite' | 'self' | 'peer'>,
  secrets: { readonly sending: Uint8Array; readonly receiving: Uint8Array },
  rekeyRecordCount = REKEY_RECORD_COUNT,
): Channel {
  assert(rekeyRecordCount >= 1, 'a key seals at least one record');
  return {
    ...between,
    rekeyRecordCount,
    sending: keysOf(0, secrets.sending),
    nextSequence: 0,
    receiving: [{ ...keysOf(0, secrets.receiving), floor: 0, above: new Set() }],
  };
}

/** Seals bytes for the peer; every call gives another record. */
export function sealRecord(channel: Channel, plaintext: Uint8Array): SealedRecord {
  if (channel.nextSequence === channel.rekeyRecordCount) rekey(channel);
  const { epoch, key, iv } = channel.sending;
  const sequence = channel.nextSequence++;
  const data = associatedData(channel.id, channel.self, channel.peer, epoch, sequence);
  const sealed = seal(suiteParts(channel.suite).cipher, key, nonceOf(iv, sequence), plaintext, data);
  return { type: 'channel-record', channel: channel.id, epoch, sequence, sealed };
}

/** From now on seals under the next key, though the last one has not sealed as much as it may: enough time has passed. */
export function rekey(channel: Channel): void {
  channel.sending = nextKeys(channel.sending);
  channel.nextSequence = 0;
}

/** The bytes the peer sealed, once; else why not, and nothing changes. Never throws, whatever a peer sends. */
export function openRecord(
  channel: Channel,
  record: SealedRecord,
): { readonly plaintext: Uint8Array } | { readonly refused: OpenRefusal } {
  const { epoch, sequence } = record;
  if (record.channel !== channel.id) return { refused: 'another channel' };
  if (!isCount(epoch) || !isCount(sequence) || sequence >= channel.rekeyRecordCount) return { refused: 'tampered' };
  const keys = receiveKeys(channel, epoch);
  if (typeof keys === 'string') return { refused: keys };
  if (sequence < keys.floor || keys.above.has(sequence)) return { refused: 'replayed' };
  const data = associatedData(channel.id, channel.peer, channel.self, epoch, sequence);
  const nonce = nonceOf(keys.iv, sequence);
  const plaintext = unseal(suiteParts(channel.suite).cipher, keys.key, nonce, record.sealed, data);
  if (plaintext === null) return { refused: 'tampered' };
  keep(channel, keys);
  markOpened(keys, sequence);
  return { plaintext };
}

/** Whether decoded bytes have the form of a record. Never throws. */
export function isSealedRecord(value: unknown): value is SealedRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { type, channel, epoch, sequence, sealed } = value as Partial<Record<keyof SealedRecord, unknown>>;
  const isFormed = type === 'channel-record' && typeof channel === 'string' && isCount(epoch) && isCount(sequence);
  return isFormed && sealed instanceof Uint8Array && sealed.length >= TAG_BYTES;
}

/** The keys of a received epoch, those of a later one derived but not yet believed. */
function receiveKeys(channel: Channel, epoch: number): ReceiveEpoch | 'too old' | 'too far ahead' {
  const known = channel.receiving.find((keys) => keys.epoch === epoch);
  if (known !== undefined) return known;
  const newest = channel.receiving.at(-1);
  assert(newest !== undefined, 'a channel has a key to receive with');
  if (epoch < newest.epoch) return 'too old';
  if (epoch > newest.epoch + EPOCHS_AHEAD_MAX) return 'too far ahead';
  let keys: EpochKeys = newest;
  while (keys.epoch < epoch) keys = nextKeys(keys);
  return { ...keys, floor: 0, above: new Set() };
}

/** A record was authentic under these keys: they are the newest, and only one epoch before them is kept. */
function keep(channel: Channel, keys: ReceiveEpoch): void {
  if (channel.receiving.includes(keys)) return;
  channel.receiving = [...channel.receiving, keys].slice(-2);
}

function markOpened(keys: ReceiveEpoch, sequence: number): void {
  keys.above.add(sequence);
  while (keys.above.delete(keys.floor)) keys.floor++;
}

function keysOf(epoch: number, secret: Uint8Array): EpochKeys {
  return {
    epoch,
    secret,
    key: expand(sha3_256, secret, encode(['key']), CIPHER_KEY_BYTES),
    iv: expand(sha3_256, secret, encode(['iv']), NONCE_BYTES),
  };
}

function nextKeys({ epoch, secret }: EpochKeys): EpochKeys {
  return keysOf(epoch + 1, expand(sha3_256, secret, encode(['next epoch']), CIPHER_KEY_BYTES));
}

/** The sequence number exclusive-or the epoch's IV: never the same twice under one key (RFC 8446 §5.3). */
function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = iv.slice();
  const view = new DataView(nonce.buffer);
  view.setUint32(8, view.getUint32(8) ^ sequence);
  return nonce;
}

function associatedData(id: string, from: ShardIndex, to: ShardIndex, epoch: number, sequence: number): Uint8Array {
  return encode([id, from, to, epoch, sequence]);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
