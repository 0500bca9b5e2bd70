/** Names what an atom of an event listens to: the event, a message's type where it has one, and a node. */
import type { NodeIndex } from '../../core/ids.ts';
import type { EventKind } from './vocabulary.ts';

const EVENT_KINDS: readonly EventKind[] = [
  ...(['sent', 'decide', 'epochChanged', 'leaderChanged', 'fault', 'heal'] as const),
  ...(['crash', 'restart', 'partition', 'evidence'] as const),
];
/** More than any node's index or type's position. */
const RADIX = 0x20000;

/** `type`, `node`: −1 for any. */
export function channel(event: EventKind, type: number, node: NodeIndex): number {
  return (EVENT_KINDS.indexOf(event) * 256 + type + 1) * RADIX + node + 1;
}
