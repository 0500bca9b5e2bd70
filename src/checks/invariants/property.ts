import { counted } from '../counted.ts';
import { clonePlain } from '../../core/clone.ts';
import type { Micros } from '../../core/time.ts';
import { openEnvelope } from '../../kernel/host/signing.ts';
import type { MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { Property, PropertySetting } from '../../protocols/protocol.ts';
import type { Facts } from '../facts.ts';
import type { Invariant, Violation } from '../invariant.ts';

/** A property that a protocol declares of itself, as an invariant of the run. What Byzantine nodes say and show is not judged. */
export function propertyInvariant(property: Property<unknown>, setting: PropertySetting): Invariant {
  let memory = property.createMemory(setting);
  let seen = 0;

  const violation = (t: Micros, facts: Facts, node: number, fault: string | null): Violation | null => {
    seen++;
    return fault === null ? null : { at: t, detail: `${facts.name(node)}: ${fault}` };
  };
  return {
    name: property.name,
    states: property.states,
    kinds: [
      ...(property.onMessage === undefined ? [] : (['message'] as const)),
      ...(property.onState === undefined ? [] : (['state'] as const)),
      ...(property.onMark === undefined ? [] : (['mark'] as const)),
    ],
    onHighlight(highlight, facts) {
      if (highlight.kind === 'message' && property.onMessage !== undefined && isOwnWord(highlight, facts)) {
        const { t, node } = highlight;
        // Opened once for all properties and hosts of this thread: what a correct node sends decodes to what it sent.
        const { message } = openEnvelope(facts.world, highlight.envelope);
        return message === null ? null : violation(t, facts, node, property.onMessage(memory, { t, node, message }));
      }
      if (highlight.kind === 'state' && property.onState !== undefined && facts.isCorrect(highlight.node)) {
        const { t, node } = highlight;
        return violation(t, facts, node, property.onState(memory, highlight));
      }
      if (highlight.kind === 'mark' && property.onMark !== undefined && facts.isCorrect(highlight.node))
        return violation(highlight.t, facts, highlight.node, property.onMark(memory, highlight));
      return null;
    },
    onDecision({ t, node, decision }, facts) {
      if (property.onDecision === undefined) return null;
      return violation(t, facts, node, property.onDecision(memory, { t, node, decision }));
    },
    standing: () => ({ verdict: 'holds', detail: `${counted(seen, 'step')} judged` }),
    capture: () => ({ memory: clonePlain(memory), seen }),
    restore(state) {
      const saved = state as { memory: unknown; seen: number };
      memory = clonePlain(saved.memory);
      seen = saved.seen;
    },
  };
}

function isOwnWord({ node, envelope }: MessageHighlight, facts: Facts): boolean {
  return facts.isCorrect(node) && envelope.claimedFrom === node;
}
