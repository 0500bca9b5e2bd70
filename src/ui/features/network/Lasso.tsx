/** Draws around nodes: those inside are marked together, to be cut off from the rest. By keyboard: Shift+Enter on each node. */
import { useReactFlow } from '@xyflow/react';
import { type PointerEvent, useRef, useState } from 'react';
import { useUi } from '../../playground.tsx';
import type { Point } from './geometry.ts';
import styles from './Lasso.module.css';
import { inside } from './layouts.ts';

export function Lasso({ positions }: { readonly positions: readonly Point[] }) {
  const flow = useReactFlow();
  const mark = useUi((state) => state.mark);
  const setLasso = useUi((state) => state.setLasso);
  const field = useRef<HTMLDivElement>(null);
  const [line, setLine] = useState<readonly Point[]>([]);
  const at = (event: PointerEvent): Point => {
    const box = field.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setLine([at(event)]);
  };
  const onPointerUp = () => {
    const box = field.current?.getBoundingClientRect();
    const polygon = line.map(({ x, y }) =>
      flow.screenToFlowPosition({ x: x + (box?.left ?? 0), y: y + (box?.top ?? 0) }),
    );
    setLine([]);
    const found = positions.flatMap((point, node) => (inside(polygon, point) ? [node] : []));
    if (found.length > 0) mark(found);
    else setLasso(false);
  };
  return (
    <div
      ref={field}
      className={styles.lasso}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        if (line.length > 0) setLine([...line, at(event)]);
      }}
      onPointerUp={onPointerUp}
    >
      <svg className={styles.line} aria-hidden="true">
        <polygon points={line.map(({ x, y }) => `${x},${y}`).join(' ')} />
      </svg>
      {line.length === 0 && <p className={styles.hint}>Draw around the nodes to mark. Esc stops.</p>}
    </div>
  );
}
