/** Which stretch of time is on screen: pan and zoom, following or not. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { TimeAxis } from './axis.ts';

export interface Viewport {
  readonly pxPerMs: number;
  /** Keeps the playhead in sight. */
  readonly following: boolean;
  /** The moment at the beginning of the time axis while not following. */
  readonly top: Micros;
}

export const ZOOM_MIN = 0.002;
export const ZOOM_MAX = 60;
/** Where along the axis the playhead stands while it is followed. */
const FOLLOW_AT = 0.86;

/** Place (px from time 0) of the beginning of the screen. */
export function originOf(viewport: Viewport, axis: TimeAxis, length: number, playhead: Micros): number {
  if (!viewport.following) return axis.placeOf(viewport.top);
  return Math.max(0, axis.placeOf(playhead) - length * FOLLOW_AT);
}

/** Moves by so many px along time; stops following. */
export function panned(viewport: Viewport, axis: TimeAxis, origin: number, px: number, head: Micros): Viewport {
  const place = Math.max(0, Math.min(origin + px, axis.placeOf(head)));
  return { ...viewport, following: false, top: axis.timeAt(place) };
}

/** Zooms by a factor around what is `at` px from the beginning. While following, the playhead stays where it is. */
export function zoomed(
  viewport: Viewport,
  axisAt: (pxPerMs: number) => TimeAxis,
  origin: number,
  at: number,
  factor: number,
): Viewport {
  const pxPerMs = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, viewport.pxPerMs * factor));
  if (viewport.following) return { ...viewport, pxPerMs };
  const moment = axisAt(viewport.pxPerMs).timeAt(origin + at);
  const axis = axisAt(pxPerMs);
  return { ...viewport, pxPerMs, top: axis.timeAt(Math.max(0, axis.placeOf(moment) - at)) };
}

/** Puts a moment at a third of the screen where it is not in sight already. */
export function showing(viewport: Viewport, axis: TimeAxis, origin: number, length: number, moment: Micros): Viewport {
  const place = axis.placeOf(moment) - origin;
  if (place > 0 && place < length) return viewport;
  return { ...viewport, following: false, top: axis.timeAt(Math.max(0, axis.placeOf(moment) - length / 3)) };
}
