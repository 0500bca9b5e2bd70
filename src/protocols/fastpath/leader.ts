/** Who leads a view: the next replica in turn with every height and every view, so that all agree without a message. */
import type { NodeIndex } from '../../core/ids.ts';

export function primaryOf(height: number, view: number, replicaCount: number): NodeIndex {
  return (height + view) % replicaCount;
}
