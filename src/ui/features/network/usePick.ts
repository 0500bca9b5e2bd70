import { useReactFlow } from '@xyflow/react';
import { type MouseEvent, type RefObject, useCallback, useState } from 'react';
import { useApply } from '../../interventions.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import { flightNear } from './flightMarks.ts';
import { distanceTo, type Point } from './geometry.ts';
import type { Hovered } from './HoverTip.tsx';
import { linkOf, type Scene } from './scene.ts';

/** CSS px. */
const REACH_MESSAGE = 16;
const REACH_LINK = 8;
const REACH_ARMED = 24;

/** The pointer beside the nodes: over a message it names it; a click picks the nearest message, link, or nothing. */
export function usePick(scene: RefObject<Scene | null>) {
  const flow = useReactFlow();
  const { store } = usePlayground();
  const apply = useApply();
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const onPaneMouseMove = useCallback(
    (event: MouseEvent) => setHovered(scene.current === null ? null : hoveredAt(scene.current, flow, event)),
    [flow, scene],
  );
  const onPaneClick = useCallback(
    (event: MouseEvent) => {
      const now = scene.current;
      if (now === null) return;
      const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const flight = flightNear(now, point, REACH_MESSAGE / now.view.zoom);
      const { armed } = store.getState();
      if (armed !== null) {
        const target = linkNear(now, point, REACH_ARMED / now.view.zoom);
        if (target !== null) apply(armed, target);
        return;
      }
      const link = flight === null && now.scale.links ? linkNear(now, point, REACH_LINK / now.view.zoom) : null;
      select(flight !== null ? { kind: 'message', id: flight.messageId } : link);
      if (flight !== null || link !== null) openPhoneTab('inspector');
    },
    [flow, scene, select, openPhoneTab, store, apply],
  );
  return { onPaneClick, onPaneMouseMove, hovered };
}

function hoveredAt(scene: Scene, flow: ReturnType<typeof useReactFlow>, event: MouseEvent): Hovered | null {
  if (event.type === 'mouseleave' || event.buttons !== 0) return null;
  const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
  const flight = flightNear(scene, point, REACH_MESSAGE / scene.view.zoom);
  const { x, y, zoom } = scene.view;
  return flight === null ? null : { flight, x: point.x * zoom + x, y: point.y * zoom + y };
}

export function linkNear(scene: Scene, point: Point, reach: number) {
  let best: { readonly kind: 'link'; readonly from: number; readonly to: number } | null = null;
  let bestDistance = reach;
  for (const a of scene.nodes) {
    for (const b of scene.nodes) {
      if (b.index <= a.index) continue;
      const link = linkOf(scene, a.index, b.index, 0);
      const distance = link === null ? Number.POSITIVE_INFINITY : distanceTo(link, point);
      if (distance < bestDistance) {
        best = { kind: 'link', from: a.index, to: b.index };
        bestDistance = distance;
      }
    }
  }
  return best;
}
