import type { Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import { shortHash } from '../facts.ts';
import type { Invariant } from '../invariant.ts';

const SLOTS_KEPT = 64;

/**
 * A correct node never signs two different statements of one exclusive kind for one (height, view): it casts one vote a
 * phase. Looks back 64 heights.
 */
export function oneVote(): Invariant {
  let said = new Map<number, Map<string, string>>();
  let newest = 0;
  return {
    name: 'one-vote',
    states: 'a correct node votes once per height, view and phase',
    kinds: ['message'],
    onHighlight(highlight: Highlight, facts) {
      if (highlight.kind !== 'message' || !facts.isCorrect(highlight.node)) return null;
      const declaration = facts.world.protocol.declaration.messages[highlight.type];
      if (declaration?.exclusive !== true || highlight.envelope.claimedFrom !== highlight.node) return null;
      const { slot, epoch, digest, node } = highlight satisfies MessageHighlight;
      if (slot > newest) {
        newest = slot;
        for (const old of said.keys()) if (old < slot - SLOTS_KEPT) said.delete(old);
      }
      const ofSlot = said.get(slot) ?? new Map<string, string>();
      said.set(slot, ofSlot);
      const key = `${node}/${highlight.type}/${epoch}`;
      const before = ofSlot.get(key);
      ofSlot.set(key, digest);
      if (before === undefined || before === digest) return null;
      const both = `${shortHash(before)} and ${shortHash(digest)}`;
      const where = `height ${slot}, view ${epoch}`;
      return { at: highlight.t, detail: `${facts.name(node)} signed two ${declaration.label} at ${where}: ${both}` };
    },
    standing: () => ({ verdict: 'holds', detail: 'no correct node contradicted itself' }),
    capture: () => ({ said, newest }),
    restore(state) {
      const saved = state as { said: Map<number, Map<string, string>>; newest: number };
      said = saved.said;
      newest = saved.newest;
    },
  };
}
