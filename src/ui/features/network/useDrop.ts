/** A palette entry dropped onto the network goes to the node under the pointer, or to the nearest link. */
import { useReactFlow } from '@xyflow/react';
import { type DragEvent, type RefObject, useCallback } from 'react';
import { useApply } from '../../interventions.ts';
import { DRAGGED, type Target } from '../../lib/palette.ts';
import type { Point } from './geometry.ts';
import { radiusOf, type Scene } from './scene.ts';
import { linkNear } from './usePick.ts';

/** CSS px. */
const REACH_LINK = 28;

export function useDrop(scene: RefObject<Scene | null>) {
  const flow = useReactFlow();
  const apply = useApply();
  const onDragOver = useCallback((event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAGGED)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  }, []);
  const onDrop = useCallback(
    (event: DragEvent) => {
      const entry = event.dataTransfer.getData(DRAGGED);
      const now = scene.current;
      if (entry === '' || now === null) return;
      event.preventDefault();
      const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const target = targetAt(now, point);
      if (target !== null) apply(entry, target);
    },
    [flow, scene, apply],
  );
  return { onDragOver, onDrop };
}

function targetAt(scene: Scene, point: Point): Target | null {
  for (const { index } of scene.nodes) {
    const at = scene.positions[index];
    if (at !== undefined && Math.hypot(at.x - point.x, at.y - point.y) <= radiusOf(scene, index) * 1.35)
      return { kind: 'node', node: index };
  }
  return linkNear(scene, point, REACH_LINK / scene.view.zoom);
}
