/** What to compare, by which protocols, and what the rows are. */
import { useStore } from 'zustand';
import { checked } from '../../../explore/index.ts';
import { shippedById } from '../../../explore/compare/index.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { Button, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { errorText, useFrame, usePlayground } from '../../playground.tsx';
import type { Choice } from './desk.ts';
import styles from './Panel.module.css';
import { compareDesk } from './pool.ts';
import {
  choiceOf,
  choiceProblem,
  PRESENT,
  protocolOptions,
  requestFor,
  varyOptions,
  WHAT_OPTIONS,
} from './selectors.ts';

const COLUMN_NAMES = ['First protocol', 'Second protocol', 'Third protocol', 'Fourth protocol'];
const NEEDED = 2;

/** What the form says; until somebody chooses, the first shipped comparison. */
export function useChoice(): Choice {
  const chosen = useStore(compareDesk().store, (state) => state.choice);
  const present = useFrame((frame) => frame.declaration.name, '');
  return chosen ?? choiceOf(WHAT_OPTIONS[1]?.value ?? PRESENT, present, [...PROTOCOLS.keys()]);
}

export function CompareForm() {
  const desk = compareDesk();
  const { session } = usePlayground();
  const present = useFrame((frame) => frame.declaration.name, '');
  const isRunning = useStore(desk.store, (state) => state.phase === 'running');
  const choice = useChoice();
  const declarations = [...PROTOCOLS.values()].map(({ declaration }) => declaration);
  const problem = choiceProblem(choice);
  const start = async () => {
    try {
      const scenario = choice.what === PRESENT ? checked(await session.scenario()) : null;
      const request = requestFor(choice, scenario);
      if (request !== null) desk.start(request);
    } catch (error) {
      desk.fail(errorText(error));
    }
  };
  return (
    <form
      className={styles.stack}
      aria-label="Comparison"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <Select
        label="What"
        showLabel
        value={choice.what}
        options={WHAT_OPTIONS}
        onChange={(what) => desk.choose(choiceOf(what, present, [...PROTOCOLS.keys()]))}
      />
      {choice.what !== PRESENT && <Note>{shippedById(choice.what)?.teaches}</Note>}
      {choice.protocols.map((protocol, column) => (
        <Select
          key={COLUMN_NAMES[column]}
          label={COLUMN_NAMES[column] ?? ''}
          showLabel
          value={protocol}
          options={protocolOptions(declarations, column >= NEEDED)}
          onChange={(name) => desk.choose({ ...choice, protocols: choice.protocols.with(column, name) })}
        />
      ))}
      <Select
        label="Rows"
        showLabel
        value={choice.vary}
        options={varyOptions(choice.vary)}
        onChange={(vary) => desk.choose({ ...choice, vary })}
      />
      {problem !== null && <Note>{problem}</Note>}
      <div className={styles.row}>
        <Button tone="primary" icon="play" type="submit" disabled={isRunning || problem !== null}>
          Start comparison
        </Button>
        {isRunning && (
          <Button icon="close" onClick={() => desk.cancel()} label="Cancel comparison">
            Cancel
          </Button>
        )}
      </div>
    </form>
  );
}
