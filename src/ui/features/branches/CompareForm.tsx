/** Chooses what to compare: two branches, or the run at hand with another seed. */
import { type FormEvent, useState } from 'react';
import type { BranchInfo, Comparison } from '../../../session/branches/types.ts';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useAction, useFrame, usePlayground } from '../../playground.tsx';
import { CompareDialog } from './CompareDialog.tsx';
import styles from './Panel.module.css';
import { branchReading, branchTitle, sideOf } from './selectors.ts';

const SEED = 'seed';

interface Shown {
  readonly comparison: Comparison;
  readonly titles: readonly [left: string, right: string];
}

export function CompareForm({ branches }: { readonly branches: readonly BranchInfo[] }) {
  const { session } = usePlayground();
  const act = useAction();
  const ownSeed = useFrame((frame) => frame.scenario.seed, 0);
  const current = branches.find(({ isCurrent }) => isCurrent)?.runId ?? '';
  const other = branches.find(({ isCurrent, isInCurrentTree }) => !isCurrent && isInCurrentTree)?.runId ?? SEED;
  const [left, setLeft] = useState<string | null>(null);
  const [right, setRight] = useState<string | null>(null);
  const [seed, setSeed] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const known = (value: string | null): value is string =>
    value === SEED || branches.some(({ runId }) => runId === value);
  const sides = { left: known(left) ? left : current, right: known(right) ? right : other };
  const options = branches.map((branch) => ({
    value: branch.runId,
    label: `${branchTitle(branch)}, ${branchReading(branch)}`,
  }));
  const choiceOf = (side: string) => (side === SEED ? `seed:${seed ?? ownSeed + 1}` : `run:${side}`);
  const titleOf = (choice: string): string => {
    const branch = branches.find(({ runId }) => choice === `run:${runId}`);
    return branch === undefined ? choice.replace(':', ' ') : branchTitle(branch);
  };
  const compare = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await act(async () => {
      const [one, other] = [choiceOf(sides.left), choiceOf(sides.right)];
      const comparison = await session.branches.compare(sideOf(one), sideOf(other));
      setShown({ comparison, titles: [titleOf(one), titleOf(other)] });
    });
    setBusy(false);
  };
  if (current === '') return <Note>Nothing is loaded.</Note>;
  return (
    <form className={styles.compare} onSubmit={(event) => void compare(event)}>
      <Select label="Left" showLabel value={sides.left} options={options} onChange={setLeft} />
      <Select
        label="Right"
        showLabel
        value={sides.right}
        options={[...options, { value: SEED, label: 'The run at hand with another seed' }]}
        onChange={setRight}
      />
      {sides.right === SEED && (
        <NumberField label="Seed" value={ownSeed + 1} min={0} max={4_294_967_295} onChange={setSeed} />
      )}
      <Button type="submit" disabled={isBusy} icon="swap">
        {isBusy ? 'Comparing…' : 'Compare'}
      </Button>
      {shown !== null && <CompareDialog {...shown} onClose={() => setShown(null)} />}
    </form>
  );
}
