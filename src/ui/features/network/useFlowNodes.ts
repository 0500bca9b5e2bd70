/** React Flow's nodes: where each stands, how large, and what a click on it does. What a node shows it asks for itself. */
import type { Node } from '@xyflow/react';
import { useCallback, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { Frame } from '../../../session/view.ts';
import { useApply } from '../../interventions.ts';
import { paletteOf } from '../../lib/palette.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import type { Point, Scale } from './geometry.ts';
import type { NodeData } from './NodeView.tsx';
import type { NodeLook } from './selectors.ts';
import type { Looks } from './useLooks.ts';

/** Nodes with something above their discs, a crown or what a traitor does: one character a node. */
const raisedOf = (looks: readonly NodeLook[]): string =>
  looks.map(({ crown, byzantine }) => (crown === null && byzantine === null ? '-' : '^')).join('');

/** An unchanged node keeps its object, so that only changed ones render. */
export function useFlowNodes(
  members: Frame['nodes'],
  looks: Looks,
  positions: readonly Point[],
  scale: Scale,
): Node<NodeData>[] {
  const raised = useStore(looks, raisedOf);
  const selected = useUi((state) => (state.selection?.kind === 'node' ? state.selection.node : -1));
  const marks = useUi((state) => state.marked);
  const chooserOf = useChooser();
  const before = useRef<Node<NodeData>[]>([]);
  return useMemo(() => {
    if (positions.length !== members.length) return [];
    const next = members.map(({ kind }, index) => {
      const old = before.current[index];
      const position = positions[index] ?? { x: 0, y: 0 };
      const isSelected = index === selected;
      const isMarked = marks.includes(index);
      // What stands above a disc stands above the neighbours' discs too.
      const zIndex = raised[index] === '^' ? 1 : 0;
      const size = 2 * (kind === 'client' ? scale.clientRadius : scale.radius);
      if (
        old !== undefined &&
        old.position === position &&
        old.width === size &&
        old.zIndex === zIndex &&
        old.data.selected === isSelected &&
        old.data.marked === isMarked &&
        old.data.scale === scale
      )
        return old;
      return {
        id: String(index),
        type: 'testnetNode',
        zIndex,
        position,
        width: size,
        height: size,
        data: { index, looks, scale, selected: isSelected, marked: isMarked, choose: chooserOf(index) },
      };
    });
    before.current = next;
    return next;
  }, [members, looks, raised, positions, scale, selected, marks, chooserOf]);
}

/** What a click on a node does; `together`: adds it to the marked ones. */
function useChooser(): (index: number) => (together: boolean) => void {
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const toggleMark = useUi((state) => state.toggleMark);
  const endHint = useUi((state) => state.endHint);
  const carry = useCarry();
  return useCallback(
    (index) => (together) => {
      endHint();
      if (carry(index)) return;
      if (together) return toggleMark(index);
      select({ kind: 'node', node: index });
      openPhoneTab('inspector');
    },
    [select, openPhoneTab, toggleMark, endHint, carry],
  );
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
