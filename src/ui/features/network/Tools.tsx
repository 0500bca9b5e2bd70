/** Buttons beside the picture: zoom, arrangement, lasso, marks by size. */
import { useReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import type { Frame } from '../../../session/view.ts';
import { IconButton } from '../../components/controls.tsx';
import { useFrame, useUi } from '../../playground.tsx';
import { regionsOf } from './layouts.ts';
import styles from './Panel.module.css';

const NO_NODES: Frame['nodes'] = [];

export function Tools({ fit }: { readonly fit: () => void }) {
  const flow = useReactFlow();
  const nodes = useFrame((frame) => frame.nodes, NO_NODES);
  const regions = useMemo(() => regionsOf(nodes).length, [nodes]);
  const lasso = useUi((state) => state.lasso);
  const setLasso = useUi((state) => state.setLasso);
  const arrangement = useUi((state) => state.arrangement);
  const arrange = useUi((state) => state.arrange);
  const byBytes = useUi((state) => state.marksByBytes);
  const setByBytes = useUi((state) => state.setMarksByBytes);
  return (
    <fieldset className={styles.zoom} aria-label="Picture" data-floats>
      {regions > 1 && (
        <IconButton
          icon="group"
          label="Group by region"
          pressed={arrangement === 'regions'}
          onClick={() => arrange(arrangement === 'regions' ? 'ring' : 'regions')}
        />
      )}
      <IconButton icon="bytes" label="Size marks by bytes" pressed={byBytes} onClick={() => setByBytes(!byBytes)} />
      <IconButton icon="lasso" label="Lasso" shortcut="L" pressed={lasso} onClick={() => setLasso(!lasso)} />
      <IconButton icon="plus" label="Zoom in" onClick={() => void flow.zoomIn()} />
      <IconButton icon="minus" label="Zoom out" onClick={() => void flow.zoomOut()} />
      <IconButton icon="fit" label="Arrange and fit the network" onClick={fit} />
    </fieldset>
  );
}
