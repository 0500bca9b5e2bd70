/** Blocks and who has them: as a tree from parent to child, or validator by validator. */
import { isOrdered, valueWord } from '../../../session/epochs.ts';
import { useMemo, useState } from 'react';
import { Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import { BlockCard } from './BlockCard.tsx';
import { Matrix } from './Matrix.tsx';
import styles from './Panel.module.css';
import { chainBlocks, standings } from './selectors.ts';
import { Tree } from './Tree.tsx';
import { useParents } from './useParents.ts';

const SHOWN = 60;
const VIEWS = [
  { value: 'tree', label: 'Tree of blocks' },
  { value: 'nodes', label: 'By validator' },
];

export function ChainPanel() {
  const { session } = usePlayground();
  const frame = useCalmFrame(8);
  const [view, setView] = useState('tree');
  const chosen = useUi((state) => (state.selection?.kind === 'block' ? state.selection.digest : null));
  const [blocks, nodes] = useMemo(() => {
    if (frame === null) return [[], []];
    const trace = session.view();
    const decided = trace.blocksAt(frame.playhead);
    const top = decided.reduce((highest, { height }) => Math.max(highest, height), 0);
    const candidates = trace.candidatesAt(frame.playhead, Math.max(0, top - SHOWN));
    return [
      chainBlocks(decided, candidates, frame.nodes, frame.declaration, SHOWN),
      standings(frame.nodes, (node) => trace.nodeAt(node, frame.playhead), isOrdered(frame.declaration)),
    ];
  }, [session, frame]);
  const said = useParents(frame?.runId ?? '', blocks);
  if (frame === null || blocks.length === 0)
    return (
      <div className={styles.empty}>
        <Note>
          No {frame === null ? 'block' : valueWord(frame.declaration)} proposed yet. Each stands here with its votes,
          and turns solid once it is decided.
        </Note>
      </div>
    );
  const selected = blocks.find(({ digest }) => digest === chosen) ?? null;
  return (
    <div className={styles.panel}>
      <div className={styles.side}>
        <Select label="View of the chain" value={view} options={VIEWS} onChange={setView} />
        {isOrdered(frame.declaration) && <Behind standings={nodes} />}
      </div>
      {view === 'tree' ? (
        <Tree blocks={blocks} said={said} standings={nodes} />
      ) : (
        <Matrix blocks={blocks} standings={nodes} />
      )}
      {selected !== null && <BlockCard block={selected} blocks={blocks} said={said} nodes={frame.nodes} />}
    </div>
  );
}

/** Who lacks blocks, by how many. */
function Behind({ standings: all }: { readonly standings: ReturnType<typeof standings> }) {
  const behind = all.filter((standing) => standing.behind > 0);
  const top = all.reduce((highest, { height }) => Math.max(highest, height), 0);
  return (
    <ul className={styles.behind} aria-label="Validators behind">
      {behind.length === 0 && (
        <li>
          All {all.length} have height {top}.
        </li>
      )}
      {behind.slice(0, 12).map(({ id, behind: lacks, alive }) => (
        <li key={id} data-far={lacks > 1}>
          <b>{id}</b> {lacks} behind{alive ? '' : ', down'}
        </li>
      ))}
      {behind.length > 12 && <li>and {behind.length - 12} more</li>}
    </ul>
  );
}
