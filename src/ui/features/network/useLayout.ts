/** Positions of all nodes: as arranged for the panel's proportions, until somebody drags a node; then where they were put. */
import { type NodeChange, useStore as useFlowStore } from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Frame } from '../../../session/view.ts';
import { useFrame, usePlayground, useUi } from '../../playground.tsx';
import { NARROW_BELOW, type Point, type Scale } from './geometry.ts';
import { marginsFor } from './fitting.ts';
import { layoutOf } from './layouts.ts';
import { useFitting } from './useFitting.ts';

const NO_NODES: Frame['nodes'] = [];

export interface Layout {
  readonly positions: readonly Point[];
  onNodesChange(changes: readonly NodeChange[]): void;
  /** Arranges the nodes anew and shows all of them. */
  fit(): void;
}

export function useLayout(scale: Scale): Layout {
  const { store, session } = usePlayground();
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  const runId = useFrame((frame) => frame.runId, '');
  const nodes = useFrame((frame) => frame.nodes, NO_NODES);
  const arrangement = useUi((state) => state.arrangement);
  const remember = useUi((state) => state.remember);
  const isNarrow = width < NARROW_BELOW;
  const sharded = useFrame((frame) => frame.declaration.transactions !== undefined, false);
  const perShard = useFrame((frame) => frame.scenario.shards?.validatorsPerShard ?? 1, 1);
  const nested = useFrame((frame) => JSON.stringify(frame.scenario.shards?.nested ?? []), '[]');
  const shards =
    (sharded && perShard > 1 ? ` shards of ${perShard}` : '') + (sharded && nested !== '[]' ? ` in ${nested}` : '');
  const network = `${nodes.length} ${arrangement}${shards}${isNarrow ? ' narrow' : ''}`;
  const [positions, setPositions] = useState<readonly Point[]>([]);
  const latest = useRef(positions);
  latest.current = positions;
  const fitInto = useFitting(scale, nodes, latest);
  const place = useCallback(
    (kept: readonly Point[] | null) => {
      if (width === 0 || height === 0 || nodes.length === 0) return;
      const layout =
        kept ?? layoutOf(nodes, arrangement, usableAspect(width, height), width < NARROW_BELOW, session.view().shape);
      setPositions(layout);
      fitInto(layout);
    },
    [session, width, height, nodes, arrangement, fitInto],
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
