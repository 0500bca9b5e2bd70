/** When an epoch is a change of leader, a failed round, a restart: by what the protocol declares of its epochs. Pure. */
import type { NodeIndex } from '../core/ids.ts';
import type { Declaration } from '../protocols/protocol.ts';

/** A node goes from one epoch to a later one while it works on a slot. */
export interface Entry {
  readonly node: NodeIndex;
  readonly slot: number;
  readonly epoch: number;
}

/** One count of epochs: entries with the same key are one change, marked when the first node makes it. */
export function entryKey({ epochs }: Declaration, { node, slot, epoch }: Entry): string {
  if (epochs?.of === 'run') return `${epoch}`;
  return epochs?.of === 'node' ? `n${node} ${epoch}` : `${slot} ${epoch}`;
}

/** Whether a message asks for a later epoch than its sender is in; `own` is null where that is not known. */
export function asksForLater(declaration: Declaration, type: number, epoch: number, own: number | null): boolean {
  return declaration.messages[type]?.phase === 'change' && epoch > (own ?? epoch);
}

/**
 * Whether an entry counts as a change. Where epochs rotate by themselves, only if a quorum had asked for it: `asked` is the
 * highest epoch that each validator asked for, 0 where it never did.
 */
export function isChange(declaration: Declaration, epoch: number, asked: readonly number[]): boolean {
  if (declaration.epochs?.rotate !== true) return true;
  if (asked.length === 0) return false;
  let count = 0;
  for (const wanted of asked) if (wanted >= epoch) count++;
  return count >= declaration.quorum(asked.length);
}

/** What a decision is about, one of them. */
export function valueWord({ words }: Declaration): string {
  return words.value ?? 'block';
}

/** Whether all validators decide the same slots in the same order, so that one can be said to be behind another. */
export function isOrdered({ guarantees }: Declaration): boolean {
  return guarantees === undefined || guarantees.includes('prefix-consistency');
}
