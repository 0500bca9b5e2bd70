/**
 * The diagram's own state and its gestures, below React: which stretch is on screen, what is folded, pointed at, chosen.
 * One a panel. `tick` is called every animation frame and paints when something has changed.
 */
import type { Micros } from '../../../core/time.ts';
import type { Cone, Frame, Stretch, TraceView, TransactionLife } from '../../../session/view.ts';
import type { Selection } from '../../store.ts';
import { type Folding, foldsOf, TimeAxis } from './axis.ts';
import { type Hit, hitAt } from './hit.ts';
import { paint } from './painter.ts';
import { Pace } from './pace.ts';
import { Pens } from './pens.ts';
import { layoutOf, type Scene, sceneOf } from './scene.ts';
import { originOf, panned, showing, type Viewport, zoomed } from './viewport.ts';

export const FOLD_PX = 22;
/** Events of causes and effects looked at in one frame. */
const CONE_PIECE = 3_000;
/** So far back causes are followed; effects likewise. */
const CONE_MAX = 150_000;
const FOLDS_EVERY_MS = 250;
/** Table and summary follow the picture that much later, so that they cost a running diagram little. */
const TELL_AFTER_MS = 400;

/** What the page gives the diagram. */
export interface Surroundings {
  frame(): Frame | null;
  trace(): TraceView;
  selection(): Selection | null;
  theme(): string;
  select(selection: Selection): void;
  seek(at: Micros): void;
}

/** What React shows beside the canvas; a new object whenever it changes. */
export interface ControlState {
  readonly following: boolean;
  readonly folding: Folding;
  readonly isDown: boolean;
  /** Position of the chosen event. */
  readonly focus: number | null;
  readonly hit: { readonly hit: Hit; readonly x: number; readonly y: number } | null;
}

export class DiagramControl {
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();
  #state: ControlState;
  #viewport: Viewport = { pxPerMs: 0.3, following: true, top: 0 };
  #canvas: HTMLCanvasElement | null = null;
  #pens: Pens | null = null;
  #scene: Scene | null = null;
  readonly #watchers = new Set<() => void>();
  #told: Scene | null = null;
  #telling: ReturnType<typeof setTimeout> | null = null;
  #pace = new Pace();
  #folds: { readonly key: string; readonly at: number; readonly folds: readonly Stretch[] } | null = null;
  #axis: TimeAxis | null = null;
  #lifeSeen: number | null = null;
  #cone: { readonly runId: string; readonly cone: Cone; looked: number; more: boolean } | null = null;

  constructor(around: Surroundings, isDown: boolean) {
    this.#around = around;
    this.#state = { following: true, folding: 'idle', isDown, focus: null, hit: null };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ControlState => this.#state;

  /** Calls back, calmly, after the picture has changed. */
  readonly subscribeScene = (listener: () => void): (() => void) => {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  };

  /** The picture that watchers were told of last. */
  readonly scene = (): Scene | null => this.#told;

  get hasFocus(): boolean {
    return this.#state.focus !== null;
  }

  /** Length of the time axis on screen, px. */
  get length(): number {
    return this.#scene?.layout.length ?? 0;
  }

  attach(canvas: HTMLCanvasElement): void {
    this.#canvas = canvas;
    this.#pens = new Pens(canvas.parentElement ?? canvas);
    this.#pace = new Pace();
  }

  detach(): void {
    if (this.#telling !== null) clearTimeout(this.#telling);
    this.#telling = null;
    this.#pens?.close();
    this.#canvas = null;
    this.#pens = null;
  }

  setFolding(folding: Folding): void {
    const top = this.#scene?.from ?? 0;
    this.#folds = null;
    if (!this.#viewport.following) this.#viewport = { ...this.#viewport, top };
    this.#change({ folding });
  }

  setDown(isDown: boolean): void {
    this.#change({ isDown });
  }

  follow(): void {
    this.#viewport = { ...this.#viewport, following: true };
    this.#change({ following: true });
  }

  /** Moves along time by so many px; what is infinite goes to the beginning. */
  pan(px: number): void {
    const { frame, scene } = this.#now();
    if (frame === null || scene === null) return;
    const by = Number.isFinite(px) ? px : -scene.origin;
    this.#viewport = panned(this.#viewport, scene.axis, scene.origin, by, frame.head);
    this.#change({ following: false, hit: null });
  }

  /** Zooms around a place along time; around the middle where none is given. */
  zoom(factor: number, at?: number): void {
    const scene = this.#scene;
    if (scene === null) return;
    const axisAt = (pxPerMs: number): TimeAxis => new TimeAxis(scene.axis.folds, pxPerMs, FOLD_PX);
    this.#viewport = zoomed(this.#viewport, axisAt, scene.origin, at ?? scene.layout.length / 2, factor);
  }

  /** Px along time from the beginning of the axis at a point of the canvas. */
  alongOf(x: number, y: number): number {
    const lead = this.#scene?.layout.gutters.lead ?? 0;
    return (this.#state.isDown ? y : x) - lead;
  }

  alongBy(dx: number, dy: number): number {
    return this.#state.isDown ? dy : dx;
  }

  point(x: number | null, y: number | null): void {
    const scene = this.#scene;
    const hit = scene === null || x === null || y === null ? null : hitAt(scene, x, y);
    if (hit === null && this.#state.hit === null) return;
    this.#change({ hit: hit === null || x === null || y === null ? null : { hit, x, y } });
    if (this.#canvas !== null) this.#canvas.style.cursor = hit === null ? 'grab' : 'pointer';
  }

  /** A click: the message or node goes to the inspector, the event's causes and effects are shown. */
  choose(x: number, y: number): void {
    const scene = this.#scene;
    const hit = scene === null ? null : hitAt(scene, x, y);
    if (hit === null) return this.clear();
    if (hit.kind === 'fold') return this.setFolding('none');
    if (hit.kind === 'node') return this.#around.select({ kind: 'node', node: hit.node });
    if (hit.kind === 'copy') return this.chooseEvent(hit.line.send, hit.line.flight.messageId, null);
    const [node] = hit.placed.mark.targets;
    return this.chooseEvent(hit.placed.mark.seq, null, node ?? null);
  }

  chooseEvent(seq: number, messageId: string | null, node: number | null): void {
    this.#cone = null;
    this.#change({ focus: seq });
    if (messageId !== null) this.#around.select({ kind: 'message', id: messageId });
    else if (node !== null) this.#around.select({ kind: 'node', node });
  }

  /** The next or previous mark in the trace from the chosen one on, brought into sight. */
  chooseBeside(direction: 1 | -1): void {
    const { frame, scene } = this.#now();
    if (frame === null || scene === null) return;
    const trace = this.#around.trace();
    const here = this.#state.focus;
    const from = here === null ? scene.from : (trace.events(here, here + 1)[0]?.t ?? 0) * 1_000;
    const span = 30_000_000;
    const [start, end] = direction === 1 ? [from, from + span] : [from - span, from];
    const { marks } = trace.marksIn(Math.max(0, start), Math.min(end, frame.head), 5_000);
    const beyond = (seq: number): boolean => here === null || (direction === 1 ? seq > here : seq < here);
    const mark = direction === 1 ? marks.find(({ seq }) => beyond(seq)) : marks.findLast(({ seq }) => beyond(seq));
    if (mark === undefined) return;
    this.#viewport = showing(this.#viewport, scene.axis, scene.origin, scene.layout.length, mark.at);
    this.chooseEvent(mark.seq, null, mark.targets[0] ?? null);
    this.#change({ following: this.#viewport.following });
  }

  clear(): void {
    this.#cone = null;
    this.#change({ focus: null, hit: null });
  }

  seekTo(x: number, y: number): void {
    const { scene, frame } = this.#now();
    if (scene === null || frame === null) return;
    this.#around.seek(Math.min(frame.head, scene.axis.timeAt(scene.origin + this.alongOf(x, y))));
  }

  /** One animation frame. */
  tick(): void {
    const canvas = this.#canvas;
    const frame = this.#around.frame();
    const context = canvas?.getContext('2d') ?? null;
    if (canvas === null || context === null || this.#pens === null || frame === null) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const isWorking = this.#workOnCone(frame);
    const selection = this.#around.selection();
    const theme = this.#around.theme();
    const trace = this.#around.trace();
    const life = selection?.kind === 'crossing' ? trace.lifeOf(selection.transaction) : null;
    const lasting = [
      ...[frame.runId, this.#viewport, this.#state, width, height, ratio],
      ...[selection, theme, this.#pens.version, isWorking ? this.#cone?.looked : 0, life?.copies],
    ];
    const isPlaying = frame.status === 'playing' && frame.following;
    const lineCount = this.#scene?.lines.length ?? 0;
    const passing = [frame.playhead, frame.eventCount];
    if (width === 0 || !this.#pace.wants(passing, lasting, isPlaying, lineCount)) return;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const layout = layoutOf(width, height, this.#state.isDown, frame.nodes.length);
    const axis = this.#axisOf(trace, frame);
    const origin = originOf(this.#viewport, axis, layout.length, frame.playhead);
    const cone = this.#cone?.cone ?? null;
    this.#scene = sceneOf({
      frame,
      trace,
      layout,
      axis,
      origin: this.#seeLife(life, axis, layout.length, origin),
      cone,
      life,
    });
    paint(context, { scene: this.#scene, palette: this.#pens.get(theme), emphasis: this.#emphasis(selection), ratio });
    this.#telling ??= setTimeout(() => this.#tell(), TELL_AFTER_MS);
  }

  /** A transaction that is selected anew and not in view comes into view. Returns where the screen begins. */
  #seeLife(life: TransactionLife | null, axis: TimeAxis, length: number, origin: number): number {
    const transaction = life?.transaction ?? null;
    if (transaction === this.#lifeSeen) return origin;
    this.#lifeSeen = transaction;
    const [first] = life?.steps ?? [];
    const last = life?.steps.at(-1);
    if (first === undefined || last === undefined) return origin;
    const [from, until] = [axis.timeAt(origin), axis.timeAt(origin + length)];
    if (last.at >= from && first.at <= until) return origin;
    this.#viewport = showing(this.#viewport, axis, origin, length, first.at);
    this.#change({ following: this.#viewport.following });
    return originOf(this.#viewport, axis, length, first.at);
  }

  #tell(): void {
    this.#telling = null;
    this.#told = this.#scene;
    for (const watcher of this.#watchers) watcher();
  }

  #emphasis(selection: Selection | null) {
    const hit = this.#state.hit?.hit ?? null;
    const nodes = new Set<number>();
    if (selection?.kind === 'node') nodes.add(selection.node);
    if (hit?.kind === 'node') nodes.add(hit.node);
    if (hit?.kind === 'mark') for (const node of hit.placed.mark.targets) nodes.add(node);
    if (hit?.kind === 'copy') nodes.add(hit.line.flight.from).add(hit.line.flight.to);
    return {
      messageId: selection?.kind === 'message' ? selection.id : null,
      send: hit?.kind === 'copy' ? hit.line.send : null,
      nodes,
      seq: this.#state.focus,
    };
  }

  /** Follows causes and effects a little further; true while that changes the picture. */
  #workOnCone(frame: Frame): boolean {
    const { focus } = this.#state;
    if (focus === null) return false;
    if (this.#cone !== null && (this.#cone.runId !== frame.runId || focus >= frame.eventCount)) {
      this.clear();
      return false;
    }
    if (this.#cone === null) {
      const cone = this.#around.trace().causality(focus);
      if (cone === null) return false;
      this.#cone = { runId: frame.runId, cone, looked: 0, more: true };
    }
    if (this.#cone.looked >= CONE_MAX) return false;
    this.#cone.more = this.#cone.cone.work(CONE_PIECE);
    if (this.#cone.more) this.#cone.looked += CONE_PIECE;
    return true;
  }

  #axisOf(trace: TraceView, frame: Frame): TimeAxis {
    const { folding } = this.#state;
    const key = `${frame.runId} ${folding}`;
    const now = performance.now();
    const isOld = this.#folds !== null && now - this.#folds.at > FOLDS_EVERY_MS;
    if (this.#folds === null || this.#folds.key !== key || isOld) {
      this.#folds = { key, at: now, folds: foldsOf(trace, folding) };
      this.#axis = null;
    }
    if (this.#axis === null || this.#axis.pxPerMs !== this.#viewport.pxPerMs)
      this.#axis = new TimeAxis(this.#folds.folds, this.#viewport.pxPerMs, FOLD_PX);
    return this.#axis;
  }

  #now(): { readonly frame: Frame | null; readonly scene: Scene | null } {
    return { frame: this.#around.frame(), scene: this.#scene };
  }

  #change(part: Partial<ControlState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }
}
