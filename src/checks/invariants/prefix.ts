import { counted } from '../counted.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { shortHash } from '../facts.ts';
import type { Invariant } from '../invariant.ts';

interface Tip {
  readonly height: number;
  readonly hash: string;
}

/** Every correct node's chain grows by one block at a time, each naming the one before: chains are prefixes of each other. */
export function prefixConsistency(): Invariant {
  let tips = new Map<NodeIndex, Tip>();
  return {
    name: 'prefix-consistency',
    states: "each correct node's chain grows block by block, every block naming its parent",
    onDecision({ t, node, decision, block }, facts) {
      const tip = tips.get(node) ?? { height: 0, hash: GENESIS_HASH };
      tips.set(node, { height: block.height, hash: block.hash });
      // A snapshot's block names all before it by its parent; that it is the one all others have is agreement's to say.
      if (decision.isSnapshot === true && block.height > tip.height) return null;
      if (block.height !== tip.height + 1) {
        return { at: t, detail: `${facts.name(node)} decided height ${block.height} after height ${tip.height}` };
      }
      if (block.parent === tip.hash) return null;
      const found = `parent ${shortHash(block.parent)}, its chain ends in ${shortHash(tip.hash)}`;
      return { at: t, detail: `${facts.name(node)} decided height ${block.height} with ${found}` };
    },
    standing: () => ({ verdict: 'holds', detail: `${counted(tips.size, 'chain')} without a gap` }),
    capture: () => [...tips],
    restore(state) {
      tips = new Map(state as [NodeIndex, Tip][]);
    },
  };
}
