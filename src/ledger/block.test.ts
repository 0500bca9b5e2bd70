import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../core/encoding.ts';
import {
  applyBlock,
  assembleBlock,
  BLOCK_REFUSAL,
  type BlockProposal,
  blockHash,
  buildBlock,
  checkBlock,
  executeAll,
  GENESIS_HASH,
  headerOf,
  txRootOf,
} from './block.ts';
import { copyLedger, createLedger, isExecuted, stateRoot, totalUnits } from './ledger.ts';
import { addBatch, createMempool, pendingBatches, selectBatches } from './mempool.ts';
import { parseBlock } from './parse.ts';
import { ACCOUNTS, CLIENTS, LIMITS, RULES, signedBatch, signedBatches, VALIDATORS, WORKLOAD } from './testing.ts';
import type { Block, SignedBatch } from './types.ts';

const fresh = () => createLedger(WORKLOAD, CLIENTS);
const PROPOSAL: BlockProposal = { height: 1, parent: GENESIS_HASH, proposer: 2, epoch: 0, validators: null };
const A = signedBatch(0, 0, [
  { from: 0, to: 1, amount: 100 },
  { from: 3, to: 0, amount: 7 },
]);
const B = signedBatch(1, 0, [{ from: 1, to: 2, amount: 300 }]);
const assemble = (batches: readonly SignedBatch[], proposal: Partial<BlockProposal> = {}) =>
  assembleBlock(fresh(), batches, { ...PROPOSAL, ...proposal }, RULES);
const poolOf = (batches: readonly SignedBatch[]) => {
  const pool = createMempool(LIMITS, VALIDATORS, CLIENTS);
  for (const signed of batches) addBatch(pool, fresh(), signed);
  return pool;
};

describe('a block', () => {
  it('carries the ledger root after it', () => {
    const block = assemble([A, B]);
    const after = fresh();
    expect(applyBlock(after, null, block, VALIDATORS)).toEqual([['applied', 'applied'], ['applied']]);
    expect(block.stateRoot).toBe(stateRoot(after));
    expect(block.stateRoot).not.toBe(stateRoot(fresh()));
  });

  it('built, sent, checked and applied gives every node the same ledger', () => {
    let decided = 0;
    fc.assert(
      fc.property(fc.array(fc.array(signedBatches, { maxLength: 8 }), { maxLength: 5 }), (arrivals) => {
        const [ledger, follower] = [fresh(), fresh()];
        const pool = createMempool(LIMITS, VALIDATORS, CLIENTS);
        const blocks: Block[] = [];
        for (const batches of arrivals) {
          for (const signed of batches) addBatch(pool, ledger, signed);
          const parent = blocks.at(-1) === undefined ? GENESIS_HASH : blockHash(blocks.at(-1)!);
          const before = structuredClone({ ledger, pool });
          const block = buildBlock(ledger, pool, { ...PROPOSAL, height: blocks.length + 1, parent }, RULES);
          expect({ ledger, pool }).toEqual(before);
          const received = parseBlock(decode(encode(block)))!;
          expect(received).toEqual(block);
          expect(blockHash(received)).toBe(blockHash(block));
          const unchanged = copyLedger(follower);
          expect(checkBlock(follower, received, RULES)).toBeNull();
          expect(follower).toEqual(unchanged);
          expect(applyBlock(follower, null, received, VALIDATORS)).toEqual(applyBlock(ledger, pool, block, VALIDATORS));
          expect(stateRoot(follower)).toBe(block.stateRoot);
          for (const { batch } of pendingBatches(pool)) {
            expect(isExecuted(ledger, batch.client - VALIDATORS, batch.sequence)).toBe(false);
          }
          blocks.push(block);
          decided += block.batches.length;
        }
        expect(totalUnits(ledger)).toBe(ACCOUNTS * WORKLOAD.initialBalance);
        expect(executeAll(WORKLOAD, VALIDATORS, CLIENTS, blocks).ledger).toEqual(ledger);
      }),
    );
    expect(decided).toBeGreaterThan(100);
  });

  it('is built from what waits, clients in turn by height', () => {
    const block = buildBlock(fresh(), poolOf([A, B]), { ...PROPOSAL, height: 4 }, RULES);
    expect(block.batches).toEqual(selectBatches(poolOf([A, B]), fresh(), RULES.maxTransfers, 4));
    expect(block.batches).toEqual([B, A]);
  });

  it('may be empty', () => {
    const block = assemble([]);
    expect(checkBlock(fresh(), block, RULES)).toBeNull();
    expect(block.stateRoot).toBe(stateRoot(fresh()));
  });
});

describe('hash of a block', () => {
  const DIGEST = 'ab'.repeat(32);
  const changes: readonly Partial<Block>[] = [
    { height: 2 },
    { parent: DIGEST },
    { proposer: 3 },
    { epoch: 1 },
    { txRoot: DIGEST },
    { stateRoot: DIGEST },
    { validators: [0, 1, 2] },
    { validators: [0, 2, 1] },
    { validators: [0] },
  ];

  it('covers every field of the header', () => {
    const block = assemble([A, B]);
    const all = [block, ...changes.map((change) => ({ ...block, ...change }))];
    expect(new Set(all.map(blockHash)).size).toBe(changes.length + 1);
  });

  it('does not confuse neighbouring fields', () => {
    const block = assemble([]);
    expect(blockHash({ ...block, parent: block.txRoot, txRoot: block.parent })).not.toBe(blockHash(block));
    expect(blockHash({ ...block, height: 2, proposer: 1 })).not.toBe(blockHash({ ...block, height: 1, proposer: 2 }));
    expect(blockHash({ ...block, height: 128 })).not.toBe(blockHash({ ...block, height: 0, proposer: 1 }));
  });

  it('is that of the header alone', () => {
    const block = assemble([A]);
    expect(blockHash(headerOf(block))).toBe(blockHash(block));
  });

  it('covers batches, their order and their signatures through the transaction root', () => {
    const resigned = { ...A, signature: Uint8Array.of(1) };
    const lists = [[], [A], [B], [A, B], [B, A], [A, A], [resigned], [A, B, A]];
    expect(new Set(lists.map(txRootOf)).size).toBe(lists.length);
  });

  it('stays the same from release to release', () => {
    const block = assemble([A, B], { validators: [0, 1, 3] });
    expect([blockHash(block), block.txRoot, block.stateRoot]).toEqual([
      '37e799b561d0e2bcbb4faa22bba66786d12f11f810edb30f009ba7abac835300',
      'b891fed9dc9747b2d8abade10876d55d8c7c80e45423d507d4494ba2cc52d686',
      'a3bc0d337482e192989c3e4c25fa05fe2e808bc79213c8da9e775be2113d5621',
    ]);
  });
});

describe('checking refuses', () => {
  const good = assemble([A, B]);
  const other = assemble([A]);
  const overFull = Array.from({ length: 101 }, (_, i) => signedBatch(0, i, [{ from: 0, to: 1, amount: 1 }]));
  const executed = fresh();
  applyBlock(executed, null, other, VALIDATORS);

  it.each<[string, Block, string]>([
    [
      'a changed amount',
      { ...good, batches: [A, signedBatch(1, 0, [{ from: 1, to: 2, amount: 299 }])] },
      BLOCK_REFUSAL.txRoot,
    ],
    ['a changed signature', { ...good, batches: [A, { ...B, signature: Uint8Array.of(0) }] }, BLOCK_REFUSAL.txRoot],
    ['batches in another order', { ...good, batches: [B, A] }, BLOCK_REFUSAL.txRoot],
    ['a missing batch', { ...good, batches: [A] }, BLOCK_REFUSAL.txRoot],
    ['another transaction root', { ...good, txRoot: other.txRoot }, BLOCK_REFUSAL.txRoot],
    ['another state root', { ...good, stateRoot: other.stateRoot }, BLOCK_REFUSAL.stateRoot],
    ['a batch twice', assemble([A, A]), BLOCK_REFUSAL.repeatedBatch],
    ['two batches of one name', assemble([A, signedBatch(0, 0, B.batch.transfers)]), BLOCK_REFUSAL.repeatedBatch],
    ['a batch of nobody', assemble([signedBatch(CLIENTS, 0, B.batch.transfers)]), BLOCK_REFUSAL.unknownClient],
    ['a batch of a validator', assemble([signedBatch(-1, 0, B.batch.transfers)]), BLOCK_REFUSAL.unknownClient],
    ['too much', assemble(overFull), BLOCK_REFUSAL.tooManyTransfers],
    ['an unknown proposer', assemble([A], { proposer: VALIDATORS }), BLOCK_REFUSAL.unknownValidator],
    ['an unknown member', assemble([A], { validators: [0, 1, VALIDATORS] }), BLOCK_REFUSAL.unknownValidator],
    ['an empty validator set', assemble([A], { validators: [] }), BLOCK_REFUSAL.malformed],
    ['an extra key', { ...good, extra: 1 } as Block, BLOCK_REFUSAL.malformed],
  ])('%s', (_, block, reason) => {
    expect(checkBlock(fresh(), block, RULES)).toBe(reason);
  });

  it('what was executed before', () => {
    expect(checkBlock(executed, good, RULES)).toBe(BLOCK_REFUSAL.executedBatch);
    const next = assembleBlock(executed, [B], { ...PROPOSAL, height: 2, parent: blockHash(other) }, RULES);
    expect(checkBlock(executed, next, RULES)).toBeNull();
    expect(checkBlock(fresh(), next, RULES)).toBe(BLOCK_REFUSAL.stateRoot);
  });

  it('and accepts what is untouched', () => {
    expect(checkBlock(fresh(), good, RULES)).toBeNull();
    expect(checkBlock(fresh(), structuredClone(good), RULES)).toBeNull();
    expect(checkBlock(fresh(), assemble(overFull.slice(0, 100)), RULES)).toBeNull();
  });
});
