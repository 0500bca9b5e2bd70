/** Readings of the whole testnet at a moment. Pure. */
import type { Micros } from '../../core/time.ts';
import type { Frame, NodeMoment, TraceView } from '../../session/view.ts';

/** Whether a node has crashed: one that nothing is known of yet, before a run's first event, has not. */
export function isDown({ alive, fields }: Pick<NodeMoment, 'alive' | 'fields'>): boolean {
  return !alive && Object.values(fields).some((value) => value !== null);
}

export interface Progress {
  /** The highest slot that any validator has decided. */
  readonly height: number;
  /** The highest epoch that any live validator is in. */
  readonly epoch: number;
}

export function progressAt(trace: Pick<TraceView, 'nodeAt'>, nodes: Frame['nodes'], at: Micros): Progress {
  let height = 0;
  let epoch = 0;
  for (const node of nodes) {
    if (node.kind !== 'validator') continue;
    const { fields, alive } = trace.nodeAt(node.index, at);
    height = Math.max(height, numberOf(fields['height']));
    if (alive) epoch = Math.max(epoch, numberOf(fields['epoch']));
  }
  return { height, epoch };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
