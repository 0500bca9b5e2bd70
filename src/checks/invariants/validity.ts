import { encode } from '../../core/encoding.ts';
import { hashHex } from '../../crypto/hash.ts';
import { createLedger, executeBatch, isExecuted, stateRoot, totalUnits } from '../../ledger/ledger.ts';
import type { Batch, LedgerState, SignedBatch } from '../../ledger/types.ts';
import type { DecidedBlock } from '../../protocols/protocol.ts';
import { verifyStatement } from '../../kernel/host/signing.ts';
import type { Facts } from '../facts.ts';
import type { Invariant } from '../invariant.ts';

/**
 * Only what clients submitted is executed, once; nobody overspends; the sum of balances stays; every state root is that of
 * a serial replay. The judge replays the first chain it sees decided, so a second chain of a split is judged by agreement.
 */
export function validity(facts: Facts): Invariant {
  let ledger = createLedger(facts.plan.workload, facts.plan.clientCount);
  let height = 0;
  /** Hashes of the batches that clients signed. */
  let submitted = new Set<string>();
  return {
    name: 'validity',
    states: 'only submitted transactions are executed, once, and no unit appears or disappears',
    onHighlight(highlight) {
      if (highlight.kind !== 'message' || highlight.node < facts.validatorCount) return null;
      submitted.add(hashHex(highlight.envelope.bytes));
      return null;
    },
    onDecision({ t, node, block }) {
      if (block.height !== height + 1) return null;
      height = block.height;
      const fault = replay(block, ledger, submitted, facts);
      return fault === null ? null : { at: t, detail: `${facts.name(node)} decided height ${block.height}: ${fault}` };
    },
    standing: () => ({ verdict: 'holds', detail: `${height} blocks replayed, ${totalUnits(ledger)} units in all` }),
    capture: () => ({ ledger, height, submitted: [...submitted] }),
    restore(state) {
      const saved = state as { ledger: LedgerState; height: number; submitted: string[] };
      ledger = saved.ledger;
      height = saved.height;
      submitted = new Set(saved.submitted);
    },
  };
}

/** Executes the block on the judge's ledger; what is wrong with it, or null. */
function replay(block: DecidedBlock, ledger: LedgerState, submitted: ReadonlySet<string>, facts: Facts): string | null {
  const before = totalUnits(ledger);
  for (const entry of block.batches) {
    const { batch, signature } = entry as SignedBatch;
    const name = `${batch.client}/${batch.sequence}`;
    const encoded = encode(batch satisfies Batch);
    if (!submitted.has(hashHex(encoded))) return `batch ${name} was never submitted`;
    if (!verifyStatement(facts.world, batch.client, batch, signature, encoded))
      return `batch ${name} carries a bad signature`;
    if (isExecuted(ledger, batch.client - facts.validatorCount, batch.sequence))
      return `batch ${name} is executed twice`;
    executeBatch(ledger, batch, facts.validatorCount);
  }
  if (ledger.balances.some((balance) => balance < 0)) return 'a balance is negative';
  if (totalUnits(ledger) !== before) return `the sum of balances changed from ${before} to ${totalUnits(ledger)}`;
  if (stateRoot(ledger) !== block.stateRoot) return 'its state root is not that of a serial replay';
  return null;
}
