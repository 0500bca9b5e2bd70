/**
 * Opens a channel between two shards: offer, answer, confirmation. Key encapsulation gives the secret, signatures over the
 * whole transcript say whose it is (the sign-and-then-MAC idea of SIGMA, Krawczyk 2003, with the KEM in place of Diffie-Hellman). Both sign
 * everything that was offered, so that a suite struck out on the way is found (downgrade; RFC 8446 §4.1.3 and App. E.1).
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { encode, toHex } from '../../core/encoding.ts';
import { sha3 } from '../../crypto/hash.ts';
import type { ShardIndex } from '../types.ts';
import { type Channel, createChannel } from './session.ts';
import {
  type ChannelSuite,
  CIPHER_KEY_BYTES,
  isChannelSuite,
  isPostQuantum,
  KEM_SIZES,
  KEMS,
  type KemKeys,
  type KemName,
  kemDecapsulate,
  kemEncapsulate,
  kemKeygen,
  suiteParts,
} from './suites.ts';

export interface Hello {
  readonly type: 'channel-hello';
  readonly from: ShardIndex;
  readonly to: ShardIndex;
  /** Best first. */
  readonly offered: readonly ChannelSuite[];
  /** A fresh public key for every KEM among the offered suites. */
  readonly keys: readonly { readonly kem: KemName; readonly publicKey: Uint8Array }[];
}

export interface Answer {
  readonly type: 'channel-answer';
  readonly chosen: ChannelSuite;
  readonly ciphertext: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Confirmation {
  readonly type: 'channel-confirmation';
  readonly signature: Uint8Array;
}

/** One end of a channel that is to be. */
export interface ChannelEnd {
  readonly self: ShardIndex;
  readonly peer: ShardIndex;
  /** Best first: `MODERN_SUITES` or `LEGACY_SUITES`. */
  readonly suites: readonly ChannelSuite[];
  /**
   * The peer is registered with a post-quantum key: a classical suite with it is a downgrade, even if signatures say otherwise,
   * because a quantum computer forges those. False for peers that are known to be legacy.
   */
  readonly isPeerPostQuantum: boolean;
  /** With the node's own signature suite, whatever it is. */
  sign(statement: Uint8Array): Uint8Array;
  verifyPeer(statement: Uint8Array, signature: Uint8Array): boolean;
}

/** What the initiator remembers between offer and answer. Plain data. */
export interface Offer {
  readonly hello: Hello;
  readonly secrets: readonly { readonly kem: KemName; readonly keys: KemKeys }[];
}

/** What the responder remembers until the confirmation. Plain data. Nothing may be sent in `channel` before. */
export interface Answered {
  readonly answer: Answer;
  readonly transcript: Uint8Array;
  readonly channel: Channel;
}

export interface Refused {
  readonly refused: string;
}

/** Bytes of randomness: an offer takes 96, an answer 32. */
export const OFFER_ENTROPY_BYTES = 96;
export const ANSWER_ENTROPY_BYTES = 32;
/** More suites than exist are not listened to. */
const OFFERED_COUNT_MAX = 8;

/** The initiator's first message. */
export function offerChannel(end: ChannelEnd, entropy: Uint8Array): Offer {
  const kems = KEMS.filter((kem) => end.suites.some((suite) => suiteParts(suite).kem === kem));
  let used = 0;
  const secrets = kems.map((kem) => {
    const from = used;
    used += KEM_SIZES[kem].keygenBytes;
    return { kem, keys: kemKeygen(kem, entropy.slice(from, used)) };
  });
  const keys = secrets.map(({ kem, keys: { publicKey } }) => ({ kem, publicKey }));
  return { hello: { type: 'channel-hello', from: end.self, to: end.peer, offered: end.suites, keys }, secrets };
}

/** The responder takes the first offered suite that it has too, if that is good enough for this peer. */
export function answerChannel(
  end: ChannelEnd,
  hello: Hello,
  entropy: Uint8Array,
  rekeyAfter?: number,
): Answered | Refused {
  if (hello.from !== end.peer || hello.to !== end.self) return { refused: 'the offer is meant for other shards' };
  const chosen = hello.offered.find((suite) => end.suites.includes(suite));
  if (chosen === undefined) return { refused: `no common suite: offered ${hello.offered.join(', ')}` };
  if (isDowngrade(end, chosen)) return { refused: downgrade(chosen) };
  const { kem } = suiteParts(chosen);
  const offeredKey = hello.keys.find((one) => one.kem === kem);
  const made = offeredKey === undefined ? null : kemEncapsulate(kem, offeredKey.publicKey, entropy);
  if (made === null) return { refused: `the offer holds no valid key for ${kem}` };
  const transcript = transcriptOf(hello, chosen, made.ciphertext);
  const signature = end.sign(statementOf('responder', transcript));
  const channel = channelOf(end, chosen, transcript, made.secret, 'responder', rekeyAfter);
  return { answer: { type: 'channel-answer', chosen, ciphertext: made.ciphertext, signature }, transcript, channel };
}

/** The initiator checks who answered, and to which offer. */
export function completeChannel(
  end: ChannelEnd,
  { hello, secrets }: Offer,
  answer: Answer,
  rekeyAfter?: number,
): { readonly confirmation: Confirmation; readonly channel: Channel } | Refused {
  const { chosen, ciphertext, signature } = answer;
  if (!hello.offered.includes(chosen)) return { refused: `${chosen} was not offered` };
  if (isDowngrade(end, chosen)) return { refused: downgrade(chosen) };
  const transcript = transcriptOf(hello, chosen, ciphertext);
  if (!end.verifyPeer(statementOf('responder', transcript), signature)) {
    return { refused: 'the peer signed another transcript: offer or answer were changed on the way' };
  }
  const { kem } = suiteParts(chosen);
  const keys = secrets.find((one) => one.kem === kem)?.keys;
  const secret = keys === undefined ? null : kemDecapsulate(kem, ciphertext, keys);
  if (secret === null) return { refused: `the answer holds no valid ciphertext for ${kem}` };
  const channel = channelOf(end, chosen, transcript, secret, 'initiator', rekeyAfter);
  const own = end.sign(statementOf('initiator', transcript));
  return { confirmation: { type: 'channel-confirmation', signature: own }, channel };
}

/** The responder learns that the initiator saw the same: only now the channel is open. */
export function confirmChannel(
  end: ChannelEnd,
  { transcript, channel }: Answered,
  { signature }: Confirmation,
): { readonly channel: Channel } | Refused {
  if (end.verifyPeer(statementOf('initiator', transcript), signature)) return { channel };
  return { refused: 'the initiator signed another transcript: offer or answer were changed on the way' };
}

/** A handshake message in decoded bytes, sizes checked; null when it is none. Never throws. */
export function parseHandshake(value: unknown): Hello | Answer | Confirmation | null {
  if (typeof value !== 'object' || value === null) return null;
  const { type } = value as { readonly type?: unknown };
  if (type === 'channel-hello') return isHello(value) ? value : null;
  if (type === 'channel-answer') return isAnswer(value) ? value : null;
  return type === 'channel-confirmation' && isBytes((value as Partial<Confirmation>).signature)
    ? (value as Confirmation)
    : null;
}

function isHello(value: object): value is Hello {
  const { from, to, offered, keys } = value as Partial<Record<keyof Hello, unknown>>;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Array.isArray(offered) || !Array.isArray(keys))
    return false;
  if (offered.length > OFFERED_COUNT_MAX || keys.length > KEMS.length) return false;
  return offered.every(isChannelSuite) && keys.every(isOfferedKey);
}

function isOfferedKey(value: unknown): boolean {
  const { kem, publicKey } = (value ?? {}) as { readonly kem?: unknown; readonly publicKey?: unknown };
  const known = KEMS.find((one) => one === kem);
  return known !== undefined && isBytes(publicKey) && publicKey.length === KEM_SIZES[known].publicKeyBytes;
}

function isAnswer(value: object): value is Answer {
  const { chosen, ciphertext, signature } = value as Partial<Record<keyof Answer, unknown>>;
  if (!isChannelSuite(chosen) || !isBytes(ciphertext) || !isBytes(signature)) return false;
  return ciphertext.length === KEM_SIZES[suiteParts(chosen).kem].ciphertextBytes;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isDowngrade(end: ChannelEnd, chosen: ChannelSuite): boolean {
  return end.isPeerPostQuantum && end.suites.some(isPostQuantum) && !isPostQuantum(chosen);
}

function downgrade(chosen: ChannelSuite): string {
  return `downgrade: ${chosen} with a peer that has post-quantum keys`;
}

function transcriptOf(hello: Hello, chosen: ChannelSuite, ciphertext: Uint8Array): Uint8Array {
  return sha3(encode(['channel handshake', hello, chosen, ciphertext]));
}

function statementOf(role: 'initiator' | 'responder', transcript: Uint8Array): Uint8Array {
  return encode(['channel', role, transcript]);
}

/** HKDF (RFC 5869) with SHA3-256, salted by the transcript; a secret for each direction. */
function channelOf(
  { self, peer }: ChannelEnd,
  suite: ChannelSuite,
  transcript: Uint8Array,
  secret: Uint8Array,
  role: 'initiator' | 'responder',
  rekeyAfter: number | undefined,
): Channel {
  const master = extract(sha3_256, secret, transcript);
  const of = (label: string): Uint8Array => expand(sha3_256, master, encode([label]), CIPHER_KEY_BYTES);
  const [mine, theirs] = role === 'initiator' ? ['initiator', 'responder'] : ['responder', 'initiator'];
  const secrets = { sending: of(mine as string), receiving: of(theirs as string) };
  return createChannel({ id: toHex(transcript), suite, self, peer }, secrets, rekeyAfter);
}
