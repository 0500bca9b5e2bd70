import { counted } from '../counted.ts';
import { encode } from '../../core/encoding.ts';
import { hashHex } from '../../crypto/hash.ts';
import { createLedger, executeBatch, isExecuted, stateRoot, totalUnits } from '../../ledger/ledger.ts';
import type { Batch, LedgerState, SignedBatch } from '../../ledger/types.ts';
import type { DecidedBlock } from '../../protocols/protocol.ts';
import type { Envelope } from '../../kernel/envelope.ts';
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
  const submitted = new Submissions();
  return {
    name: 'validity',
    states: 'only submitted transactions are executed, once, and no unit appears or disappears',
    kinds: ['message'],
    onHighlight(highlight) {
      if (highlight.kind !== 'message' || highlight.node < facts.validatorCount) return null;
      submitted.add(highlight.envelope);
      return null;
    },
    onDecision({ t, node, block }) {
      if (block.height !== height + 1) return null;
      height = block.height;
      const fault = replay(block, ledger, submitted, facts);
      return fault === null ? null : { at: t, detail: `${facts.name(node)} decided height ${block.height}: ${fault}` };
    },
    standing: () => ({
      verdict: 'holds',
      detail: `${counted(height, 'block')} replayed, ${totalUnits(ledger)} units in all`,
    }),
    capture: () => ({ ledger, height, submitted: submitted.hashes() }),
    restore(state) {
      const saved = state as { ledger: LedgerState; height: number; submitted: string[] };
      ledger = saved.ledger;
      height = saved.height;
      submitted.reset(saved.submitted);
    },
  };
}

const UNHASHED_MAX = 1024;

/** The batches that clients signed, by hash; those that are the very object a client sent are known without it. */
class Submissions {
  #sent = new WeakSet<object>();
  #unhashed: Uint8Array[] = [];
  #hashes = new Set<string>();

  add({ bytes, memo }: Envelope): void {
    if (memo !== null && typeof memo.message === 'object' && memo.message !== null) this.#sent.add(memo.message);
    this.#unhashed.push(bytes);
    if (this.#unhashed.length > UNHASHED_MAX) this.#hashAll();
  }

  has(batch: Batch): boolean {
    if (this.#sent.has(batch)) return true;
    this.#hashAll();
    return this.#hashes.has(hashHex(encode(batch)));
  }

  hashes(): readonly string[] {
    this.#hashAll();
    return [...this.#hashes];
  }

  reset(hashes: readonly string[]): void {
    this.#sent = new WeakSet();
    this.#unhashed = [];
    this.#hashes = new Set(hashes);
  }

  #hashAll(): void {
    for (const bytes of this.#unhashed) this.#hashes.add(hashHex(bytes));
    this.#unhashed = [];
  }
}

/** Executes the block on the judge's ledger; what is wrong with it, or null. */
function replay(block: DecidedBlock, ledger: LedgerState, submitted: Submissions, facts: Facts): string | null {
  const before = totalUnits(ledger);
  for (const entry of block.batches) {
    const { batch, signature } = entry as SignedBatch;
    const name = `${batch.client}/${batch.sequence}`;
    if (!submitted.has(batch)) return `batch ${name} was never submitted`;
    if (!verifyStatement(facts.world, batch.client, batch, signature)) return `batch ${name} carries a bad signature`;
    if (isExecuted(ledger, batch.client - facts.validatorCount, batch.sequence))
      return `batch ${name} is executed twice`;
    executeBatch(ledger, batch, facts.validatorCount);
  }
  if (ledger.balances.some((balance) => balance < 0)) return 'a balance is negative';
  if (totalUnits(ledger) !== before) return `the sum of balances changed from ${before} to ${totalUnits(ledger)}`;
  if (stateRoot(ledger) !== block.stateRoot) return 'its state root is not that of a serial replay';
  return null;
}
