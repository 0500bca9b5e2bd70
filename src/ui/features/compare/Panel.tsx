/** Several protocols side by side: what to compare, how far it is, and the way to the table. */
import { lazy, Suspense, useEffect } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { plural } from '../../lib/format.ts';
import { CompareForm } from './CompareForm.tsx';
import styles from './Panel.module.css';
import { compareDesk } from './pool.ts';
import { useAddress } from './useAddress.ts';

const ResultDialog = lazy(() => import('./ResultDialog.tsx'));

export function ComparePanel() {
  const desk = compareDesk();
  useAddress();
  const { isOpen, comparison, answered } = useStore(desk.store);
  // A table left open comes back only when it is asked for.
  useEffect(() => () => desk.open(false), [desk]);
  return (
    <Section title="Protocols side by side" id="compare">
      <div className={styles.stack}>
        <Note>The same seed, network, load and faults, run by two to four protocols.</Note>
        <CompareForm />
        <Progress />
      </div>
      {isOpen && comparison !== null && answered !== null && (
        <Suspense fallback={null}>
          <ResultDialog comparison={comparison} request={answered} onClose={() => desk.open(false)} />
        </Suspense>
      )}
    </Section>
  );
}

function Progress() {
  const desk = compareDesk();
  const { phase, runs, runsDone, share, comparison, problem } = useStore(desk.store);
  return (
    <div className={styles.stack}>
      {phase === 'running' && (
        <label className={styles.progress}>
          <span>
            Run {Math.min(runs, runsDone + 1)} of {runs}
          </span>
          <progress value={share} max={1} />
        </label>
      )}
      <p role="status" className={styles.status}>
        {phase === 'running' && `Running ${plural(runs, 'run')}`}
        {phase === 'done' && comparison !== null && (
          <>
            Done: <Foreign text={comparison.name} limit={60} />
          </>
        )}
      </p>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          <Foreign text={problem} />
        </p>
      )}
      {comparison !== null && (
        <div>
          <Button icon="scenarios" onClick={() => desk.open(true)}>
            Show the table
          </Button>
        </div>
      )}
    </div>
  );
}
