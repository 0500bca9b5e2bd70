/** The two canvases above the nodes and their animation loop. Each is painted only when something that shows on it has changed. */
import { useStoreApi } from '@xyflow/react';
import { type RefObject, useEffect, useRef } from 'react';
import type { Frame } from '../../../session/view.ts';
import { BEAT_MS } from '../../beat.ts';
import { type Session, usePlayground } from '../../playground.tsx';
import type { UiStore } from '../../store.ts';
import { NARROW_BELOW, type Point, scaleFor } from './geometry.ts';
import { groupsForDrawing, regionsOf } from './layouts.ts';
import styles from './Panel.module.css';
import { paintMoving, paintStill, stillKey } from './painter.ts';
import { Pens } from './pens.ts';
import { rememberPositions } from './picture/positions.ts';
import { type Ring, ringsOf, sameRings } from './quorumRings.ts';
import type { Scene } from './scene.ts';

interface Props {
  readonly positions: readonly Point[];
  /** Holds the scene painted last, for hit tests. */
  readonly scene: RefObject<Scene | null>;
}

export function Overlay({ positions, scene }: Props) {
  const { session, store } = usePlayground();
  const flow = useStoreApi();
  const still = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const latest = useRef(positions);
  latest.current = positions;
  useEffect(() => rememberPositions(positions), [positions]);

  useEffect(() => {
    const [below, above] = [still.current, moving.current];
    if (below === null || above === null) return;
    const pens = new Pens(above);
    const pictures = new Pictures(below, above);
    const motion = matchMedia('(prefers-reduced-motion: reduce)');
    let request = 0;
    const loop = () => {
      request = requestAnimationFrame(loop);
      const frame = session.frame();
      if (frame === null || latest.current.length !== frame.nodes.length) return;
      const { width, height, transform } = flow.getState();
      const around = { width, height, transform, positions: latest.current, stepped: motion.matches };
      pictures.show(frame, around, session, store, pens, scene);
    };
    request = requestAnimationFrame(loop);
    return () => {
      cancelAnimationFrame(request);
      pens.close();
    };
  }, [session, store, flow, scene]);

  return (
    <>
      <canvas ref={still} className={styles.overlay} />
      <canvas ref={moving} className={styles.overlay} />
    </>
  );
}

interface Around {
  readonly width: number;
  readonly height: number;
  readonly transform: readonly [number, number, number];
  readonly positions: readonly Point[];
  readonly stepped: boolean;
}

/** Rings of larger networks change with every vote in every frame: they are counted on with the words beside them. */
const RINGS_EVERY_MS = BEAT_MS;
const RINGS_AT_ONCE_UP_TO = 8;

/** What the canvases show. */
class Pictures {
  readonly #still: HTMLCanvasElement;
  readonly #moving: HTMLCanvasElement;
  #painted: readonly unknown[] = [];
  #paintedStill: readonly unknown[] = [];
  #paintedRings: readonly Ring[] = [];
  #ringsAt = 0;
  /** The rings on screen are not those of the playhead. */
  #isBehind = false;

  constructor(still: HTMLCanvasElement, moving: HTMLCanvasElement) {
    this.#still = still;
    this.#moving = moving;
  }

  show(
    frame: Frame,
    around: Around,
    session: Session,
    store: UiStore,
    pens: Pens,
    scene: RefObject<Scene | null>,
  ): void {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { selection, theme, projector, marksByBytes, arrangement } = store.getState();
    const { positions, transform, width, height, stepped } = around;
    const key = [
      ...[frame.playhead, frame.eventCount, frame.runId, frame.speed, positions, transform, width, height, ratio],
      ...[selection, theme, projector, pens.version, stepped, marksByBytes, arrangement],
    ];
    const isSame = same(key, this.#painted);
    if (isSame && !this.#isBehind) return;
    this.#painted = key;
    const next = sceneOf(frame, around, session, store, pens, ratio);
    scene.current = next;
    const rings = ringsOf(next);
    this.#showStill(next, rings);
    const context = isSame ? null : this.#moving.getContext('2d');
    if (context === null) return;
    sizeTo(this.#moving, next);
    paintMoving(context, next, rings);
  }

  #showStill(scene: Scene, rings: readonly Ring[]): void {
    const key = stillKey(scene);
    const isSame = same(key, this.#paintedStill);
    const hasRings = sameRings(rings, this.#paintedRings);
    this.#isBehind = !hasRings;
    if (isSame && hasRings) return;
    const now = performance.now();
    if (isSame && scene.nodes.length > RINGS_AT_ONCE_UP_TO && now - this.#ringsAt < RINGS_EVERY_MS) return;
    const context = this.#still.getContext('2d');
    if (context === null) return;
    this.#paintedStill = key;
    this.#paintedRings = rings;
    this.#ringsAt = now;
    this.#isBehind = false;
    sizeTo(this.#still, scene);
    paintStill(context, scene, rings);
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function sizeTo(canvas: HTMLCanvasElement, { width, height, ratio }: Scene): void {
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
}

function sceneOf(
  frame: Frame,
  { positions, transform, width, height, stepped }: Around,
  session: Session,
  store: UiStore,
  pens: Pens,
  ratio: number,
): Scene {
  const { selection, theme, projector, marksByBytes, arrangement } = store.getState();
  const isNarrow = width < NARROW_BELOW;
  const scale = scaleFor(frame.nodes.filter((node) => node.kind === 'validator').length, isNarrow);
  const zoom = transform[2];
  const trace = session.view();
  return {
    declaration: frame.declaration,
    nodes: frame.nodes,
    trace,
    playhead: frame.playhead,
    microsPerMs: frame.speed === 'max' ? 0 : frame.speed * 1_000,
    positions,
    scale,
    view: { x: transform[0], y: transform[1], zoom },
    width,
    height,
    ratio,
    ...pens.get(theme, ratio),
    spriteSize: Math.round(
      Math.min(24, Math.max(Math.min(scale.sprite, 13), scale.sprite * zoom * (projector ? 1.2 : 1))),
    ),
    selection,
    stepped,
    groups: groupsFor(frame.nodes, isNarrow, trace.shape),
    shape: trace.shape,
    byBytes: marksByBytes,
    regions: arrangement === 'regions' ? regionsFor(frame.nodes) : NO_REGIONS,
  };
}

const NO_REGIONS: Scene['regions'] = [];
const regionsByNodes = new WeakMap<Frame['nodes'], Scene['regions']>();

function regionsFor(nodes: Frame['nodes']): Scene['regions'] {
  let regions = regionsByNodes.get(nodes);
  if (regions === undefined) {
    const found = regionsOf(nodes);
    regions = found.length > 1 ? found : NO_REGIONS;
    regionsByNodes.set(nodes, regions);
  }
  return regions;
}

type Groups = Record<'narrow' | 'wide', readonly number[] | null>;
const groupsByNodes = new WeakMap<Frame['nodes'], Groups>();

/** The same list for the same nodes: it is asked for in every frame. */
function groupsFor(nodes: Frame['nodes'], isNarrow: boolean, shape: Scene['shape']): readonly number[] | null {
  let groups = groupsByNodes.get(nodes);
  if (groups === undefined) {
    groups = { narrow: groupsForDrawing(nodes, true, shape), wide: groupsForDrawing(nodes, false, shape) };
    groupsByNodes.set(nodes, groups);
  }
  return groups[isNarrow ? 'narrow' : 'wide'];
}
