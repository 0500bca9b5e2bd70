/**
 * The last decided blocks are kept for peers that catch up, what is older is forgotten: whoever missed that takes over the state
 * instead (`snapshot.ts`).
 */
import { blockHash } from '../../../ledger/block.ts';
import type { Block } from '../../../ledger/types.ts';

/** The part of a node's state that holds them. */
export interface Kept<E> {
  /** The last height decided; 0 before the first. */
  decided: number;
  /** The last decided blocks with what proves them, ascending without gaps up to `decided`. */
  readonly chain: E[];
}

/** Blocks are forgotten a quarter of what is kept at a time: the disk is written anew then. */
const SLACK_SHARE = 4;

/** The lowest height whose block is kept; one more than the last decided when none is. */
export function firstKept({ decided, chain }: Kept<unknown>): number {
  return decided - chain.length + 1;
}

/** What decided a height; undefined where it is forgotten or not decided yet. */
export function keptAt<E>(state: Kept<E>, height: number): E | undefined {
  return state.chain[height - firstKept(state)];
}

/** At most `most` entries from `height` on; none where it is not decided yet, null where it is forgotten. */
export function keptFrom<E>(state: Kept<E>, height: number, most: number): E[] | null {
  const first = height - firstKept(state);
  return first < 0 ? null : state.chain.slice(first, first + most);
}

/** Forgets all but the last `kept` blocks (0: keeps all) once a quarter as many have come on top; true when it did. */
export function forgetOldest({ chain }: Kept<unknown>, kept: number): boolean {
  if (kept === 0 || chain.length < kept + Math.ceil(kept / SLACK_SHARE)) return false;
  chain.splice(0, chain.length - kept);
  return true;
}

/** Puts back older blocks, ascending, under the oldest that is kept; those that do not fit there are not. */
export function restoreOldest<E>(state: Kept<E>, entries: readonly E[], blockOf: (entry: E) => Block): void {
  for (const entry of [...entries].reverse()) {
    const [oldest] = state.chain;
    const block = blockOf(entry);
    if (oldest === undefined || block.height !== firstKept(state) - 1) return;
    if (blockHash(block) !== blockOf(oldest).parent) return;
    state.chain.unshift(entry);
  }
}
