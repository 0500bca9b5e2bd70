/** The network: nodes on a ring (React Flow), everything that moves on the canvas above them. */
import '@xyflow/react/dist/base.css';
import { type Node, type NodeTypes, ReactFlow, ReactFlowProvider, useStore as useFlowStore } from '@xyflow/react';
import { useCallback, useMemo, useRef } from 'react';
import { IconButton } from '../../components/controls.tsx';
import type { Frame } from '../../../session/view.ts';
import { useApply } from '../../interventions.ts';
import { paletteOf } from '../../lib/palette.ts';
import { useFrame, usePlayground, useUi } from '../../playground.tsx';
import { NARROW_BELOW, type Point, type Scale, scaleFor } from './geometry.ts';
import { HoverTip } from './HoverTip.tsx';
import { Lasso } from './Lasso.tsx';
import { Legend } from './Legend.tsx';
import { type NodeData, NodeView } from './NodeView.tsx';
import { Notices } from './Notices.tsx';
import { Overlay } from './Overlay.tsx';
import styles from './Panel.module.css';
import type { Scene } from './scene.ts';
import { centreReading, type NodeLook } from './selectors.ts';
import { fillsRows } from './shardLayout.ts';
import { ParentNames } from './ParentNames.tsx';
import { ShardSigns } from './ShardSigns.tsx';
import { StoryLine } from './Story.tsx';
import { Tools } from './Tools.tsx';
import { useDrop } from './useDrop.ts';
import { useLayout } from './useLayout.ts';
import { usePick } from './usePick.ts';
import { useLooks } from './useLooks.ts';

const nodeTypes: NodeTypes = { testnetNode: NodeView };
/** Whether shards fill the panel from its corner on. */
function isInRows({ declaration, scenario: { shards } }: Frame): boolean {
  return declaration.transactions !== undefined && shards !== null && fillsRows(shards);
}

/** At top speed nodes change in every picture: what fades would never stand still, and have the page drawn all the time. */
function playsFlatOut({ status, speed }: Frame): boolean {
  return status === 'playing' && speed === 'max';
}

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
  const isNarrow = useFlowStore((state) => state.width < NARROW_BELOW);
  const scale = useMemo(() => scaleFor(validators, isNarrow), [validators, isNarrow]);
  const { positions, onNodesChange, fit } = useLayout(scale);
  // Rows of shards reach into the corner where the reading stands; the line below says the same.
  const inRows = useFrame(isInRows, false);
  const isFlatOut = useFrame(playsFlatOut, false);
  const lasso = useUi((state) => state.lasso);
  const armed = useUi((state) => state.armed);
  const presenting = useUi((state) => state.presenting !== null);
  const nodes = useFlowNodes(looks, positions, scale);
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

/** React Flow's nodes; an unchanged node keeps its object, so that only changed ones render. */
function useFlowNodes(looks: readonly NodeLook[], positions: readonly Point[], scale: Scale): Node<NodeData>[] {
  const selected = useUi((state) => (state.selection?.kind === 'node' ? state.selection.node : -1));
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const marks = useUi((state) => state.marked);
  const toggleMark = useUi((state) => state.toggleMark);
  const endHint = useUi((state) => state.endHint);
  const carry = useCarry();
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
        if (carry(index)) return;
        if (together) return toggleMark(index);
        select({ kind: 'node', node: index });
        openPhoneTab('inspector');
      };
      const size = 2 * (look.kind === 'client' ? scale.clientRadius : scale.radius);
      return {
        id: String(index),
        type: 'testnetNode',
        // A crown, or what a traitor does, stands above its neighbours' discs.
        zIndex: look.crown === null && look.byzantine === null ? 0 : 1,
        position,
        width: size,
        height: size,
        data: { look, scale, selected: isSelected, marked: isMarked, choose },
      };
    });
    before.current = next;
    return next;
  }, [looks, positions, scale, selected, marks, select, toggleMark, endHint, openPhoneTab, carry]);
}

/** Puts the fault in hand on a chosen node; a link fault needs two, one after the other. False while nothing is in hand. */
function useCarry(): (node: number) => boolean {
  const { store, session } = usePlayground();
  const apply = useApply();
  return useCallback(
    (node) => {
      const { armed, marked, mark, clearMarks } = store.getState();
      const frame = session.frame();
      if (armed === null || frame === null) return false;
      const entry = paletteOf(frame.declaration, frame.scenario.shards).find(({ id }) => id === armed);
      const [first] = marked;
      if (entry?.on !== 'link') apply(armed, { kind: 'node', node });
      else if (first === undefined || first === node) mark([node]);
      else {
        clearMarks();
        apply(armed, { kind: 'link', from: first, to: node });
      }
      return true;
    },
    [store, session, apply],
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
function Reading({ looks }: { readonly looks: readonly NodeLook[] }) {
  const { height, epoch, leader } = centreReading(looks);
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
