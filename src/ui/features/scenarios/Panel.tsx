/** The scenario library, the present scenario as JSON, and import of others. */
import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { describeProblem, type Problem } from '../../../core/problem.ts';
import type { ScenarioInput } from '../../../scenario/types.ts';
import { Button, controlStyles } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { useAction, useFrame, usePlayground, useUi } from '../../playground.tsx';
import { ProtocolField, SeedField, ValidatorsField } from './Header.tsx';
import { Library } from './Library.tsx';
import styles from './Panel.module.css';
import { parseScenarioText, problemsOf } from './selectors.ts';

export function ScenariosPanel({ withFields = false }: { readonly withFields?: boolean }) {
  return (
    <>
      {withFields && (
        <div className={styles.stackedFields}>
          <ProtocolField />
          <ValidatorsField />
          <SeedField />
        </div>
      )}
      <Section title="This scenario" startsFolded>
        <Present />
      </Section>
      <Section title="Import" startsFolded>
        <Import />
      </Section>
      <Section title="Library">
        <Library />
      </Section>
    </>
  );
}

function Present() {
  const { session } = usePlayground();
  const act = useAction();
  const notify = useUi((state) => state.notify);
  const name = useFrame((frame) => frame.scenario.name ?? '', '');
  const description = useFrame((frame) => frame.scenario.description ?? '', '');
  const openDialog = useUi((state) => state.openDialog);
  const [json, setJson] = useState('');
  const show = () => act(async () => setJson(JSON.stringify(await session.scenario(), null, 2)));
  const copy = () =>
    act(async () => {
      await navigator.clipboard.writeText(JSON.stringify(await session.scenario(), null, 2));
      notify('Scenario copied.');
    });
  const download = () => act(async () => saveFile('scenario.json', JSON.stringify(await session.scenario(), null, 2)));
  return (
    <div className={styles.stack}>
      <p>
        <strong>
          <Foreign text={name} />
        </strong>
      </p>
      {description !== '' && (
        <Note>
          <Foreign text={description} limit={1_000} />
        </Note>
      )}
      <div className={styles.row}>
        <Button tone="primary" onClick={() => openDialog('editor')}>
          Edit…
        </Button>
        <Button onClick={() => void (json === '' ? show() : setJson(''))}>
          {json === '' ? 'Show JSON' : 'Hide JSON'}
        </Button>
        <Button icon="copy" onClick={() => void copy()}>
          Copy
        </Button>
        <Button icon="download" onClick={() => void download()}>
          Save
        </Button>
      </div>
      {json !== '' && (
        <textarea
          className={controlStyles['textarea']}
          readOnly
          rows={14}
          value={json}
          aria-label="Scenario as JSON"
          spellCheck={false}
        />
      )}
      <Note>Holds everything done by hand so far, at its virtual time: load it anywhere and the run repeats.</Note>
    </div>
  );
}

function saveFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Import() {
  const { session, store } = usePlayground();
  const [text, setText] = useState('');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const load = async (source: string) => {
    const parsed = parseScenarioText(source);
    if ('problems' in parsed) return setProblems(parsed.problems);
    try {
      await startWith(parsed.scenario);
      setProblems([]);
    } catch (error) {
      setProblems(problemsOf(error));
    }
  };
  const startWith = async (scenario: ScenarioInput) => {
    await session.load(scenario);
    await session.play({ speed: store.getState().speed });
  };
  const openFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    const content = await file.text();
    setText(content);
    await load(content);
  };
  return (
    <div className={styles.stack}>
      <textarea
        className={controlStyles['textarea']}
        rows={6}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label="Scenario to import"
        placeholder="Paste a scenario as JSON"
        spellCheck={false}
      />
      <div className={styles.row}>
        <Button tone="primary" disabled={text.trim() === ''} onClick={() => void load(text)}>
          Load
        </Button>
        <label className={styles.file}>
          Open file
          <input
            type="file"
            accept=".json,application/json"
            className="visually-hidden"
            onChange={(event) => void openFile(event)}
          />
        </label>
      </div>
      {problems.length > 0 && <Problems problems={problems} />}
    </div>
  );
}

const PROBLEMS_SHOWN = 20;

function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const ref = useRef<HTMLDivElement>(null);
  // Newer browsers return a promise from scrolling; an effect must not, for React would call it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new problems come into view.
  useEffect(() => void ref.current?.scrollIntoView({ block: 'nearest' }), [problems]);
  return (
    <div role="alert" ref={ref}>
      <p className={styles.refused}>Not loaded; what ran before goes on.</p>
      <ul className={styles.problems}>
        {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
          <li key={`${problem.path} ${problem.found} ${problem.expected}`} title={describeProblem(problem)}>
            <code>
              <Foreign text={problem.path === '' ? 'document' : problem.path} limit={80} />
            </code>
            <span>
              found <Foreign text={problem.found} limit={160} />
            </span>
            <span>
              expected <Foreign text={problem.expected} limit={200} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
