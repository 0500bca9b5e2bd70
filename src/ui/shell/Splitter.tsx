/** A divider that drags, and moves with the arrow keys. Sizes are of the panel behind it (below or right) or before it, CSS px. */
import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './Splitter.module.css';

interface Props {
  readonly label: string;
  readonly direction: 'horizontal' | 'vertical';
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (size: number) => void;
  /** The panel is before it (left or above), so that it grows the other way. */
  readonly panelBefore?: boolean;
  /** Shows where a thumb takes hold of it. */
  readonly withGrip?: boolean;
}

const KEY_STEP = 16;

export function Splitter({ label, direction, size, min, max, onChange, panelBefore = false, withGrip = false }: Props) {
  const sign = panelBefore ? -1 : 1;
  const change = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next))));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const start = direction === 'horizontal' ? event.clientX : event.clientY;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) =>
      change(size + sign * (start - (direction === 'horizontal' ? moved.clientX : moved.clientY)));
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const grow = direction === 'horizontal' ? 'ArrowLeft' : 'ArrowUp';
    const shrink = direction === 'horizontal' ? 'ArrowRight' : 'ArrowDown';
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    event.stopPropagation();
    change(size + sign * (event.key === grow ? KEY_STEP : -KEY_STEP));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a divider that moves is a widget; `hr` cannot be one.
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={direction === 'horizontal' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      className={styles.splitter}
      data-direction={direction}
      data-grip={withGrip}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
