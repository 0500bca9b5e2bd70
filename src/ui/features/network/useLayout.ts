/** Positions of all nodes: as arranged for the panel's proportions, until somebody drags a node; then where they were put. */
import { type NodeChange, useReactFlow, useStore as useFlowStore } from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Frame } from '../../../session/view.ts';
import { useFrame, usePlayground, useUi } from '../../playground.tsx';
import { NARROW_BELOW, type Point, type Scale } from './geometry.ts';
import { layoutOf } from './layouts.ts';

const TOP_MARGIN = 26;
const BOTTOM_MARGIN = 46;
const SIDE_MARGIN = 22;
/** On a phone the ring stands between the reading's lines and the legend: its top is far from the corner. */
const NARROW_TOP_MARGIN = 34;
const NARROW_BOTTOM_MARGIN = 34;
const NARROW_SIDE_MARGIN = 10;
const NO_NODES: Frame['nodes'] = [];

export interface Layout {
  readonly positions: readonly Point[];
  onNodesChange(changes: readonly NodeChange[]): void;
  /** Arranges the nodes anew and shows all of them. */
  fit(): void;
}

export function useLayout(scale: Scale): Layout {
  const { store, session } = usePlayground();
  const flow = useReactFlow();
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  const runId = useFrame((frame) => frame.runId, '');
  const nodes = useFrame((frame) => frame.nodes, NO_NODES);
  const arrangement = useUi((state) => state.arrangement);
  const remember = useUi((state) => state.remember);
  const isNarrow = width < NARROW_BELOW;
  const sharded = useFrame((frame) => frame.declaration.transactions !== undefined, false);
  const perShard = useFrame((frame) => frame.scenario.shards?.validatorsPerShard ?? 1, 1);
  const shards = sharded && perShard > 1 ? ` shards of ${perShard}` : '';
  const network = `${nodes.length} ${arrangement}${shards}${isNarrow ? ' narrow' : ''}`;
  const [positions, setPositions] = useState<readonly Point[]>([]);
  const latest = useRef(positions);
  latest.current = positions;
  const place = useCallback(
    (kept: readonly Point[] | null) => {
      if (width === 0 || height === 0 || nodes.length === 0) return;
      const layout =
        kept ?? layoutOf(nodes, arrangement, usableAspect(width, height), width < NARROW_BELOW, session.view().shape);
      setPositions(layout);
      void flow.setViewport(viewportFor(layout, scale, width, height));
    },
    [flow, session, width, height, nodes, arrangement, scale],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is arranged anew.
  useEffect(() => {
    const kept = store.getState().places[network];
    place(kept?.length === nodes.length ? kept : null);
  }, [place, runId]);
  const onNodesChange = useCallback(
    (changes: readonly NodeChange[]) => {
      for (const change of changes) {
        if (change.type !== 'position' || change.position === undefined) continue;
        const { position, dragging, id } = change;
        const next = latest.current.map((point, index) => (String(index) === id ? position : point));
        if (dragging === true) setPositions(next);
        else remember(network, latest.current);
      }
    },
    [remember, network],
  );
  const fit = useCallback(() => {
    remember(network, null);
    place(null);
  }, [remember, network, place]);
  return { positions, onNodesChange, fit };
}

function usableAspect(width: number, height: number): number {
  const { top, bottom, side } = marginsFor(width);
  return (width - 2 * side - 90) / Math.max(80, height - top - bottom - 60);
}

function marginsFor(width: number): { readonly top: number; readonly bottom: number; readonly side: number } {
  return width < NARROW_BELOW
    ? { top: NARROW_TOP_MARGIN, bottom: NARROW_BOTTOM_MARGIN, side: NARROW_SIDE_MARGIN }
    : { top: TOP_MARGIN, bottom: BOTTOM_MARGIN, side: SIDE_MARGIN };
}

/** The viewport that shows all nodes with room for crowns, rings and the legend. */
function viewportFor(points: readonly Point[], scale: Scale, width: number, height: number) {
  const reach = scale.radius * 1.7;
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const left = Math.min(...xs) - reach;
  const top = Math.min(...ys) - reach;
  const spanX = Math.max(...xs) + reach - left;
  const spanY = Math.max(...ys) + reach - top;
  const margins = marginsFor(width);
  const roomX = width - 2 * margins.side;
  const roomY = height - margins.top - margins.bottom;
  const zoom = Math.min(1.9, roomX / spanX, roomY / spanY);
  return {
    x: margins.side + (roomX - spanX * zoom) / 2 - left * zoom,
    y: margins.top + (roomY - spanY * zoom) / 2 - top * zoom,
    zoom,
  };
}
