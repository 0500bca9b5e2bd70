/** Values for the tests of this layer: small worlds, so that collisions, shortages and replays happen often. */
import * as fc from 'fast-check';
import type { Batch, SignedBatch, Transfer } from './types.ts';

export const VALIDATORS = 4;
export const CLIENTS = 3;
export const ACCOUNTS = 7;
export const WORKLOAD = { accountCount: ACCOUNTS, initialBalance: 250 };
export const LIMITS = { maxBatches: 64, maxTransfers: 600, maxBatchTransfers: 50 };
export const RULES = { validatorCount: VALIDATORS, maxTransfers: 100 };

/** A batch of the client at a position, signed with bytes that depend on nothing. */
export function signedBatch(position: number, sequence: number, transfers: readonly Transfer[]): SignedBatch {
  const batch: Batch = { type: 'submit', client: VALIDATORS + position, sequence, transfers };
  return { batch, signature: Uint8Array.of(position, sequence & 0xff, transfers.length) };
}

/** Transfers of well-formed shape, many of which the ledger must refuse. */
export const transfers: fc.Arbitrary<Transfer> = fc.record({
  from: fc.nat({ max: ACCOUNTS }),
  to: fc.nat({ max: ACCOUNTS }),
  amount: fc.oneof(fc.nat({ max: 400 }), fc.constant(Number.MAX_SAFE_INTEGER)),
});

/** Anything a bug could hand to the ledger as a transfer. */
export const wildTransfers: fc.Arbitrary<Transfer> = fc.record({
  from: fc.oneof(fc.integer(), fc.double(), fc.nat({ max: ACCOUNTS })),
  to: fc.oneof(fc.integer(), fc.double(), fc.nat({ max: ACCOUNTS })),
  amount: fc.oneof(fc.integer(), fc.double(), fc.nat({ max: 300 })),
});

/** Batches of known clients, with few sequences so that they repeat. */
export const signedBatches: fc.Arbitrary<SignedBatch> = fc
  .tuple(fc.nat({ max: CLIENTS - 1 }), fc.nat({ max: 12 }), fc.array(transfers, { minLength: 1, maxLength: 6 }))
  .map(([position, sequence, list]) => signedBatch(position, sequence, list));
