/** The canvas with its animation loop and gestures. Paints only when something that shows has changed. */
import { type RefObject, useEffect, useRef } from 'react';
import type { DiagramControl } from './control.ts';
import styles from './Panel.module.css';

export function Canvas({ control, describedBy }: { readonly control: DiagramControl; readonly describedBy: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLoop(canvas, control);
  useGestures(canvas, control);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the diagram is moved and zoomed with keys.
    <div role="application" tabIndex={0} className={styles.stage} aria-label="Diagram" aria-describedby={describedBy}>
      <canvas ref={canvas} className={styles.canvas} />
    </div>
  );
}

function useLoop(canvas: RefObject<HTMLCanvasElement | null>, control: DiagramControl): void {
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    control.attach(element);
    let request = requestAnimationFrame(function loop() {
      request = requestAnimationFrame(loop);
      control.tick();
    });
    return () => {
      cancelAnimationFrame(request);
      control.detach();
    };
  }, [canvas, control]);
}

const DRAG_FROM = 4;
const WHEEL_ZOOM = 0.0022;

function useGestures(canvas: RefObject<HTMLCanvasElement | null>, control: DiagramControl): void {
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const stopper = new AbortController();
    const { signal } = stopper;
    let drag: { x: number; y: number; moved: boolean } | null = null;
    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const pixels = event.deltaMode === 1 ? 16 : 1;
        if (event.ctrlKey || event.metaKey) {
          control.zoom(Math.exp(-event.deltaY * pixels * WHEEL_ZOOM), control.alongOf(event.offsetX, event.offsetY));
        } else control.pan((Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY) * pixels);
      },
      { signal, passive: false },
    );
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        element.setPointerCapture(event.pointerId);
        drag = { x: event.offsetX, y: event.offsetY, moved: false };
      },
      { signal },
    );
    element.addEventListener(
      'pointermove',
      (event) => {
        if (drag === null) return control.point(event.offsetX, event.offsetY);
        const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
        if (!drag.moved && Math.hypot(dx, dy) < DRAG_FROM) return;
        control.pan(-control.alongBy(dx, dy));
        drag = { x: event.offsetX, y: event.offsetY, moved: true };
      },
      { signal },
    );
    element.addEventListener(
      'pointerup',
      (event) => {
        if (drag !== null && !drag.moved) control.choose(event.offsetX, event.offsetY);
        drag = null;
      },
      { signal },
    );
    element.addEventListener('pointercancel', () => (drag = null), { signal });
    element.addEventListener('pointerleave', () => control.point(null, null), { signal });
    element.addEventListener('dblclick', (event) => control.seekTo(event.offsetX, event.offsetY), { signal });
    element.parentElement?.addEventListener('keydown', (event) => onKey(event, control), { signal });
    return () => stopper.abort();
  }, [canvas, control]);
}

function onKey(event: KeyboardEvent, control: DiagramControl): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const commands: Readonly<Record<string, () => void>> = {
    ArrowDown: () => control.pan(60),
    ArrowUp: () => control.pan(-60),
    PageDown: () => control.pan(control.length * 0.85),
    PageUp: () => control.pan(-control.length * 0.85),
    Home: () => control.pan(Number.NEGATIVE_INFINITY),
    End: () => control.follow(),
    '+': () => control.zoom(1.4),
    '=': () => control.zoom(1.4),
    '-': () => control.zoom(1 / 1.4),
    n: () => control.chooseBeside(1),
    p: () => control.chooseBeside(-1),
    Escape: () => control.clear(),
  };
  const command = commands[event.key];
  if (command === undefined || (event.key === 'Escape' && !control.hasFocus)) return;
  event.preventDefault();
  command();
}
