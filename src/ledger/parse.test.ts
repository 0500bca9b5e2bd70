import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../core/encoding.ts';
import { assembleBlock, GENESIS_HASH } from './block.ts';
import { createLedger } from './ledger.ts';
import { MAX_BATCH_TRANSFERS, parseBatch, parseBlock, parseHeader, parseSignedBatch } from './parse.ts';
import { CLIENTS, RULES, signedBatch, WORKLOAD } from './testing.ts';

const PAY = { from: 0, to: 1, amount: 1 };
const SIGNED = signedBatch(0, 7, [PAY]);
const BATCH = SIGNED.batch;
const BLOCK = assembleBlock(
  createLedger(WORKLOAD, CLIENTS),
  [SIGNED],
  { height: 1, parent: GENESIS_HASH, proposer: 0, epoch: 0, validators: [0, 1] },
  RULES,
);

describe('parsing', () => {
  it('returns well-formed values as they are', () => {
    expect(parseBatch(BATCH)).toBe(BATCH);
    expect(parseSignedBatch(SIGNED)).toBe(SIGNED);
    expect(parseBlock(BLOCK)).toBe(BLOCK);
    expect(parseBlock(decode(encode(BLOCK)))).toEqual(BLOCK);
  });

  it('never throws and takes nothing by chance', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withTypedArray: true, withSparseArray: true }), (value) => {
        for (const parse of [parseBatch, parseSignedBatch, parseBlock, parseHeader]) expect(parse(value)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a block in which any one part is anything else', () => {
    const part = fc.constantFrom(...Object.keys(BLOCK));
    let refused = 0;
    fc.assert(
      fc.property(part, fc.anything(), (key, value) => {
        const parsed = parseBlock({ ...BLOCK, [key]: value });
        if (parsed === null) refused++;
        else expect(typeof parsed[key as keyof typeof parsed]).toBe(typeof BLOCK[key as keyof typeof BLOCK]);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  const many = Array.from({ length: MAX_BATCH_TRANSFERS + 1 }, () => PAY);
  it.each<[string, unknown]>([
    ['another type', { ...BATCH, type: 'submitted' }],
    ['an extra key', { ...BATCH, extra: 0 }],
    ['a missing key', { type: 'submit', client: 4, sequence: 0 }],
    ['a negative client', { ...BATCH, client: -1 }],
    ['a sequence beyond 32 bits', { ...BATCH, sequence: 2 ** 32 }],
    ['a fraction', { ...BATCH, sequence: 0.5 }],
    ['minus zero', { ...BATCH, sequence: -0 }],
    ['no transfers', { ...BATCH, transfers: [] }],
    ['too many transfers', { ...BATCH, transfers: many }],
    ['a hole', { ...BATCH, transfers: new Array(1) }],
    ['a negative amount', { ...BATCH, transfers: [{ ...PAY, amount: -1 }] }],
    ['an amount beyond 2^53', { ...BATCH, transfers: [{ ...PAY, amount: 2 ** 53 }] }],
    ['an extra key in a transfer', { ...BATCH, transfers: [{ ...PAY, memo: '' }] }],
    ['an inherited key', Object.create(BATCH)],
  ])('refuses a batch with %s', (_, value) => {
    expect(parseBatch(value)).toBeNull();
    expect(parseSignedBatch({ ...SIGNED, batch: value })).toBeNull();
    expect(parseBlock({ ...BLOCK, batches: [{ ...SIGNED, batch: value }] })).toBeNull();
  });

  it('takes a batch of the largest size', () => {
    expect(parseBatch({ ...BATCH, transfers: many.slice(1) })).not.toBeNull();
  });

  it.each<[string, Record<string, unknown>]>([
    ['a short digest', { parent: 'ab' }],
    ['an upper-case digest', { parent: 'AB'.repeat(32) }],
    ['a digest with a line break', { txRoot: `${'a'.repeat(64)}\n` }],
    ['a repeated member', { validators: [1, 1] }],
    ['an empty set', { validators: [] }],
    ['batches of another kind', { batches: {} }],
    ['an endless signature', { batches: [{ ...SIGNED, signature: new Uint8Array(60_000) }] }],
    ['a signature as a list', { batches: [{ ...SIGNED, signature: [1, 2] }] }],
  ])('refuses a block with %s', (_, change) => {
    expect(parseBlock({ ...BLOCK, ...change })).toBeNull();
  });
});
