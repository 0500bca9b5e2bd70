/**
 * The ledgers that replicas stand on are never written to, only replaced. All replicas of a thread share them, so that a block is
 * checked and executed once a thread: a pure function of ledger and block, both found again by identity.
 */
import { type BlockRefusal, type BlockRules, checkBlock } from '../../ledger/block.ts';
import { copyLedger, createLedger, executeBatch } from '../../ledger/ledger.ts';
import type { Block, Genesis, LedgerState } from '../../ledger/types.ts';

let lastGenesis: Genesis | null = null;
let genesisOf: { readonly clientCount: number; readonly ledger: LedgerState } | null = null;

/** The ledger before the first block: one object for all replicas of a run. */
export function genesisLedger(genesis: Genesis, clientCount: number): LedgerState {
  if (genesis !== lastGenesis || genesisOf?.clientCount !== clientCount) {
    lastGenesis = genesis;
    genesisOf = { clientCount, ledger: createLedger(genesis, clientCount) };
  }
  return genesisOf.ledger;
}

/** Blocks at work at a time: replicas are few heights apart. A power of two. */
const PLACES = 8;

interface Checked {
  readonly below: LedgerState;
  readonly block: Block;
  readonly rules: BlockRules;
  readonly refusal: BlockRefusal | null;
}

interface Executed {
  readonly below: LedgerState;
  readonly block: Block;
  readonly validatorCount: number;
  readonly after: LedgerState;
}

/** The last of each, by height. */
const checked = new Array<Checked | null>(PLACES).fill(null);
const executed = new Array<Executed | null>(PLACES).fill(null);

/** `checkBlock`, once a thread. */
export function refusalOf(below: LedgerState, block: Block, rules: BlockRules): BlockRefusal | null {
  const place = block.height & (PLACES - 1);
  const known = checked[place] ?? null;
  if (known !== null && known.block === block && known.below === below && known.rules === rules) return known.refusal;
  const refusal = checkBlock(below, block, rules);
  checked[place] = { below, block, rules, refusal };
  return refusal;
}

/** The ledger after a block; blocks without transfers leave their parent's. */
export function ledgerAfter(below: LedgerState, block: Block, validatorCount: number): LedgerState {
  if (block.batches.length === 0) return below;
  const place = block.height & (PLACES - 1);
  const known = executed[place] ?? null;
  const isKnown = known !== null && known.block === block && known.below === below;
  if (isKnown && known.validatorCount === validatorCount) return known.after;
  const after = copyLedger(below);
  for (const { batch } of block.batches) executeBatch(after, batch, validatorCount);
  executed[place] = { below, block, validatorCount, after };
  return after;
}
