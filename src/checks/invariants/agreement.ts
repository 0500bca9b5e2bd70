import { counted } from '../counted.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { shortHash } from '../facts.ts';
import type { Invariant } from '../invariant.ts';

/** No two correct nodes decide differently for one slot. Misses what nobody decided. */
export function agreement(): Invariant {
  let decided = new Map<number, { readonly digest: string; readonly node: NodeIndex }>();
  return {
    name: 'agreement',
    states: 'no two correct nodes decide different blocks for one height',
    onDecision({ t, node, decision }, facts) {
      const first = decided.get(decision.slot);
      if (first === undefined) {
        decided.set(decision.slot, { digest: decision.digest, node });
        return null;
      }
      if (first.digest === decision.digest) return null;
      const one = `${facts.name(first.node)} decided ${shortHash(first.digest)}`;
      const other = `${facts.name(node)} decided ${shortHash(decision.digest)}`;
      return { at: t, detail: `at height ${decision.slot} ${one} and ${other}` };
    },
    standing: () => ({ verdict: 'holds', detail: `${counted(decided.size, 'height')} decided, each by all alike` }),
    capture: () => [...decided],
    restore(state) {
      decided = new Map(state as [number, { digest: string; node: NodeIndex }][]);
    },
  };
}
