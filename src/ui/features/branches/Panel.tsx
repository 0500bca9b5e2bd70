/** The tree of runs: continue any of them, name, delete, compare two. */
import { useCallback, useEffect, useState } from 'react';
import type { BranchInfo } from '../../../session/branches/types.ts';
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Note } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { useAction, useCalmPlayhead, useFork, useFrame, usePlayground } from '../../playground.tsx';
import { CompareForm } from './CompareForm.tsx';
import { Item } from './Item.tsx';
import styles from './Panel.module.css';
import { grouped } from './selectors.ts';

export function BranchesPanel() {
  const { branches, refresh } = useBranches();
  const { current, others } = grouped(branches);
  return (
    <>
      <Section title="Continue differently">
        <ForkHere />
      </Section>
      <Section title="This tree" id="branches-tree" aside={current.length}>
        <Tree label="Branches of this run" branches={current} refresh={refresh} />
        {current.length < 2 && <Note>Fork at any moment, and both histories stay here.</Note>}
      </Section>
      <Section title="Other runs" id="branches-others" aside={others.length} startsFolded>
        {others.length === 0 ? (
          <Note>None kept.</Note>
        ) : (
          <Tree label="Other runs" branches={others} refresh={refresh} />
        )}
      </Section>
      <Section title="Side by side" id="branches-compare">
        <CompareForm branches={branches} />
      </Section>
    </>
  );
}

/** The list, looked up again when another run is at hand, when the run pauses, and when asked. */
function useBranches() {
  const { session } = usePlayground();
  const act = useAction();
  const runId = useFrame((frame) => frame.runId, '');
  const status = useFrame((frame) => frame.status, 'empty');
  const [branches, setBranches] = useState<readonly BranchInfo[]>([]);
  const refresh = useCallback(() => act(async () => setBranches(await session.branches.list())), [act, session]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run or state has another tree.
  useEffect(() => void refresh(), [refresh, runId, status]);
  return { branches, refresh };
}

function ForkHere() {
  const playhead = useCalmPlayhead(8);
  const fork = useFork();
  const loaded = useFrame(() => true, false);
  return (
    <div className={styles.row}>
      <Button
        icon="fork"
        label="Fork at the playhead"
        disabled={!loaded}
        onClick={() => void fork(playhead)}
        title="Another history from this moment on (F)"
      >
        Fork at {formatTime(playhead)}
      </Button>
    </div>
  );
}

interface TreeProps {
  readonly label: string;
  readonly branches: readonly BranchInfo[];
  readonly refresh: () => Promise<unknown>;
}

function Tree({ label, branches, refresh }: TreeProps) {
  return (
    <ul className={styles.tree} aria-label={label}>
      {branches.map((branch) => (
        <Item key={branch.runId} branch={branch} refresh={refresh} />
      ))}
    </ul>
  );
}
