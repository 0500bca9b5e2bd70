/** What the council promises, judged by what correct validators say. */
import type { Property } from '../../protocol.ts';
import type { Wire } from '../replicated/wire.ts';
import { changeText } from './messages.ts';

interface Memory {
  /** By epoch: what was decided, and who said so first. */
  readonly decided: Map<number, { readonly text: string; readonly node: number }>;
  /** By node: the epoch that it decided last. */
  readonly last: Map<number, number>;
}

/** One decision an epoch, the same everywhere, and none left out. */
export const councilAgreement: Property<Wire> = {
  name: 'council-agreement',
  states:
    'no two shards take another change for the decision of an epoch of the council, and none goes back to an older one',
  createMemory: (): Memory => ({ decided: new Map(), last: new Map() }),
  onMessage(raw, { node, message }) {
    const { decided, last } = raw as Memory;
    if (message.type !== 'council-decided') return null;
    const { epoch, change } = message;
    const text = changeText(change);
    const first = decided.get(epoch);
    if (first === undefined) decided.set(epoch, { text, node });
    else if (first.text !== text)
      return `takes "${text}" for the decision of epoch ${epoch}, node ${first.node} "${first.text}"`;
    const known = last.get(node) ?? 0;
    // An older one is said again to who is behind; a new one follows the last.
    if (epoch > known + 1 && known > 0) return `is in epoch ${epoch} of the council and knows nothing of ${known + 1}`;
    last.set(node, Math.max(known, epoch));
    return null;
  },
};
