/** How far a search is, and what it found: the violation, the shrunk scenario, and when it became inevitable. */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Scenario } from '../../../scenario/index.ts';
import { Button } from '../../components/controls.tsx';
import { Facts, Foreign, Note, VerdictMark } from '../../components/small.tsx';
import { formatCount, formatMs, formatRate, plural } from '../../lib/format.ts';
import { useAction, usePlayground, useUi } from '../../playground.tsx';
import type { SearchState } from './desk.ts';
import styles from './Panel.module.css';
import { searchDesk } from './pool.ts';
import { faultLine, inevitableAt, PHASE_WORDS, sharePoints } from './selectors.ts';

const InevitabilityChart = lazy(() => import('./InevitabilityChart.tsx'));

const FUTURES_PER_MOMENT = 10;

export function SearchResult() {
  const desk = searchDesk();
  const state = useStore(desk.store);
  const part = useRef<HTMLDivElement>(null);
  const { request, found } = state;
  // In a low panel it begins below the foot: whoever started a search sees how it goes, and what it finds.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every search, and when it has found something.
  useEffect(() => void part.current?.scrollIntoView({ block: 'nearest' }), [request, found === null]);
  if (state.phase === 'idle') return null;
  return (
    <div className={styles.result} aria-live="polite" ref={part}>
      <Progress state={state} />
      {state.problem !== null && (
        <p className={styles.problem} role="alert">
          <Foreign text={state.problem} />
        </p>
      )}
      {state.phase === 'done' && state.found === null && state.problem === null && (
        <p className={styles.verdict}>
          <VerdictMark verdict="holds" /> Nothing violated in {plural(state.runs, 'run')}
          {state.isExhausted ? ', which are all there are' : ''}.
        </p>
      )}
      {found !== null && <Found state={state} found={found} />}
    </div>
  );
}

function Progress({ state }: { readonly state: SearchState }) {
  const { phase, share, runs, rate, events, faults, request } = state;
  const isDone = phase === 'done';
  return (
    <>
      {!isDone && (
        <label className={styles.progress}>
          <span>{PHASE_WORDS[phase]}</span>
          {/* Before the first run has ended there is work, and no share of it. */}
          <progress value={share === 0 ? undefined : share} max={1} />
        </label>
      )}
      <Facts
        items={[
          ['Runs', `${formatCount(runs)} of ${formatCount(request?.budget ?? 0)}`],
          ['Speed', `${formatRate(rate)} runs per s`],
          ['Events', formatCount(events)],
          ['Faults tried', formatCount(faults)],
        ]}
      />
    </>
  );
}

function Found({ state, found }: { readonly state: SearchState; readonly found: NonNullable<SearchState['found']> }) {
  const desk = searchDesk();
  const { shrunk, moments, phase } = state;
  const scenario = shrunk?.scenario ?? found.scenario;
  const detail = shrunk?.detail ?? found.finding.detail;
  const atMs = shrunk?.atMs ?? found.finding.atMs;
  return (
    <>
      <p className={styles.verdict}>
        <VerdictMark verdict="violated" /> <strong>{found.finding.check}</strong> at {formatMs(atMs)}, run{' '}
        {formatCount(found.index + 1)}
      </p>
      <p className={styles.detail}>
        <Foreign text={detail} limit={300} />
      </p>
      <ScenarioBox scenario={scenario} before={shrunk === null ? null : found.scenario} runs={shrunk?.runs ?? 0} />
      {phase === 'done' && (
        <div className={styles.row}>
          <Button icon="jump" onClick={() => desk.follow(FUTURES_PER_MOMENT)}>
            When did it become inevitable?
          </Button>
        </div>
      )}
      {moments.length > 0 && (
        <Suspense fallback={null}>
          <InevitabilityChart points={sharePoints(moments)} />
          <Note>{inevitableText(inevitableAt(moments), FUTURES_PER_MOMENT)}</Note>
        </Suspense>
      )}
    </>
  );
}

function inevitableText(atMs: number | null, perMoment: number): string {
  const futures = `${perMoment} futures from each of 12 moments, without faults that begin later and with other luck on the links`;
  return atMs === null
    ? `${futures}: some escaped until the end.`
    : `${futures}: from ${formatMs(atMs)} on none escaped.`;
}

function ScenarioBox({
  scenario,
  before,
  runs,
}: {
  readonly scenario: Scenario;
  readonly before: Scenario | null;
  readonly runs: number;
}) {
  const { session, store, catalogue } = usePlayground();
  const act = useAction();
  const notify = useUi((state) => state.notify);
  const open = () =>
    act(async () => {
      await session.load(scenario);
      await session.play({ speed: store.getState().speed });
    });
  const copy = () =>
    act(async () => {
      const url = new URL(location.href);
      url.hash = `s=${await catalogue.encodeLink(scenario)}`;
      await navigator.clipboard.writeText(url.href);
      notify('Link copied.');
    });
  const count = scenario.faults.length;
  const from = before?.storm === null ? before.faults.length : null;
  return (
    <div className={styles.scenario}>
      <p className={styles.name}>
        {before === null ? 'As found: ' : `Shrunk in ${plural(runs, 'run')}${from === null ? '' : ` from ${from}`} to `}
        {plural(count, 'fault')}
      </p>
      <ul className={styles.faults}>
        {scenario.faults.map((fault) => (
          <li key={faultLine(fault)}>
            <Foreign text={faultLine(fault)} limit={240} />
          </li>
        ))}
      </ul>
      <div className={styles.row}>
        <Button icon="play" onClick={() => void open()} label="Open what was found">
          Open
        </Button>
        <Button icon="copy" onClick={() => void copy()} label="Copy link to what was found">
          Copy link
        </Button>
      </div>
    </div>
  );
}
