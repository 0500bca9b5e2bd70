/** The network: nodes on a ring (React Flow), everything that moves on the canvas above them. */
import '@xyflow/react/dist/base.css';
import {
  type Node,
  type NodeChange,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore as useFlowStore,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../components/controls.tsx';
import { useFrame, useUi } from '../../playground.tsx';
import { type Point, ringLayout, type Scale, scaleFor } from './geometry.ts';
import { HoverTip } from './HoverTip.tsx';
import { Legend } from './Legend.tsx';
import { type NodeData, NodeView } from './NodeView.tsx';
import { Notices } from './Notices.tsx';
import { Overlay } from './Overlay.tsx';
import styles from './Panel.module.css';
import type { Scene } from './scene.ts';
import { centreReading, type NodeLook } from './selectors.ts';
import { StoryLine } from './Story.tsx';
import { usePick } from './usePick.ts';
import { useLooks } from './useLooks.ts';

const nodeTypes: NodeTypes = { testnetNode: NodeView };
const ORIGIN: [number, number] = [0.5, 0.5];

export function NetworkPanel() {
  const ready = useUi((state) => state.frame !== null);
  const problem = useUi((state) => state.bootProblem);
  return (
    <section className={styles.panel} aria-label="Network">
      {ready ? (
        <ReactFlowProvider>
          <Network />
        </ReactFlowProvider>
      ) : (
        <p className={styles.empty} role={problem === null ? undefined : 'alert'}>
          {problem ?? 'Building the testnet: deriving keys, starting workers…'}
        </p>
      )}
    </section>
  );
}

function Network() {
  const looks = useLooks();
  const validators = looks.filter((look) => look.kind === 'validator').length;
  const scale = useMemo(() => scaleFor(validators), [validators]);
  const { positions, onNodesChange, fit } = useLayout(validators, looks.length - validators, scale);
  const nodes = useFlowNodes(looks, positions, scale);
  const scene = useRef<Scene | null>(null);
  const { onPaneClick, onPaneMouseMove, hovered } = usePick(scene);
  return (
    <>
      <div className={styles.field} data-over={hovered !== null}>
        <ReactFlow
          nodes={nodes}
          nodeTypes={nodeTypes}
          nodeOrigin={ORIGIN}
          onNodesChange={onNodesChange}
          onPaneClick={onPaneClick}
          onPaneMouseMove={onPaneMouseMove}
          onPaneMouseLeave={onPaneMouseMove}
          nodesConnectable={false}
          nodesFocusable={false}
          elementsSelectable={false}
          nodeDragThreshold={4}
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          minZoom={0.15}
          maxZoom={5}
          attributionPosition="bottom-right"
        >
          <Hatching />
          <Overlay positions={positions} scene={scene} />
        </ReactFlow>
        <Reading looks={looks} />
        <Legend />
        <ZoomButtons fit={fit} />
        <Notices />
        <HoverTip hovered={hovered} />
      </div>
      <StoryLine />
    </>
  );
}

/** Positions of all nodes: a ring that follows the panel's proportions until somebody drags a node. */
function useLayout(validators: number, clients: number, scale: Scale) {
  const flow = useReactFlow();
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  const runId = useFrame((frame) => frame.runId, '');
  const [positions, setPositions] = useState<readonly Point[]>([]);
  const dragged = useRef(false);
  const fit = useCallback(() => {
    dragged.current = false;
    if (width === 0 || height === 0) return;
    const layout = ringLayout(validators, clients, usableAspect(width, height));
    setPositions(layout);
    void flow.setViewport(viewportFor(layout, scale, width, height));
  }, [flow, width, height, validators, clients, scale]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is arranged anew.
  useEffect(fit, [fit, runId]);
  const onNodesChange = useCallback((changes: readonly NodeChange[]) => {
    for (const change of changes) {
      if (change.type !== 'position' || change.position === undefined || change.dragging !== true) continue;
      const { position } = change;
      dragged.current = true;
      setPositions((before) => before.map((point, index) => (String(index) === change.id ? position : point)));
    }
  }, []);
  return { positions, onNodesChange, fit };
}

const TOP_MARGIN = 26;
const BOTTOM_MARGIN = 46;
const SIDE_MARGIN = 22;
/** Below this width the reading stands above the ring instead of beside it. */
const NARROW = 520;
const READING_HEIGHT = 62;

function usableAspect(width: number, height: number): number {
  return (width - 2 * SIDE_MARGIN - 90) / Math.max(80, height - topMargin(width) - BOTTOM_MARGIN - 60);
}

function topMargin(width: number): number {
  return width < NARROW ? READING_HEIGHT : TOP_MARGIN;
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
  const roomX = width - 2 * SIDE_MARGIN;
  const margin = topMargin(width);
  const roomY = height - margin - BOTTOM_MARGIN;
  const zoom = Math.min(1.9, roomX / spanX, roomY / spanY);
  return {
    x: SIDE_MARGIN + (roomX - spanX * zoom) / 2 - left * zoom,
    y: margin + (roomY - spanY * zoom) / 2 - top * zoom,
    zoom,
  };
}

/** React Flow's nodes; an unchanged node keeps its object, so that only changed ones render. */
function useFlowNodes(looks: readonly NodeLook[], positions: readonly Point[], scale: Scale): Node<NodeData>[] {
  const selected = useUi((state) => (state.selection?.kind === 'node' ? state.selection.node : -1));
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const marks = useUi((state) => state.marked);
  const toggleMark = useUi((state) => state.toggleMark);
  const endHint = useUi((state) => state.endHint);
  const before = useRef<Node<NodeData>[]>([]);
  return useMemo(() => {
    if (positions.length !== looks.length) return [];
    const next = looks.map((look, index) => {
      const old = before.current[index];
      const position = positions[index] ?? { x: 0, y: 0 };
      const isSelected = index === selected;
      const isMarked = marks.includes(index);
      if (
        old !== undefined &&
        old.data.look === look &&
        old.position === position &&
        old.data.selected === isSelected &&
        old.data.marked === isMarked &&
        old.data.scale === scale
      )
        return old;
      const choose = (together: boolean) => {
        endHint();
        if (together) return toggleMark(index);
        select({ kind: 'node', node: index });
        openPhoneTab('inspector');
      };
      const size = 2 * (look.kind === 'client' ? scale.clientRadius : scale.radius);
      return {
        id: String(index),
        type: 'testnetNode',
        // A crown stands above its neighbours' discs.
        zIndex: look.crown === null ? 0 : 1,
        position,
        width: size,
        height: size,
        data: { look, scale, selected: isSelected, marked: isMarked, choose },
      };
    });
    before.current = next;
    return next;
  }, [looks, positions, scale, selected, marks, select, toggleMark, endHint, openPhoneTab]);
}

/** How far the testnet is and who leads, large enough for the back row. */
function Reading({ looks }: { readonly looks: readonly NodeLook[] }) {
  const { height, epoch, leader } = centreReading(looks);
  const words = useFrame((frame) => frame.declaration.words, null);
  if (words === null) return null;
  return (
    <div className={styles.reading} aria-hidden="true">
      <span className={styles.readingLabel}>{words.slot}</span>
      <span className={styles.readingHeight}>{height}</span>
      <span className={styles.readingLabel}>
        {words.epoch} {epoch}
        {leader !== null && ` · ${leader} leads`}
      </span>
    </div>
  );
}

/** The pattern of Byzantine nodes; one definition for all. */
function Hatching() {
  return (
    <svg className={styles.defs} aria-hidden="true">
      <pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" className={styles.hatch} />
      </pattern>
    </svg>
  );
}

function ZoomButtons({ fit }: { readonly fit: () => void }) {
  const flow = useReactFlow();
  return (
    <div className={styles.zoom}>
      <IconButton icon="plus" label="Zoom in" onClick={() => void flow.zoomIn()} />
      <IconButton icon="minus" label="Zoom out" onClick={() => void flow.zoomOut()} />
      <IconButton icon="fit" label="Arrange and fit the network" onClick={fit} />
    </div>
  );
}
