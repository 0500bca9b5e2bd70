/** Where the page shows its nodes, so that a picture keeps the arrangement somebody dragged them into. */
import type { Point } from '../geometry.ts';

let shown: readonly Point[] = [];

/** Called by the panel with the centres it draws, in layout units. */
export function rememberPositions(positions: readonly Point[]): void {
  shown = positions;
}

export function shownPositions(): readonly Point[] {
  return shown;
}
