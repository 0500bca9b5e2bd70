import { describe, expect, it } from 'vitest';
import { assembleBlock, BLOCK_REFUSAL, GENESIS_HASH } from '../../ledger/block.ts';
import { copyLedger, stateRoot } from '../../ledger/ledger.ts';
import type { Block, LedgerState, SignedBatch } from '../../ledger/types.ts';
import { genesisLedger, ledgerAfter, refusalOf } from './ledgers.ts';

const GENESIS = { accountCount: 2, initialBalance: 100 };
const RULES = { validatorCount: 4, maxTransfers: 10 };

/** A block at this height in which client 4 sends `amount`. */
function blockOf(below: LedgerState, height: number, amount: number): Block {
  const batch = { type: 'submit', client: 4, sequence: height, transfers: [{ from: 0, to: 1, amount }] } as const;
  const batches: SignedBatch[] = [{ batch, signature: new Uint8Array(32) }];
  const header = { height, parent: GENESIS_HASH, proposer: 0, epoch: height, validators: null };
  return assembleBlock(below, batches, header, RULES);
}

describe('ledgers of a thread', () => {
  const genesis = genesisLedger(GENESIS, 1);

  it('are one object at genesis, for one testnet', () => {
    expect(genesisLedger(GENESIS, 1)).toBe(genesis);
    expect(genesisLedger(GENESIS, 2).executed).toHaveLength(2);
    expect(genesisLedger({ accountCount: 3, initialBalance: 7 }, 1).balances).toEqual([7, 7, 7]);
  });

  it('are executed once, without a change to what they stand on', () => {
    const block = blockOf(genesis, 1, 30);
    const after = ledgerAfter(genesis, block, 4);
    expect(after.balances).toEqual([70, 130]);
    expect(stateRoot(after)).toBe(block.stateRoot);
    expect(genesis.balances).toEqual([100, 100]);
    expect(ledgerAfter(genesis, block, 4)).toBe(after);
  });

  it('tell blocks of one height apart, and one block on two ledgers', () => {
    const first = blockOf(genesis, 1, 30);
    const other = blockOf(genesis, 1, 40);
    const poorer: LedgerState = { ...copyLedger(genesis), balances: [10, 100] };
    expect(ledgerAfter(genesis, first, 4).balances).toEqual([70, 130]);
    expect(ledgerAfter(genesis, other, 4).balances).toEqual([60, 140]);
    expect(ledgerAfter(poorer, other, 4).balances).toEqual([10, 100]);
    // With five validators client 4 is none.
    expect(ledgerAfter(poorer, other, 5).balances).toEqual([10, 100]);
    expect(ledgerAfter(genesis, other, 5).balances).toEqual([100, 100]);
    expect(refusalOf(genesis, first, RULES)).toBeNull();
    expect(refusalOf(poorer, first, RULES)).toBe(BLOCK_REFUSAL.stateRoot);
    expect(refusalOf(genesis, first, { ...RULES, maxTransfers: 0 })).toBe(BLOCK_REFUSAL.tooManyTransfers);
    expect(refusalOf(genesis, first, RULES)).toBeNull();
  });
});
