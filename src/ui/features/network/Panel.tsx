/** The network: nodes on a ring (React Flow), everything that moves on the canvas above them. */
import '@xyflow/react/dist/base.css';
import { type NodeTypes, ReactFlow, ReactFlowProvider, useStore as useFlowStore } from '@xyflow/react';
import { useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { IconButton } from '../../components/controls.tsx';
import type { Frame } from '../../../session/view.ts';
import { useFrame, useUi } from '../../playground.tsx';
import { NARROW_BELOW, scaleFor } from './geometry.ts';
import { HoverTip } from './HoverTip.tsx';
import { Lasso } from './Lasso.tsx';
import { Legend } from './Legend.tsx';
import { NodeView } from './NodeView.tsx';
import { Notices } from './Notices.tsx';
import { Overlay } from './Overlay.tsx';
import styles from './Panel.module.css';
import type { Scene } from './scene.ts';
import { centreReading } from './selectors.ts';
import { fillsRows } from './shardLayout.ts';
import { ParentNames } from './ParentNames.tsx';
import { ShardSigns } from './ShardSigns.tsx';
import { StoryLine } from './Story.tsx';
import { Tools } from './Tools.tsx';
import { useDrop } from './useDrop.ts';
import { useFlowNodes } from './useFlowNodes.ts';
import { useLayout } from './useLayout.ts';
import { type Looks, useLooks } from './useLooks.ts';
import { usePick } from './usePick.ts';

const nodeTypes: NodeTypes = { testnetNode: NodeView };
/** Whether shards fill the panel from its corner on. */
function isInRows({ declaration, scenario: { shards } }: Frame): boolean {
  return declaration.transactions !== undefined && shards !== null && fillsRows(shards);
}

/** At top speed nodes change in every picture: what fades would never stand still, and have the page drawn all the time. */
function playsFlatOut({ status, speed }: Frame): boolean {
  return status === 'playing' && speed === 'max';
}

const BUILDING = 'Building the testnet: deriving keys, starting workers…';
const ORIGIN: [number, number] = [0.5, 0.5];
const NO_NODES: Frame['nodes'] = [];

export function NetworkPanel() {
  const ready = useUi((state) => state.frame !== null);
  const problem = useUi((state) => state.bootProblem);
  return (
    <section className={styles.panel} aria-label="Network">
      {ready ? (
        <ReactFlowProvider>
          <Network />
          <Building />
        </ReactFlowProvider>
      ) : (
        <p className={styles.empty} role={problem === null ? undefined : 'alert'}>
          {problem ?? BUILDING}
        </p>
      )}
    </section>
  );
}

function Network() {
  const looks = useLooks();
  const members = useFrame((frame) => frame.nodes, NO_NODES);
  const validators = members.filter(({ kind }) => kind === 'validator').length;
  const isNarrow = useFlowStore((state) => state.width < NARROW_BELOW);
  const scale = useMemo(() => scaleFor(validators, isNarrow), [validators, isNarrow]);
  const { positions, onNodesChange, fit } = useLayout(scale);
  // Rows of shards reach into the corner where the reading stands; the line below says the same.
  const inRows = useFrame(isInRows, false);
  const isFlatOut = useFrame(playsFlatOut, false);
  const lasso = useUi((state) => state.lasso);
  const armed = useUi((state) => state.armed);
  const presenting = useUi((state) => state.presenting !== null);
  const nodes = useFlowNodes(members, looks, positions, scale);
  const scene = useRef<Scene | null>(null);
  const { onPaneClick, onPaneMouseMove, hovered } = usePick(scene);
  const drop = useDrop(scene);
  return (
    <>
      <div
        className={styles.field}
        data-over={hovered !== null}
        data-armed={armed !== null}
        data-flat-out={isFlatOut}
        {...drop}
      >
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
        <ParentNames />
        <ShardSigns positions={positions} scale={scale} />
        {!inRows && <Reading looks={looks} />}
        <Legend />
        {!presenting && <Tools fit={fit} />}
        {lasso && <Lasso positions={positions} />}
        {armed !== null && <InHand />}
        {!presenting && <Notices />}
        <HoverTip hovered={hovered} />
      </div>
      <StoryLine />
    </>
  );
}

/** Over the run before, while the next testnet is being built. */
function Building() {
  const isBuilding = useUi((state) => state.isBuilding);
  return (
    <p className={styles.building} aria-live="polite">
      {isBuilding && BUILDING}
    </p>
  );
}

/** What is in hand, and how to be rid of it. */
function InHand() {
  const armed = useUi((state) => state.armed);
  const marked = useUi((state) => state.marked);
  const arm = useUi((state) => state.arm);
  const nodes = useFrame((frame) => frame.nodes, null);
  if (armed === null) return null;
  const onLink = armed.startsWith('link/');
  const where = !onLink
    ? 'choose a node'
    : marked[0] === undefined
      ? 'choose a link, or its two ends'
      : `from ${nodes?.[marked[0]]?.id}: choose the other end`;
  return (
    <p className={styles.inHand} role="note">
      <b>{armed.split('/')[1]}</b>: {where}
      <IconButton icon="close" label="Put the fault back" shortcut="Esc" onClick={() => arm(null)} />
    </p>
  );
}

/** How far the testnet is and who leads, large enough for the back row. */
function Reading({ looks }: { readonly looks: Looks }) {
  const { height, epoch, leader } = useStore(looks, useShallow(centreReading));
  const declaration = useFrame((frame) => frame.declaration, null);
  if (declaration === null) return null;
  const { words, hasLeader = true } = declaration;
  // Where nobody leads, an epoch that nobody has left says nothing.
  const hasEpoch = hasLeader || epoch > 0;
  return (
    <div className={styles.reading} aria-hidden="true" data-floats>
      <span className={styles.readingLabel}>{words.slot}</span>
      <span className={styles.readingHeight}>{height}</span>
      {hasEpoch && (
        <span className={styles.readingLabel}>
          {words.epoch} {epoch}
          {hasLeader && leader !== null && ` · ${leader} leads`}
        </span>
      )}
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
