/** What lies under the pointer. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Line, PlacedFold, PlacedMark, Scene } from './scene.ts';

export type Hit =
  | { readonly kind: 'copy'; readonly line: Line }
  | { readonly kind: 'mark'; readonly placed: PlacedMark; readonly lane: number }
  | { readonly kind: 'fold'; readonly placed: PlacedFold }
  | { readonly kind: 'node'; readonly node: NodeIndex };

const REACH_MARK = 9;
const REACH_LINE = 6;
const REACH_LANE = 8;

/** Marks first, then copies, folds, lanes; `x`, `y` in CSS px of the canvas. Null over empty space. */
export function hitAt(scene: Scene, x: number, y: number): Hit | null {
  const { layout } = scene;
  const [u, v] = layout.isDown ? [x, y] : [y, x];
  if (v < layout.gutters.lead) return laneHit(scene, u, layout.pitch / 2);
  return markHit(scene, u, v) ?? copyHit(scene, u, v) ?? foldHit(scene, u, v) ?? laneHit(scene, u, REACH_LANE);
}

function markHit(scene: Scene, u: number, v: number): Hit | null {
  let best: Hit | null = null;
  let nearest = REACH_MARK;
  for (const placed of scene.marks) {
    if (Math.abs(placed.v - v) > nearest) continue;
    for (const lane of placed.lanes) {
      const distance = Math.hypot(lane - u, placed.v - v);
      if (distance >= nearest) continue;
      best = { kind: 'mark', placed, lane };
      nearest = distance;
    }
  }
  return best;
}

function copyHit(scene: Scene, u: number, v: number): Hit | null {
  let best: Line | null = null;
  let nearest = REACH_LINE;
  for (const line of scene.lines) {
    const distance = distanceTo(line, u, v);
    if (distance >= nearest) continue;
    best = line;
    nearest = distance;
  }
  return best === null ? null : { kind: 'copy', line: best };
}

function foldHit(scene: Scene, u: number, v: number): Hit | null {
  if (u < scene.layout.gutters.side) return null;
  const placed = scene.folds.find((fold) => v >= fold.fromV && v <= fold.toV);
  return placed === undefined ? null : { kind: 'fold', placed };
}

function laneHit(scene: Scene, u: number, reach: number): Hit | null {
  const node = scene.layout.lanes.findIndex((lane) => Math.abs(lane - u) <= reach);
  return node < 0 ? null : { kind: 'node', node };
}

/** Distance of a point from a line's segment. */
export function distanceTo({ fromU, toU, fromV, toV }: Line, u: number, v: number): number {
  const [du, dv] = [toU - fromU, toV - fromV];
  const square = du * du + dv * dv;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((u - fromU) * du + (v - fromV) * dv) / square));
  return Math.hypot(fromU + along * du - u, fromV + along * dv - v);
}
