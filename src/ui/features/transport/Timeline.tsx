/** The timeline: a native slider over a canvas of markers in lanes; a part of the run can be looked at closer. */
import { type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../components/controls.tsx';
import { Pointed } from '../../components/Pointed.tsx';
import { useMedia } from '../../components/useMedia.ts';
import { briefFault } from '../../lib/faults.ts';
import { formatTime, plainText } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import {
  faultSpans,
  markerNear,
  type Range,
  onStep,
  rangeOf,
  type Tick,
  ticksFor,
  type Zoom,
  zoomedRange,
} from './selectors.ts';
import styles from './Panel.module.css';
import type { Micros } from '../../../core/time.ts';
import type { MarkerKind } from '../../../session/view.ts';

const PER_SECOND = 10;
const HEIGHT = 42;
const TRACK_Y = 32;
/** Kinds do not hide one another: each group has a height of its own. */
const LANES: Readonly<Record<MarkerKind, number>> = {
  decision: TRACK_Y,
  viewChange: 20,
  fault: 7,
  heal: 7,
  evidence: 7,
  violation: 7,
};
const TOKENS: Readonly<Record<MarkerKind, string>> = {
  decision: '--ink-2',
  viewChange: '--phase-change',
  fault: '--ink',
  heal: '--ink-3',
  violation: '--verdict-violated',
  evidence: '--fault-byzantine',
};

export function Timeline() {
  const { session } = usePlayground();
  const frame = useCalmFrame(PER_SECOND);
  const head = frame?.head ?? 0;
  const [zoom, setZoom] = useState<Zoom | null>(null);
  // What the reader just set, until the next frame says the same: React would put the old value back otherwise.
  const [wanted, setWanted] = useState<Micros | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new frame has caught up.
  useEffect(() => setWanted(null), [frame]);
  const playhead = wanted ?? frame?.playhead ?? 0;
  const begins = frame?.trace.beginsAt ?? 0;
  const whole = rangeOf(zoom, head, playhead);
  const range = { from: Math.min(Math.max(whole.from, begins), whole.until - 1), until: whole.until };
  const step = zoom === null ? 1_000 : 100;
  const seek = (at: Micros) => {
    setWanted(at);
    session.seek(at);
  };
  const zoomBy = (factor: number, around = playhead) => setZoom(zoomedRange(range, factor, around, head));
  return (
    <div className={styles.timeline}>
      <Field range={range} onZoom={zoomBy}>
        <Track range={range} />
        {range.from === 0 && <Pointed head={range.until} />}
        <span className={styles.away} aria-live="polite">
          {awayText(begins, frame?.trace.isLoading === true)}
        </span>
        <input
          type="range"
          className={styles.slider}
          aria-label="Timeline"
          aria-valuetext={formatTime(playhead)}
          min={range.from}
          max={range.until}
          step={step}
          value={onStep(playhead, range.from, step)}
          disabled={frame === null}
          onChange={(event) => seek(event.target.valueAsNumber)}
        />
      </Field>
      <span className={styles.zoom}>
        <IconButton
          icon="minus"
          label="Show more of the timeline"
          onClick={() => zoomBy(0.5)}
          disabled={zoom === null}
        />
        <IconButton icon="plus" label="Show less of the timeline" onClick={() => zoomBy(2)} disabled={head === 0} />
        {zoom !== null && <IconButton icon="fit" label="Show the whole run" onClick={() => setZoom(null)} />}
      </span>
    </div>
  );
}

/** What there is to say of events that are not in memory; '' when all are. */
function awayText(begins: Micros, isLoading: boolean): string {
  if (isLoading) return 'Loading earlier events…';
  return begins === 0 ? '' : `Begins at ${formatTime(begins)}: no room for earlier events`;
}

interface FieldProps {
  readonly range: Range;
  readonly onZoom: (factor: number, around: Micros) => void;
  readonly children: ReactNode;
}

/** The place of track and slider: tells what is under the pointer, and zooms with the wheel. */
function Field({ range, onZoom, children }: FieldProps) {
  const { session } = usePlayground();
  const field = useRef<HTMLDivElement>(null);
  const [tip, setTip] = useState<{ readonly x: number; readonly text: string } | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const shown = useRef(range);
  shown.current = range;
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { from, until } = shown.current;
      const part = (event.clientX - element.getBoundingClientRect().left) / element.clientWidth;
      zoom.current(event.deltaY < 0 ? 1.25 : 0.8, from + part * (until - from));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - left;
    const marker = markerNear(session.view().markers, range, width, x);
    setTip(
      marker === null ? null : { x, text: `${formatTime(marker.at)} ${plainText(briefFault(marker.label), 120)}` },
    );
  };
  return (
    <div className={styles.field} ref={field} onPointerMove={point} onPointerLeave={() => setTip(null)}>
      {children}
      {tip !== null && (
        <span className={styles.tip} style={{ left: tip.x }} aria-hidden="true">
          {tip.text}
        </span>
      )}
    </div>
  );
}

function Track({ range }: { readonly range: Range }) {
  const { session } = usePlayground();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useCalmFrame(PER_SECOND);
  const theme = useUi((state) => state.theme);
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const [width, setWidth] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  const colours = useMemo(() => new Map<string, string>(), [theme, isDark]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { from, until } = range;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || frame === null) return;
    const trace = session.view();
    const spans = faultSpans(trace.markers, (at) => trace.faultsAt(at).length, frame.head);
    const placeOf = (at: Micros): number => Math.max(0, Math.min(1, (at - from) / (until - from))) * width;
    draw(element, colours, {
      width,
      ticks: ticksFor(trace.markers, { from, until }, width),
      spans: spans.map((span) => ({ from: placeOf(span.from), until: placeOf(span.until) })),
      done: placeOf(frame.playhead),
      isPart: from > 0 || until < frame.head,
    });
  }, [session, frame, colours, width, from, until]);
  return <canvas ref={canvas} className={styles.track} />;
}

interface TrackPicture {
  readonly width: number;
  readonly ticks: readonly Tick[];
  /** Px at which some fault begins and ends to be in force. */
  readonly spans: readonly { readonly from: number; readonly until: number }[];
  /** Px up to the playhead. */
  readonly done: number;
  /** The track shows a part of the run. */
  readonly isPart: boolean;
}

function draw(
  canvas: HTMLCanvasElement,
  colours: Map<string, string>,
  { width, ticks, spans, done, isPart }: TrackPicture,
): void {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== HEIGHT * ratio) canvas.height = HEIGHT * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colour = (token: string): string => colourOf(canvas, colours, token);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  context.fillStyle = colour('--surface-violated');
  for (const span of spans) context.fillRect(span.from, LANES.fault - 5, Math.max(2, span.until - span.from), 10);
  context.fillStyle = colour('--line-strong');
  context.fillRect(0, TRACK_Y - 1, width, 2);
  context.fillStyle = colour('--ink');
  context.fillRect(0, TRACK_Y - 1, done, 2);
  if (isPart) for (const x of [0, width - 2]) context.fillRect(x, TRACK_Y - 6, 2, 12);
  for (const { kind, x } of ticks) drawTick(context, kind, x, colour(TOKENS[kind]));
}

/** A token's colour in force at this canvas; resolved once a theme, for each costs the page a computation of style. */
function colourOf(canvas: HTMLCanvasElement, known: Map<string, string>, token: string): string {
  let value = known.get(token);
  if (value === undefined) {
    canvas.style.color = `var(${token})`;
    value = getComputedStyle(canvas).color;
    known.set(token, value);
  }
  return value;
}

/** Decision ● · view change ▲ · fault ✕ · heal ○ · evidence ◆ · violation octagon. */
function drawTick(context: CanvasRenderingContext2D, kind: MarkerKind, x: number, colour: string): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  context.beginPath();
  const y = LANES[kind];
  switch (kind) {
    case 'decision':
      context.arc(x, TRACK_Y, 2.6, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'viewChange':
      context.moveTo(x, y - 4.5);
      context.lineTo(x + 4.5, y + 3.5);
      context.lineTo(x - 4.5, y + 3.5);
      context.fill();
      return;
    case 'fault':
      context.moveTo(x - 3.5, y - 3.5);
      context.lineTo(x + 3.5, y + 3.5);
      context.moveTo(x + 3.5, y - 3.5);
      context.lineTo(x - 3.5, y + 3.5);
      context.stroke();
      return;
    case 'heal':
      context.arc(x, y, 3.2, 0, 2 * Math.PI);
      context.stroke();
      return;
    case 'evidence':
      context.moveTo(x, y - 5);
      context.lineTo(x + 4.5, y);
      context.lineTo(x, y + 5);
      context.lineTo(x - 4.5, y);
      context.fill();
      return;
    default:
      for (let i = 0; i < 8; i++)
        context.lineTo(x + 6 * Math.cos((Math.PI / 8) * (2 * i + 1)), y + 6 * Math.sin((Math.PI / 8) * (2 * i + 1)));
      context.fill();
  }
}
