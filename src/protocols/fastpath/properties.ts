/** What the fast path promises beyond the common invariants, as folds over what correct replicas say and decide. */
import type { Property } from '../protocol.ts';
import type { Message } from './messages.ts';

/** Heights that a fold remembers; older ones are settled. */
const KEPT = 64;

interface Statement {
  readonly view: number;
  readonly digest: string;
}

/** By height. */
interface Memory {
  /** The block decided fast in the lowest view. */
  readonly decided: Map<number, Statement>;
  /** Different statements of correct replicas, in VOTEs and COMMITs. */
  readonly said: Map<number, Statement[]>;
}

const fastIsKept: Property<Message> = {
  name: 'fast-is-kept',
  states: 'in later views nobody correct votes for anything but the block that was decided fast',
  createMemory: (): Memory => ({ decided: new Map(), said: new Map() }),
  onDecision(memory, { decision }) {
    const { decided, said } = memory as Memory;
    const { slot, epoch: view, digest } = decision;
    const known = decided.get(slot);
    const { isFast } = decision.certificate as { readonly isFast: boolean };
    if (!isFast || (known !== undefined && known.view <= view)) return null;
    decided.set(slot, { view, digest });
    for (const height of decided.keys()) if (height <= slot - KEPT) decided.delete(height);
    const other = (said.get(slot) ?? []).find((statement) => isAgainst(statement, { view, digest }));
    return other === undefined ? null : `decided fast in view ${view} a block that view ${other.view} voted against`;
  },
  onMessage(memory, { message }) {
    if (message.type !== 'vote' && message.type !== 'commit') return null;
    const { decided, said } = memory as Memory;
    const { height, view, digest } = message;
    const block = decided.get(height);
    if (block !== undefined && isAgainst(message, block)) {
      return `votes in view ${view} against the block that was decided fast in view ${block.view}`;
    }
    const known = said.get(height);
    if (known === undefined) {
      said.set(height, [{ view, digest }]);
      for (const old of said.keys()) if (old <= height - KEPT) said.delete(old);
    } else if (!known.some((statement) => statement.view === view && statement.digest === digest)) {
      known.push({ view, digest });
    }
    return null;
  },
};

function isAgainst(statement: Statement, block: Statement): boolean {
  return statement.view > block.view && statement.digest !== block.digest;
}

export const properties: readonly Property<Message>[] = [fastIsKept];
