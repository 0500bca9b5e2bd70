/** What to search, how, and how long. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { checked, plainScenario } from '../../../explore/index.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { presetById, type Scenario } from '../../../scenario/index.ts';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useAction, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { searchDesk } from './pool.ts';
import { MODE_OPTIONS, modeExplained, PRESENT, readTarget, targetOptions } from './selectors.ts';

const [BUDGET_DEFAULT, BUDGET_MAX, SEED_MAX] = [400, 1_000_000, 0xffff_ffff];
const VALIDATORS_DEFAULT = 4;

export function SearchForm({
  target,
  onTarget,
}: {
  readonly target: string;
  readonly onTarget: (target: string) => void;
}) {
  const desk = searchDesk();
  const { session } = usePlayground();
  const act = useAction();
  const phase = useStore(desk.store, (state) => state.phase);
  const [mode, setMode] = useState('mixed');
  const [budget, setBudget] = useState(BUDGET_DEFAULT);
  const [seed, setSeed] = useState(1);
  const start = () =>
    act(async () => {
      const base = target === PRESENT ? checked(await session.scenario()) : plainBase(target);
      desk.start({ base, mode, seed, budget, check: null });
    });
  const isBusy = phase === 'searching' || phase === 'shrinking' || phase === 'following';
  return (
    <div className={styles.stack}>
      <Select label="What" showLabel value={target} options={targetOptions(PROTOCOLS.values())} onChange={onTarget} />
      <Select label="How" showLabel value={mode} options={MODE_OPTIONS} onChange={setMode} />
      <Note>{modeExplained(mode)}</Note>
      <div className={styles.row}>
        <NumberField label="Runs" value={budget} min={1} max={BUDGET_MAX} onChange={setBudget} />
        <NumberField label="Seed" value={seed} min={0} max={SEED_MAX} onChange={setSeed} />
      </div>
      <div className={styles.row}>
        <Button tone="primary" icon="play" onClick={() => void start()} disabled={isBusy || phase === 'paused'}>
          Start search
        </Button>
        {phase === 'searching' && (
          <Button icon="pause" onClick={() => desk.pause()} label="Pause search">
            Pause
          </Button>
        )}
        {phase === 'paused' && (
          <Button icon="play" onClick={() => desk.resume()} label="Resume search">
            Resume
          </Button>
        )}
        {(isBusy || phase === 'paused') && (
          <Button icon="close" onClick={() => desk.cancel()} label="Cancel search">
            Cancel
          </Button>
        )}
      </div>
    </div>
  );
}

/** As many validators as the variant's own scenario has: some bugs need a size. */
function plainBase(target: string): Scenario {
  const { protocol, mutant } = readTarget(target);
  const known = PROTOCOLS.get(protocol)?.mutants.find(({ name }) => name === mutant);
  const validators = known === undefined ? undefined : presetById(known.scenario)?.scenario.validators;
  const count = typeof validators === 'number' ? validators : (validators?.length ?? VALIDATORS_DEFAULT);
  return plainScenario({ protocol, mutant, validators: count });
}
