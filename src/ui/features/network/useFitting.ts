/** Keeps the network clear of what floats over it, until somebody moves the picture by hand. */
import { useReactFlow, useStore as useFlowStore, useStoreApi } from '@xyflow/react';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { Frame } from '../../../session/view.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import { type Box, isCovered, roomOf, thingsOf, type Viewport, viewportAround } from './fitting.ts';
import type { Point, Scale } from './geometry.ts';

const GLIDE_MS = 200;

/** Shows all of the network at these positions. */
export function useFitting(
  scale: Scale,
  nodes: Frame['nodes'],
  positions: RefObject<readonly Point[]>,
): (positions: readonly Point[]) => void {
  const { session } = usePlayground();
  const flow = useReactFlow();
  const store = useStoreApi();
  const pane = useFlowStore((state) => state.domNode);
  const presenting = useUi((state) => state.presenting !== null);
  /** As it was set here; null: never. */
  const ours = useRef<Viewport | null>(null);
  const thingsAt = useCallback(
    (points: readonly Point[]) => {
      const validatorCount = nodes.filter(({ kind }) => kind === 'validator').length;
      return thingsOf(points, validatorCount, scale, session.view().shape);
    },
    [session, nodes, scale],
  );
  const fitInto = useCallback(
    (points: readonly Point[], duration = 0) => {
      const { width, height, domNode } = store.getState();
      const viewport = viewportAround(thingsAt(points), floatingOver(domNode), roomOf(width, height));
      ours.current = viewport;
      void flow.setViewport(viewport, { duration });
    },
    [flow, store, thingsAt],
  );
  useEffect(() => {
    const field = pane?.parentElement;
    if (presenting || field == null) return;
    const look = () => {
      const points = positions.current;
      if (points.length === 0 || points.length !== nodes.length || !isAt(flow.getViewport(), ours.current)) return;
      if (!isCovered(thingsAt(points), floatingOver(pane), flow.getViewport())) return;
      fitInto(points, matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : GLIDE_MS);
    };
    const watcher = new MutationObserver(look);
    for (const notices of field.querySelectorAll('[data-notices]')) watcher.observe(notices, { childList: true });
    return () => watcher.disconnect();
  }, [pane, presenting, flow, positions, nodes, thingsAt, fitInto]);
  return fitInto;
}

/** What floats over the picture (`data-floats`), CSS px from its corner. */
function floatingOver(pane: Element | null): readonly Box[] {
  if (pane === null) return [];
  const { left, top } = pane.getBoundingClientRect();
  return [...(pane.parentElement?.querySelectorAll('[data-floats]') ?? [])].map((element) => {
    const box = element.getBoundingClientRect();
    return { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
  });
}

/** Still where it was put: nobody has panned or zoomed since. */
function isAt({ x, y, zoom }: Viewport, ours: Viewport | null): boolean {
  if (ours === null) return false;
  return Math.abs(x - ours.x) < 1 && Math.abs(y - ours.y) < 1 && Math.abs(zoom - ours.zoom) < 0.005;
}
