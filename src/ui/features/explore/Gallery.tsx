/** Broken variants: predict which check fires, run it, see it fire and the mended twin survive the same script. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AnyProtocol, Mutant } from '../../../protocols/protocol.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { presetById, type ScenarioInput } from '../../../scenario/index.ts';
import { Button, Select } from '../../components/controls.tsx';
import { Badge, Foreign, Note, VerdictMark } from '../../components/small.tsx';
import { formatMs, plural } from '../../lib/format.ts';
import { useAction, usePlayground } from '../../playground.tsx';
import type { SearchWorker } from './desk.ts';
import type { FromWorker } from './messages.ts';
import styles from './Panel.module.css';
import { spawnSearchWorker } from './pool.ts';
import { checkNames, type Guess, targetOf, verdictOnGuess } from './selectors.ts';

const NO_GUESS = '';

export function Gallery({ onSearch }: { readonly onSearch: (target: string) => void }) {
  const protocols = [...PROTOCOLS.values()].filter(({ mutants }) => mutants.length > 0);
  const [name, setName] = useState(protocols[0]?.declaration.name ?? '');
  const protocol = PROTOCOLS.get(name);
  const options = protocols.map(({ declaration }) => ({ value: declaration.name, label: declaration.title }));
  return (
    <div className={styles.stack}>
      <Note>Each is the protocol with one rule missing. Guess which check notices, then run it.</Note>
      <Select label="Variants of" showLabel value={name} options={options} onChange={setName} />
      {protocol?.mutants.map((mutant) => (
        <Variant key={`${name}/${mutant.name}`} protocol={protocol} mutant={mutant} onSearch={onSearch} />
      ))}
    </div>
  );
}

interface VariantProps {
  readonly protocol: AnyProtocol;
  readonly mutant: Mutant;
  readonly onSearch: (target: string) => void;
}

function Variant({ protocol, mutant, onSearch }: VariantProps) {
  const [guessed, setGuessed] = useState(NO_GUESS);
  const { guess, isRunning, run } = useTrial(mutant, guessed === NO_GUESS ? null : guessed);
  const { session, store } = usePlayground();
  const act = useAction();
  const options = useMemo(
    () => [
      { value: NO_GUESS, label: 'I do not know' },
      ...checkNames(protocol).map((check) => ({ value: check, label: check })),
    ],
    [protocol],
  );
  const open = () =>
    act(async () => {
      await session.load(mutant.scenario);
      await session.play({ speed: store.getState().speed });
    });
  return (
    <article className={styles.variant} aria-label={mutant.name}>
      <h4>
        {mutant.name} <Badge tone="bad">{mutant.breaks}</Badge>
      </h4>
      <p>{mutant.what}</p>
      <p className={styles.detail}>{mutant.source}</p>
      <div className={styles.row}>
        <Select
          label={`Which check fires for ${mutant.name}?`}
          value={guessed}
          options={options}
          onChange={setGuessed}
        />
        <Button tone="primary" onClick={run} disabled={isRunning} label={`Run ${mutant.name}`}>
          {isRunning ? 'Running…' : 'Run'}
        </Button>
      </div>
      {guess !== null && <Outcome guess={guess} />}
      {guess?.twin != null && (
        <div className={styles.row}>
          <Button icon="play" onClick={() => void open()} label={`Watch ${mutant.name}`}>
            Watch
          </Button>
          <Button
            onClick={() => onSearch(targetOf(protocol.declaration.name, mutant.name))}
            label={`Search for ${mutant.name}`}
          >
            Search for it
          </Button>
        </div>
      )}
    </article>
  );
}

function Outcome({ guess }: { readonly guess: Guess }) {
  const { fired, twin, guessed } = guess;
  const verdict = verdictOnGuess(guess);
  return (
    <div aria-live="polite" className={styles.stack}>
      {verdict !== 'none' && <p>{verdict === 'right' ? `Right: ${guessed} fires.` : `Not ${guessed}.`}</p>}
      {fired !== null && fired.length === 0 && <Note>No check fired.</Note>}
      {fired?.map(({ check, atMs, detail }) => (
        <p key={check} className={styles.fired}>
          <VerdictMark verdict="violated" /> <strong>{check}</strong> at {formatMs(atMs)}{' '}
          <Foreign text={detail} limit={200} />
        </p>
      ))}
      {twin !== null && (
        <p className={styles.fired}>
          <VerdictMark verdict={twin.violated.length === 0 ? 'holds' : 'violated'} /> Mended, under the same script:{' '}
          {twin.violated.length === 0
            ? `every check holds, ${plural(twin.height, 'height')} decided`
            : twin.violated.join(', ')}
        </p>
      )}
    </div>
  );
}

/** Runs the variant's own scenario, then the same with the correct protocol, in a worker. */
function useTrial(mutant: Mutant, guessed: string | null) {
  const [guess, setGuess] = useState<Guess | null>(null);
  const [isRunning, setRunning] = useState(false);
  const worker = useRef<SearchWorker | null>(null);
  useEffect(() => () => worker.current?.terminate(), []);
  const run = () => {
    const broken = presetById(mutant.scenario)?.scenario;
    if (broken === undefined) return;
    worker.current?.terminate();
    const hired = spawnSearchWorker();
    worker.current = hired;
    setRunning(true);
    setGuess({ mutant, guessed, fired: null, twin: null });
    let isTwin = false;
    hired.onMessage((message: FromWorker) => {
      if (message.kind === 'probed' && !isTwin) {
        isTwin = true;
        setGuess((before) => before && { ...before, fired: message.findings });
        hired.post({ kind: 'probe', scenario: mended(broken) });
        return;
      }
      const violated = message.kind === 'probed' ? message.findings.map(({ check }) => check) : ['it could not be run'];
      const height = message.kind === 'probed' ? message.height : 0;
      setGuess((before) => before && { ...before, twin: { height, violated } });
      setRunning(false);
      hired.terminate();
    });
    hired.post({ kind: 'probe', scenario: broken });
  };
  return { guess, isRunning, run };
}

function mended(scenario: ScenarioInput): ScenarioInput {
  return { ...scenario, protocol: { ...scenario.protocol, mutant: null } };
}
