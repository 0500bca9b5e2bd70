/** The decided values that say who may sign later ones: the last few, and for ever those that appoint validators. */
import type { DecidedBlock } from '../protocols/protocol.ts';

const HISTORY_MAX = 1024;

/** Adds the block if it is the next one. What clients signed is left out: it is most of a block and appoints nobody. */
export function remember(history: DecidedBlock[], block: DecidedBlock): void {
  if (block.height !== (history.at(-1)?.height ?? 0) + 1) return;
  history.push({ ...block, batches: [] });
  if (history.length <= HISTORY_MAX) return;
  const oldest = history.findIndex((each) => !appoints(each));
  history.splice(Math.max(0, oldest), 1);
}

function appoints(block: DecidedBlock): boolean {
  return ((block as { readonly validators?: unknown }).validators ?? null) !== null;
}
