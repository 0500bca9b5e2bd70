/** The viewport that shows all of a network, and none of it under what floats over the picture. Pure. */
import type { ShardShape } from '../../../session/view.ts';
import { NARROW_BELOW, type Point, type Scale } from './geometry.ts';
import { parentRegions } from './parents.ts';
import { regionsOf, signPlace } from './shardSigns.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What must be seen: layout units, and what it has around it whatever the zoom, CSS px. */
export interface Thing extends Box {
  readonly padX?: number;
  readonly padY?: number;
  /** Has its place in the room; what floats above may lie on it. */
  readonly isAir?: boolean;
}

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** On a phone the ring stands between the reading's lines and the legend: its top is far from the corner. */
const MARGINS = { wide: { top: 26, bottom: 46, side: 22 }, narrow: { top: 34, bottom: 34, side: 10 } } as const;
const ZOOM_MAX = 1.9;
/** Rather covered in part than smaller than this share of what would fit without what floats above. */
const SHRINKS_TO = 0.62;
const SHRINK_STEP = 0.96;
/** Places tried along the free room, in each direction from the middle. */
const PLACES = 8;
/** In radii: a disc with its ring; above it, a crown; around all, air. */
const DISC = 1.25;
const CROWN = 1.85;
const AIR = 1.7;
/** Half a padlock with its figures, CSS px. */
const SIGN = { x: 44, y: 12 } as const;
/** Height of a name below a box, CSS px. */
const NAME = 11;

export const marginsFor = (width: number): { readonly top: number; readonly bottom: number; readonly side: number } =>
  width < NARROW_BELOW ? MARGINS.narrow : MARGINS.wide;

/** Where the network may stand, CSS px of the panel. */
export function roomOf(width: number, height: number): Box {
  const { top, bottom, side } = marginsFor(width);
  return { left: side, top, right: width - side, bottom: height - bottom };
}

/** Everything that is drawn of the network at these positions. */
export function thingsOf(
  positions: readonly Point[],
  validatorCount: number,
  scale: Scale,
  shape: ShardShape | null,
): readonly Thing[] {
  const discs = positions.flatMap(({ x, y }, index): readonly Thing[] => {
    const isClient = index >= validatorCount;
    const radius = isClient ? scale.clientRadius : scale.radius * DISC;
    const above = isClient ? scale.clientRadius : scale.radius * CROWN;
    const air = scale.radius * AIR;
    return [
      { left: x - radius, top: y - above, right: x + radius, bottom: y + radius },
      { left: x - air, top: y - air, right: x + air, bottom: y + air, isAir: true },
    ];
  });
  if (shape === null || shape.count < 2) return discs;
  // Below the box of a single node stands its name.
  const padY = shape.validatorsPerShard === 1 && scale.labels === 'hover' ? NAME : 0;
  const regions = regionsOf(shape, positions, scale).map(
    ({ x, y, width, height }): Thing => ({ left: x, top: y, right: x + width, bottom: y + height, padY }),
  );
  const signs = regions.flatMap((_, shard): readonly Thing[] => {
    const place = signPlace(shape, shard, positions, scale);
    return place === null
      ? []
      : [{ left: place.x, top: place.y, right: place.x, bottom: place.y, padX: SIGN.x, padY: SIGN.y }];
  });
  const parents = parentRegions(shape, positions, scale).map(
    ({ x, y, width, height }): Thing => ({ left: x, top: y, right: x + width, bottom: y + height }),
  );
  return [...discs, ...regions, ...signs, ...parents];
}

/** `room`: where the network may stand; `floating`: what lies over it, both CSS px. The largest picture that stands clear. */
export function viewportAround(things: readonly Thing[], floating: readonly Box[], room: Box): Viewport {
  const largest = zoomInto(things, room);
  for (let zoom = largest; zoom > largest * SHRINKS_TO; zoom *= SHRINK_STEP) {
    for (const place of placesIn(things, room, zoom)) if (!isCovered(things, floating, place)) return place;
  }
  return placesIn(things, room, largest)[0] as Viewport;
}

export function isCovered(things: readonly Thing[], floating: readonly Box[], viewport: Viewport): boolean {
  return things.some((thing) => {
    if (thing.isAir === true) return false;
    const { left, top, right, bottom } = onScreen(thing, viewport);
    return floating.some((box) => left < box.right && right > box.left && top < box.bottom && bottom > box.top);
  });
}

function onScreen({ left, top, right, bottom, padX = 0, padY = 0 }: Thing, { x, y, zoom }: Viewport): Box {
  return {
    left: left * zoom + x - padX,
    top: top * zoom + y - padY,
    right: right * zoom + x + padX,
    bottom: bottom * zoom + y + padY,
  };
}

function boundsOf(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map(({ left }) => left)),
    top: Math.min(...boxes.map(({ top }) => top)),
    right: Math.max(...boxes.map(({ right }) => right)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
}

/** The largest zoom at which everything is within the room: what has a fixed size around it makes this a search. */
function zoomInto(things: readonly Thing[], room: Box): number {
  const fits = (zoom: number): boolean => {
    const { left, top, right, bottom } = boundsOf(things.map((thing) => onScreen(thing, { x: 0, y: 0, zoom })));
    return right - left <= room.right - room.left && bottom - top <= room.bottom - room.top;
  };
  if (fits(ZOOM_MAX)) return ZOOM_MAX;
  let [low, high] = [0.02, ZOOM_MAX];
  for (let turn = 0; turn < 24; turn++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Viewports of that zoom within the room, the middle first, then by how far they are from it. */
function placesIn(things: readonly Thing[], room: Box, zoom: number): readonly Viewport[] {
  const bounds = boundsOf(things.map((thing) => onScreen(thing, { x: 0, y: 0, zoom })));
  const slack = {
    x: Math.max(0, room.right - room.left - (bounds.right - bounds.left)),
    y: Math.max(0, room.bottom - room.top - (bounds.bottom - bounds.top)),
  };
  const middle = {
    x: (room.left + room.right - bounds.left - bounds.right) / 2,
    y: (room.top + room.bottom - bounds.top - bounds.bottom) / 2,
  };
  return STEPS.map(([right, down]) => ({
    x: middle.x + (right * slack.x) / 2,
    y: middle.y + (down * slack.y) / 2,
    zoom,
  }));
}

const STEPS: readonly (readonly [number, number])[] = Array.from({ length: (2 * PLACES + 1) ** 2 }, (_, i) => {
  const side = 2 * PLACES + 1;
  return [(i % side) / PLACES - 1, Math.floor(i / side) / PLACES - 1] as const;
}).sort(([ax, ay], [bx, by]) => Math.hypot(ax, ay) - Math.hypot(bx, by));
