/** Names what an atom of an event listens to: the event, a message's type where it has one, and a node. */
import type { NodeIndex } from '../../core/ids.ts';
import type { EventKind } from './vocabulary.ts';

const PLACES: Readonly<Record<EventKind, number>> = {
  sent: 0,
  decide: 1,
  epochChanged: 2,
  leaderChanged: 3,
  fault: 4,
  heal: 5,
  crash: 6,
  restart: 7,
  partition: 8,
  evidence: 9,
};
/** More than any node's index or type's position. */
const RADIX = 0x20000;

/** `type`, `node`: −1 for any. */
export function channel(event: EventKind, type: number, node: NodeIndex): number {
  return (PLACES[event] * 256 + type + 1) * RADIX + node + 1;
}
