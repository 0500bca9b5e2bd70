/**
 * What the nodes of a pool's worker recorded, until the conductor takes it: at the end of a turn, through its port, so that it moves there
 * and on to the page without being copied. On the channel it would be most of what every window carries.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Segment } from '../../kernel/group.ts';
import { packSegments } from './wire.ts';

/** A worker with so many nodes keeps its trace: with fewer, a call a turn costs more than a little more in each answer. */
const NODES_MIN = 4;

/** Whether the worker that hosts these nodes keeps their trace until it is taken; else each answer brings it along. */
export function keepsTrace(nodes: readonly NodeIndex[]): boolean {
  return nodes.length >= NODES_MIN;
}

/** Words that are kept in one piece. */
const PIECE_WORDS = 1 << 15;

export class KeptTrace {
  #kept: { readonly window: number; readonly segments: readonly Segment[]; readonly words: number }[] = [];
  /** Windows up to here are with the conductor, or of another history. */
  #taken = -1;

  /** The segments of a window. Windows come in order; the start of the hosts counts as number 0. */
  keep(window: number, segments: readonly Segment[]): void {
    if (window <= this.#taken || segments.length === 0) return;
    const words = segments.reduce((sum, segment) => sum + segment.words.length, 0);
    this.#kept.push({ window, segments, words });
  }

  /** The trace of the windows up to `window` that nobody has taken, packed, in their order. */
  take(window: number): Uint32Array<ArrayBuffer>[] {
    const pieces: Uint32Array<ArrayBuffer>[] = [];
    let [together, words]: [Segment[], number] = [[], 0];
    const end = this.#kept.findIndex((kept) => kept.window > window);
    for (const kept of this.#kept.splice(0, end === -1 ? this.#kept.length : end)) {
      together.push(...kept.segments);
      words += kept.words;
      if (words < PIECE_WORDS) continue;
      pieces.push(packSegments(together));
      [together, words] = [[], 0];
    }
    if (together.length > 0) pieces.push(packSegments(together));
    this.#taken = Math.max(this.#taken, window);
    return pieces;
  }

  /** Forgets what there is: windows up to `window` are of no interest here. */
  skipTo(window: number): void {
    this.#kept = [];
    this.#taken = window;
  }
}
