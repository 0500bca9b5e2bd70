/** The timeline: a native slider over a canvas of markers. */
import { useEffect, useRef, useState } from 'react';
import { Pointed } from '../../components/Pointed.tsx';
import { formatTime } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import type { Tick } from './selectors.ts';
import { ticksFor } from './selectors.ts';
import styles from './Panel.module.css';
import type { Micros } from '../../../core/time.ts';
import type { MarkerKind } from '../../../session/view.ts';

const PER_SECOND = 20;
const HEIGHT = 30;
const TRACK_Y = 20;
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
  // What the reader just set, until the next frame says the same: React would put the old value back otherwise.
  const [wanted, setWanted] = useState<Micros | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new frame has caught up.
  useEffect(() => setWanted(null), [frame]);
  const playhead = wanted ?? frame?.playhead ?? 0;
  const seek = (at: Micros) => {
    setWanted(at);
    session.seek(at);
  };
  return (
    <div className={styles.timeline}>
      <Track />
      <Pointed head={head} />
      <input
        type="range"
        className={styles.slider}
        aria-label="Timeline"
        aria-valuetext={formatTime(playhead)}
        min={0}
        max={Math.max(1, head)}
        step={1_000}
        value={playhead}
        disabled={frame === null}
        onChange={(event) => seek(event.target.valueAsNumber)}
      />
    </div>
  );
}

function Track() {
  const { session } = usePlayground();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useCalmFrame(PER_SECOND);
  const theme = useUi((state) => state.theme);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  useEffect(() => {
    const element = canvas.current;
    if (element === null || frame === null) return;
    draw(
      element,
      width,
      ticksFor(session.view().markers, frame.head, width),
      frame.head === 0 ? 0 : frame.playhead / frame.head,
    );
  }, [session, frame, theme, width]);
  return <canvas ref={canvas} className={styles.track} />;
}

function draw(canvas: HTMLCanvasElement, width: number, ticks: readonly Tick[], done: number): void {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== HEIGHT * ratio) canvas.height = HEIGHT * ratio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colour = colourReader(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  context.fillStyle = colour('--line-strong');
  context.fillRect(0, TRACK_Y - 1, width, 2);
  context.fillStyle = colour('--ink');
  context.fillRect(0, TRACK_Y - 1, width * done, 2);
  for (const { kind, x } of ticks) drawTick(context, kind, x, colour(TOKENS[kind]));
}

/** Resolved colours of this canvas; looked up once a drawing. */
function colourReader(canvas: HTMLCanvasElement): (token: string) => string {
  const found = new Map<string, string>();
  return (token) => {
    let value = found.get(token);
    if (value === undefined) {
      canvas.style.color = `var(${token})`;
      value = getComputedStyle(canvas).color;
      found.set(token, value);
    }
    return value;
  };
}

/** Decision ● · view change ▲ · fault ✕ · heal ○ · evidence ◆ · violation octagon. */
function drawTick(context: CanvasRenderingContext2D, kind: MarkerKind, x: number, colour: string): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  context.beginPath();
  const y = TRACK_Y - 11;
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
