import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleBlock, blockHash, GENESIS_HASH } from './block.ts';
import { findTransfer, type InclusionProof, inclusionProof, verifyInclusion } from './inclusion.ts';
import { createLedger, transferId } from './ledger.ts';
import { CLIENTS, RULES, signedBatch, signedBatches, WORKLOAD } from './testing.ts';
import type { SignedBatch } from './types.ts';

const blockOf = (batches: readonly SignedBatch[], height = 1) =>
  assembleBlock(
    createLedger(WORKLOAD, CLIENTS),
    batches,
    { height, parent: GENESIS_HASH, proposer: 0, epoch: 0, validators: null },
    RULES,
  );

describe('inclusion', () => {
  it('is proved for every transfer of a block, from the block hash alone', () => {
    const batches = fc.uniqueArray(signedBatches, {
      minLength: 1,
      maxLength: 9,
      selector: ({ batch }) => transferId(batch, 0),
    });
    fc.assert(
      fc.property(batches, (list) => {
        const block = blockOf(list);
        const hash = blockHash(block);
        for (const { batch } of list) {
          for (const [position, transfer] of batch.transfers.entries()) {
            const id = transferId(batch, position);
            const proof = structuredClone(inclusionProof(block, id)!);
            expect(verifyInclusion(hash, id, proof)).toEqual(transfer);
            expect(findTransfer(block, id)?.transfer).toBe(transfer);
          }
        }
      }),
    );
  });

  const list = [0, 1, 2, 3, 4].map((sequence) =>
    signedBatch(sequence % CLIENTS, sequence, [
      { from: sequence % CLIENTS, to: 5, amount: 1 + sequence },
      { from: 0, to: 1, amount: 9 },
    ]),
  );
  const block = blockOf(list);
  const hash = blockHash(block);
  const id = transferId(list[3]!.batch, 0);
  const proof = inclusionProof(block, id)!;

  it('is not proved for what is absent', () => {
    expect(inclusionProof(block, transferId(list[3]!.batch, 2))).toBeNull();
    expect(inclusionProof(block, 'nonsense')).toBeNull();
  });

  const transfers = [{ from: 0, to: 5, amount: 99 }, ...proof.signed.batch.transfers.slice(1)];
  it.each<[string, string, string, unknown]>([
    ['another block', blockHash(blockOf(list, 2)), id, proof],
    ['another transfer of the batch', hash, transferId(list[3]!.batch, 1), proof],
    ['another batch', hash, transferId(list[2]!.batch, 0), proof],
    ['another position', hash, id, { ...proof, position: 1 }],
    [
      'a changed amount',
      hash,
      id,
      { ...proof, signed: { ...proof.signed, batch: { ...proof.signed.batch, transfers } } },
    ],
    ['a changed signature', hash, id, { ...proof, signed: { ...proof.signed, signature: Uint8Array.of(1) } }],
    ['a changed header', hash, id, { ...proof, header: { ...proof.header, epoch: 1 } }],
    ['another leaf', hash, id, { ...proof, path: { ...proof.path, index: 2 } }],
    ['another size', hash, id, { ...proof, path: { ...proof.path, leafCount: 4 } }],
    ['a shorter path', hash, id, { ...proof, path: { ...proof.path, path: proof.path.path.slice(1) } }],
    ['no path', hash, id, { ...proof, path: null }],
    ['no header', hash, id, { ...proof, header: { ...proof.header, txRoot: 'x' } }],
    ['nothing', hash, id, null],
  ])('%s is refused', (_, blockHashText, name, value) => {
    expect(verifyInclusion(hash, id, proof)).toEqual({ from: 0, to: 5, amount: 4 });
    expect(verifyInclusion(blockHashText, name, value as InclusionProof)).toBeNull();
  });

  it('is refused once its object was changed, though it was accepted before', () => {
    const stranger = JSON.parse(JSON.stringify({ ...proof, signed: null })) as { header: { epoch: number } };
    const batch = structuredClone(proof.signed.batch) as unknown as { transfers: { amount: number }[] };
    const changing = { ...stranger, signed: { ...proof.signed, batch } } as unknown as InclusionProof;
    expect(verifyInclusion(hash, id, changing)).toEqual({ from: 0, to: 5, amount: 4 });
    batch.transfers[0]!.amount = 99;
    expect(verifyInclusion(hash, id, changing)).toBeNull();
    batch.transfers[0]!.amount = 4;
    stranger.header.epoch = 1;
    expect(verifyInclusion(hash, id, changing)).toBeNull();
  });

  it('never throws, whatever the proof', () => {
    const partial = fc.record({
      header: fc.constant(proof.header),
      path: fc.anything(),
      signed: fc.constant(proof.signed),
      position: fc.anything(),
    });
    for (const position of [{ toString: [] }, '0', -1, 0.5, null])
      expect(verifyInclusion(hash, id, { ...proof, position } as unknown as InclusionProof)).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.anything(), partial), (value) => {
        expect(verifyInclusion(hash, id, value as InclusionProof)).toBeNull();
      }),
    );
  });
});
