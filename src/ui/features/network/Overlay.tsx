/** The canvas above the nodes and its animation loop. Paints only when something that shows has changed. */
import { useStoreApi } from '@xyflow/react';
import { type RefObject, useEffect, useRef } from 'react';
import type { Frame } from '../../../session/view.ts';
import { usePlayground } from '../../playground.tsx';
import { NARROW_BELOW, type Point, scaleFor } from './geometry.ts';
import { groupsForDrawing, regionsOf } from './layouts.ts';
import styles from './Panel.module.css';
import { paint } from './painter.ts';
import { rememberPositions } from './picture/positions.ts';
import type { Scene } from './scene.ts';
import { makeSprites, type Palette, readPalette, type Sprites } from './sprites.ts';

interface Props {
  readonly positions: readonly Point[];
  /** Holds the scene painted last, for hit tests. */
  readonly scene: RefObject<Scene | null>;
}

export function Overlay({ positions, scene }: Props) {
  const { session, store } = usePlayground();
  const flow = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(positions);
  latest.current = positions;
  useEffect(() => rememberPositions(positions), [positions]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null) return;
    const pens = new Pens(element);
    const motion = matchMedia('(prefers-reduced-motion: reduce)');
    let painted: readonly unknown[] = [];
    let request = 0;
    const loop = () => {
      request = requestAnimationFrame(loop);
      const frame = session.frame();
      if (frame === null || latest.current.length !== frame.nodes.length) return;
      const { width, height, transform } = flow.getState();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const { selection, theme, projector, marksByBytes, arrangement } = store.getState();
      const key = [
        frame.playhead,
        frame.eventCount,
        frame.runId,
        frame.speed,
        latest.current,
        transform,
        width,
        height,
        ratio,
        selection,
        theme,
        projector,
        pens.version,
        motion.matches,
        marksByBytes,
        arrangement,
      ];
      if (key.every((value, index) => value === painted[index])) return;
      painted = key;
      if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
      }
      const isNarrow = width < NARROW_BELOW;
      const scale = scaleFor(frame.nodes.filter((node) => node.kind === 'validator').length, isNarrow);
      const zoom = transform[2];
      const spriteSize = Math.round(
        Math.min(24, Math.max(Math.min(scale.sprite, 13), scale.sprite * zoom * (projector ? 1.2 : 1))),
      );
      const { palette, sprites } = pens.get(`${theme}`, spriteSize, ratio);
      const trace = session.view();
      const next: Scene = {
        declaration: frame.declaration,
        nodes: frame.nodes,
        trace,
        playhead: frame.playhead,
        microsPerMs: frame.speed === 'max' ? 0 : frame.speed * 1_000,
        positions: latest.current,
        scale,
        view: { x: transform[0], y: transform[1], zoom },
        width,
        height,
        ratio,
        palette,
        sprites,
        spriteSize,
        selection,
        stepped: motion.matches,
        groups: groupsFor(frame.nodes, isNarrow, trace.shape),
        shape: trace.shape,
        byBytes: marksByBytes,
        regions: arrangement === 'regions' ? regionsFor(frame.nodes) : NO_REGIONS,
      };
      scene.current = next;
      paint(context, next);
    };
    request = requestAnimationFrame(loop);
    return () => {
      cancelAnimationFrame(request);
      pens.close();
    };
  }, [session, store, flow, scene]);

  return <canvas ref={canvas} className={styles.overlay} />;
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

/** Palette and sprites in force; made anew when theme, size or screen change. */
class Pens {
  /** Changes when the system's colour scheme does. */
  version = 0;
  readonly #element: HTMLElement;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #onScheme = () => {
    this.version++;
  };
  #key = '';
  #palette: Palette | null = null;
  #sprites: Sprites | null = null;

  constructor(element: HTMLElement) {
    this.#element = element.parentElement ?? element;
    this.#scheme.addEventListener('change', this.#onScheme);
    // Letters are drawn with the bundled font once it is there.
    void document.fonts?.ready.then(this.#onScheme);
  }

  get(theme: string, size: number, ratio: number): { readonly palette: Palette; readonly sprites: Sprites } {
    const key = `${theme} ${size} ${ratio} ${this.version}`;
    if (key !== this.#key || this.#palette === null || this.#sprites === null) {
      this.#key = key;
      this.#palette = readPalette(this.#element);
      this.#sprites = makeSprites(this.#palette, size, ratio);
    }
    return { palette: this.#palette, sprites: this.#sprites };
  }

  close(): void {
    this.#scheme.removeEventListener('change', this.#onScheme);
  }
}
