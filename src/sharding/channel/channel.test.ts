import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import { streamKey } from '../../core/prng.ts';
import {
  ANSWER_ENTROPY_BYTES,
  type Answer,
  answerChannel,
  type ChannelEnd,
  completeChannel,
  confirmChannel,
  type Hello,
  OFFER_ENTROPY_BYTES,
  offerChannel,
  parseHandshake,
} from './handshake.ts';
import {
  type Channel,
  createChannel,
  EPOCHS_AHEAD_MAX,
  isSealedRecord,
  openRecord,
  type SealedRecord,
  sealRecord,
} from './session.ts';
import {
  CIPHERS,
  type ChannelSuite,
  KEMS,
  kemDecapsulate,
  kemEncapsulate,
  KEM_SIZES,
  kemKeygen,
  LEGACY_SUITES,
  MODERN_SUITES,
  streamBytes,
} from './suites.ts';

const bytesOf = (length: number, start = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (start + i) % 256);
const entropy = (node: number, byteCount: number): Uint8Array => streamBytes(streamKey(7, 9, node), 0, byteCount).bytes;

const modernKeys = [0, 1].map((shard) => ml_dsa65.keygen(bytesOf(32, shard)));
const legacyKeys = [0, 1].map((shard) => bytesOf(32, 100 + shard));

/** One end with real signatures; `peerIs` and `selfIs` decide keys and suites. */
function end(self: 0 | 1, selfIs: 'modern' | 'legacy', peerIs: 'modern' | 'legacy'): ChannelEnd {
  const peer = self === 0 ? 1 : 0;
  return {
    self,
    peer,
    suites: selfIs === 'modern' ? MODERN_SUITES : LEGACY_SUITES,
    isPeerPostQuantum: peerIs === 'modern',
    sign: (statement) =>
      selfIs === 'modern'
        ? ml_dsa65.sign(statement, modernKeys[self]!.secretKey, { extraEntropy: false })
        : ed25519.sign(statement, legacyKeys[self]!),
    verifyPeer: (statement, signature) =>
      peerIs === 'modern'
        ? ml_dsa65.verify(signature, statement, modernKeys[peer]!.publicKey)
        : ed25519.verify(signature, statement, ed25519.getPublicKey(legacyKeys[peer]!)),
  };
}

interface Interference {
  readonly hello?: (hello: Hello) => Hello;
  readonly answer?: (answer: Answer) => Answer;
}

/** A whole handshake with an attacker on the line, who speaks after every message was encoded and decoded. */
function handshake(
  initiator: ChannelEnd,
  responder: ChannelEnd,
  attacker: Interference = {},
  rekeyAfter?: number,
): { readonly refused: string } | { readonly a: Channel; readonly b: Channel } {
  const wire = <T>(message: T): T => parseHandshake(decode(encode(message))) as T;
  const offer = offerChannel(initiator, entropy(0, OFFER_ENTROPY_BYTES));
  const hello = wire((attacker.hello ?? ((one) => one))(wire(offer.hello)));
  const answered = answerChannel(responder, hello, entropy(1, ANSWER_ENTROPY_BYTES), rekeyAfter);
  if ('refused' in answered) return { refused: `responder: ${answered.refused}` };
  const answer = (attacker.answer ?? ((one) => one))(wire(answered.answer));
  const completed = completeChannel(initiator, structuredClone(offer), answer, rekeyAfter);
  if ('refused' in completed) return { refused: `initiator: ${completed.refused}` };
  const confirmed = confirmChannel(responder, structuredClone(answered), wire(completed.confirmation));
  if ('refused' in confirmed) return { refused: `responder: ${confirmed.refused}` };
  return { a: completed.channel, b: confirmed.channel };
}

function opened(rekeyAfter?: number): { a: Channel; b: Channel } {
  const made = handshake(end(0, 'modern', 'modern'), end(1, 'modern', 'modern'), {}, rekeyAfter);
  if (!('a' in made)) throw new Error(made.refused);
  return made;
}

describe('handshake', () => {
  it('two post-quantum shards agree on ML-KEM-768, the same way every time', () => {
    const { a, b } = opened();
    expect([a.suite, b.suite]).toEqual(['ml-kem-768/aes-256-gcm', 'ml-kem-768/aes-256-gcm']);
    expect(opened()).toEqual({ a, b });
    expect(a.sending.key).not.toEqual(b.sending.key);
    expect(openRecord(b, sealRecord(a, bytesOf(9)))).toEqual({ plaintext: bytesOf(9) });
    expect(openRecord(a, sealRecord(b, bytesOf(3)))).toEqual({ plaintext: bytesOf(3) });
  });

  it.each([
    ['modern', 'legacy'],
    ['legacy', 'modern'],
    ['legacy', 'legacy'],
  ] as const)('%s with %s falls back to the classical suite', (one, other) => {
    const made = handshake(end(0, one, other), end(1, other, one));
    expect(made).toMatchObject({ a: { suite: 'x25519/chacha20-poly1305' }, b: { suite: 'x25519/chacha20-poly1305' } });
  });

  it('after an upgrade the next handshake is post-quantum', () => {
    expect(handshake(end(0, 'modern', 'legacy'), end(1, 'legacy', 'modern'))).toMatchObject({
      a: { suite: 'x25519/chacha20-poly1305' },
    });
    expect(handshake(end(0, 'modern', 'modern'), end(1, 'modern', 'modern'))).toMatchObject({
      a: { suite: 'ml-kem-768/aes-256-gcm' },
    });
  });

  const strike = (hello: Hello): Hello => ({
    ...hello,
    offered: hello.offered.filter((suite) => suite.startsWith('x25519')),
  });

  it('a struck-out suite is a downgrade: refused by registered keys', () => {
    const made = handshake(end(0, 'modern', 'modern'), end(1, 'modern', 'modern'), { hello: strike });
    expect(made).toEqual({
      refused: 'responder: downgrade: x25519/chacha20-poly1305 with a peer that has post-quantum keys',
    });
  });

  it('and by the signed transcript, where nobody knows what the peer can', () => {
    const unaware = (self: 0 | 1): ChannelEnd => ({ ...end(self, 'modern', 'modern'), isPeerPostQuantum: false });
    const made = handshake(unaware(0), unaware(1), { hello: strike });
    expect(made).toEqual({ refused: expect.stringContaining('initiator: the peer signed another transcript') });
  });

  const changes: readonly (readonly [string, Interference])[] = [
    ['the order of suites', { hello: (hello) => ({ ...hello, offered: [...hello.offered].slice(0, 2).reverse() }) }],
    [
      'the key',
      {
        hello: (hello) => ({
          ...hello,
          keys: offerChannel(end(0, 'modern', 'modern'), entropy(5, OFFER_ENTROPY_BYTES)).hello.keys,
        }),
      },
    ],
    ['the chosen suite', { answer: (answer) => ({ ...answer, chosen: 'ml-kem-768/chacha20-poly1305' }) }],
    [
      'the ciphertext',
      {
        answer: (answer) => ({
          ...answer,
          ciphertext: answer.ciphertext.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
        }),
      },
    ],
    [
      'the signature',
      {
        answer: (answer) => ({ ...answer, signature: answer.signature.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) }),
      },
    ],
  ];
  it.each(changes)('an attacker who changes %s is found by the initiator', (_, attacker) => {
    const made = handshake(end(0, 'modern', 'modern'), end(1, 'modern', 'modern'), attacker);
    expect(made).toEqual({ refused: expect.stringContaining('initiator: the peer signed another transcript') });
  });

  it('refuses what does not fit: other shards, no common suite, a key that is none, a confirmation by somebody else', () => {
    const [a, b] = [end(0, 'modern', 'modern'), end(1, 'modern', 'modern')];
    expect(handshake(a, b, { hello: (hello) => ({ ...hello, to: 5 }) })).toMatchObject({
      refused: expect.stringContaining('other shards'),
    });
    expect(handshake(a, { ...b, suites: ['x25519/aes-256-gcm'] })).toMatchObject({
      refused: expect.stringContaining('no common suite'),
    });
    const bad = {
      hello: (hello: Hello) => ({
        ...hello,
        keys: [{ kem: 'ml-kem-768' as const, publicKey: new Uint8Array(1184).fill(255) }],
      }),
    };
    expect(handshake(a, b, bad)).toMatchObject({ refused: expect.stringContaining('no valid key') });
    const answered = answerChannel(b, offerChannel(a, entropy(0, 96)).hello, entropy(1, 32));
    if ('refused' in answered) throw new Error(answered.refused);
    expect(
      confirmChannel(b, answered, { type: 'channel-confirmation', signature: answered.answer.signature }),
    ).toHaveProperty('refused');
  });

  it('reads only messages of the right form and size', () => {
    const { hello } = offerChannel(end(0, 'modern', 'modern'), entropy(0, 96));
    expect(parseHandshake(hello)).toEqual(hello);
    const wrong = [
      null,
      7,
      {},
      { ...hello, from: 'x' },
      { ...hello, offered: ['rot13/none'] },
      { ...hello, keys: [null] },
      { ...hello, keys: [{ kem: 'x25519', publicKey: new Uint8Array(31) }] },
      { ...hello, offered: Array.from({ length: 9 }, () => MODERN_SUITES[0]) },
      { type: 'channel-answer', chosen: MODERN_SUITES[0], ciphertext: new Uint8Array(7), signature: new Uint8Array(1) },
      { type: 'channel-confirmation', signature: 'abc' },
    ];
    expect(wrong.map(parseHandshake)).toEqual(wrong.map(() => null));
    fc.assert(
      fc.property(fc.anything(), (value) => {
        parseHandshake(value);
        isSealedRecord(value);
      }),
    );
  });
});

describe('key encapsulation', () => {
  it.each(KEMS)('%s: both sides find one secret; sizes are those of the standard', (kem) => {
    const sizes = KEM_SIZES[kem];
    const keys = kemKeygen(kem, bytesOf(sizes.keygenBytes));
    const made = kemEncapsulate(kem, keys.publicKey, bytesOf(sizes.encapsulationBytes, 50));
    if (made === null) throw new Error('a fresh key is valid');
    expect([keys.publicKey.length, made.ciphertext.length, made.secret.length]).toEqual([
      sizes.publicKeyBytes,
      sizes.ciphertextBytes,
      32,
    ]);
    expect(kemDecapsulate(kem, made.ciphertext, keys)).toEqual(made.secret);
    expect(kemDecapsulate(kem, made.ciphertext, kemKeygen(kem, bytesOf(sizes.keygenBytes, 1)))).not.toEqual(
      made.secret,
    );
  });

  it('refuses points of small order', () => {
    expect(kemEncapsulate('x25519', new Uint8Array(32), bytesOf(32))).toBeNull();
  });
});

describe('records', () => {
  const pair = (cipher: (typeof CIPHERS)[number], rekeyAfter: number): { a: Channel; b: Channel } => {
    const suite: ChannelSuite = `ml-kem-768/${cipher}`;
    const [up, down] = [bytesOf(32, 1), bytesOf(32, 2)];
    return {
      a: createChannel({ id: 'c', suite, self: 0, peer: 1 }, { sending: up, receiving: down }, rekeyAfter),
      b: createChannel({ id: 'c', suite, self: 1, peer: 0 }, { sending: down, receiving: up }, rekeyAfter),
    };
  };

  it.each(CIPHERS)('%s: every record opens once, in any order within an epoch or two', (cipher) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 24 }),
        (rekeyAfter, delays) => {
          const { a, b } = pair(cipher, rekeyAfter);
          const records = delays.map((_, i) => sealRecord(a, Uint8Array.of(i)));
          expect(new Set(records.map(({ epoch, sequence }) => `${epoch} ${sequence}`)).size).toBe(records.length);
          const arriving = records
            .map((record, i) => ({ record, i, at: i + Math.min(delays[i] ?? 0, rekeyAfter - 1) }))
            .sort((x, y) => x.at - y.at);
          for (const { record, i } of arriving) {
            expect(openRecord(b, structuredClone(record))).toEqual({ plaintext: Uint8Array.of(i) });
            expect(openRecord(b, record)).toEqual({ refused: 'replayed' });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(CIPHERS)('%s: one changed bit anywhere is tampering, and changes nothing', (cipher) => {
    const { a, b } = pair(cipher, 4);
    const record = sealRecord(a, bytesOf(20));
    const before = structuredClone(b);
    const changed: SealedRecord[] = [
      ...Array.from(record.sealed, (_, at) => ({
        ...record,
        sealed: record.sealed.map((byte, i) => (i === at ? byte ^ 0x10 : byte)),
      })),
      { ...record, sequence: 1 },
      { ...record, epoch: 1 },
      { ...record, sealed: record.sealed.slice(1) },
      { ...record, sealed: new Uint8Array(0) },
      { ...record, sequence: 4 },
      { ...record, sequence: -1 },
      { ...record, sequence: 0.5 },
    ];
    for (const one of changed) expect(openRecord(b, one)).toEqual({ refused: 'tampered' });
    expect(b).toEqual(before);
    expect(openRecord(b, record)).toEqual({ plaintext: bytesOf(20) });
  });

  it('a record sent back to its sender, or of another channel, does not open', () => {
    const { a, b } = opened();
    const record = sealRecord(a, bytesOf(4));
    expect(openRecord(a, record)).toEqual({ refused: 'tampered' });
    expect(openRecord(b, { ...record, channel: 'x' })).toEqual({ refused: 'another channel' });
  });

  it('keys change after so many records; older keys are forgotten, forged epochs cost little', () => {
    const { a, b } = opened(2);
    const records = Array.from({ length: 7 }, (_, i) => sealRecord(a, Uint8Array.of(i)));
    expect(records.map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1, 2, 2, 3]);
    expect(a.sending.key).not.toEqual(opened(2).a.sending.key);
    expect(openRecord(b, records[4]!)).toHaveProperty('plaintext');
    expect(openRecord(b, records[6]!)).toHaveProperty('plaintext');
    expect(b.receiving.map(({ epoch }) => epoch)).toEqual([2, 3]);
    expect(openRecord(b, records[5]!)).toHaveProperty('plaintext');
    expect(openRecord(b, records[3]!)).toEqual({ refused: 'too old' });
    expect(openRecord(b, { ...records[6]!, epoch: 4 + EPOCHS_AHEAD_MAX })).toEqual({ refused: 'too far ahead' });
    expect(structuredClone(b)).toEqual(b);
  });
});
