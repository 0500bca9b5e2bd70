/** What a picture of the network is made from, and the few readings of it that all drawing shares. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import type { Frame, ShardShape, TraceView } from '../../../session/view.ts';
import type { Selection } from '../../store.ts';
import { shardOfNode } from '../../lib/shards.ts';
import { linkBetween, type Point, type Scale, type Segment } from './geometry.ts';
import type { Palette, Sprites } from './sprites.ts';

export interface Scene {
  readonly declaration: Declaration;
  readonly nodes: Frame['nodes'];
  readonly trace: TraceView;
  readonly playhead: Micros;
  /** Virtual µs that pass in one wall-clock ms: how long a flash of so many ms lasts in the trace. 0 at `max`. */
  readonly microsPerMs: number;
  readonly positions: readonly Point[];
  readonly scale: Scale;
  /** Screen = layout × zoom + offset, CSS px. */
  readonly view: { readonly x: number; readonly y: number; readonly zoom: number };
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly palette: Palette;
  /** Marks of a size, whole CSS px. */
  readonly sprites: (size: number) => Sprites;
  /** CSS px of a mark, a whole number. */
  readonly spriteSize: number;
  readonly selection: Selection | null;
  readonly stepped: boolean;
  /** The group of every node, where the network is too large to draw each link; null otherwise. */
  readonly groups: readonly number[] | null;
  /** How nodes make up shards; null where there are none. */
  readonly shape: ShardShape | null;
  /** Marks grow with the bytes they carry. */
  readonly byBytes: boolean;
  /** Regions to write beside their nodes; none unless nodes stand by region. */
  readonly regions: readonly { readonly name: string; readonly members: readonly number[] }[];
}

/** The cuts in force, ready to draw and to stop messages at. */
export interface Cuts {
  readonly pairs: ReadonlySet<number>;
  readonly lines: readonly Segment[];
}

/** Sets the canvas so that layout coordinates can be drawn directly. */
export function toLayout(context: CanvasRenderingContext2D, { ratio, view }: Scene): void {
  context.setTransform(ratio * view.zoom, 0, 0, ratio * view.zoom, ratio * view.x, ratio * view.y);
}

export function phaseOf(scene: Scene, type: number): PhaseRole {
  return scene.declaration.messages[type]?.phase ?? 'sync';
}

export function radiusOf(scene: Scene, node: NodeIndex): number {
  return scene.nodes[node]?.kind === 'client' ? scene.scale.clientRadius : scene.scale.radius;
}

/** The visible part of the link between two nodes; `margin` keeps marks clear of the rings. */
export function linkOf(scene: Scene, from: NodeIndex, to: NodeIndex, margin: number): Segment | null {
  const a = scene.positions[from];
  const b = scene.positions[to];
  if (a === undefined || b === undefined) return null;
  return linkBetween(a, b, radiusOf(scene, from) + margin, radiusOf(scene, to) + margin);
}

export function strokeSegment(
  context: CanvasRenderingContext2D,
  { a, b }: Segment,
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.lineTo(b.x, b.y);
  context.stroke();
}

/** Whether something goes from one shard of several validators to another: most of what such shards say stays within. */
export function isBetweenShards({ shape }: Pick<Scene, 'shape'>, from: NodeIndex, to: NodeIndex): boolean {
  if (shape === null || shape.validatorsPerShard === 1) return false;
  const [a, b] = [shardOfNode(shape, from), shardOfNode(shape, to)];
  return a !== null && b !== null && a !== b;
}
