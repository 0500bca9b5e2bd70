/** The transport at the foot: play, step, speed, timeline. */
import { useState } from 'react';
import type { StepUnit } from '../../../session/api.ts';
import type { MarkerKind } from '../../../session/view.ts';
import { Button, IconButton, Select } from '../../components/controls.tsx';
import { formatTime } from '../../lib/format.ts';
import { useAction, useCalmPlayhead, useFork, useFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { MARKER_KINDS, markerBeside, parseSpeed, SPEEDS, speedLabel, STEP_UNITS } from './selectors.ts';
import { Timeline } from './Timeline.tsx';

export function TransportPanel() {
  return (
    <section className={styles.transport} aria-label="Transport">
      <Buttons />
      <SpeedField />
      <Timeline />
      <Clock />
    </section>
  );
}

function Buttons() {
  const { session } = usePlayground();
  const act = useAction();
  const [unit, setUnit] = useState<StepUnit>('message');
  const [kind, setKind] = useState<MarkerKind | 'all'>('all');
  const loaded = useFrame(() => true, false);
  const speed = useUi((state) => state.speed);
  const playing = useFrame((frame) => frame.status === 'playing' || frame.status === 'running', false);
  const jump = (direction: 1 | -1) => {
    if (session.frame() === null) return;
    const marker = markerBeside(
      session.view().markers,
      session.frame()?.playhead ?? 0,
      direction,
      kind === 'all' ? null : kind,
    );
    if (marker !== null) session.seek(marker.at);
  };
  const reset = async () => {
    await session.load(await session.scenario());
  };
  return (
    <div className={styles.buttons}>
      <IconButton icon="reset" label="Reset" onClick={() => void act(reset)} disabled={!loaded} />
      <span className={styles.wide}>
        <IconButton icon="back" label="Previous marker" onClick={() => jump(-1)} disabled={!loaded} />
      </span>
      {playing ? (
        <IconButton
          icon="pause"
          label="Pause"
          shortcut="space"
          size="large"
          tone="primary"
          onClick={() => void act(() => session.pause())}
        />
      ) : (
        <IconButton
          icon="play"
          label="Play"
          shortcut="space"
          size="large"
          tone="primary"
          disabled={!loaded}
          onClick={() => void act(() => session.play({ speed }))}
        />
      )}
      <span className={styles.wide}>
        <IconButton icon="step" label="Next marker" onClick={() => jump(1)} disabled={!loaded} />
        <span className={styles.kind}>
          <Select
            label="Marker kind"
            value={kind}
            options={MARKER_KINDS}
            onChange={(value) => setKind(value as MarkerKind | 'all')}
            title="What the buttons beside it jump to"
          />
        </span>
      </span>
      <span className={styles.step}>
        <Button onClick={() => void act(() => session.step(unit))} disabled={!loaded} title="Advance by one (→)">
          Step
        </Button>
        <Select label="Step unit" value={unit} options={STEP_UNITS} onChange={(value) => setUnit(value as StepUnit)} />
      </span>
    </div>
  );
}

function SpeedField() {
  const { session } = usePlayground();
  const act = useAction();
  const speed = useUi((state) => state.speed);
  const setSpeed = useUi((state) => state.setSpeed);
  const change = (text: string) => {
    const next = parseSpeed(text);
    setSpeed(next);
    if (session.frame()?.status === 'playing') void act(() => session.play({ speed: next }));
  };
  const options = SPEEDS.map((value) => ({ value: String(value), label: speedLabel(value) }));
  return (
    <Select
      label="Speed"
      value={String(speed)}
      options={options}
      onChange={change}
      title="Virtual seconds per second"
    />
  );
}

function Clock() {
  const { session } = usePlayground();
  const playhead = useCalmPlayhead(20);
  const following = useFrame((frame) => frame.following, true);
  const fork = useFork();
  return (
    <div className={styles.clock}>
      <span className={styles.time}>{formatTime(playhead)}</span>
      {!following && (
        <Button
          icon="fork"
          label="Fork here"
          onClick={() => void fork(playhead)}
          title="Another history from this moment on (F)"
        >
          <span className={styles.forkText}>Fork here</span>
        </Button>
      )}
      <button
        type="button"
        className={styles.live}
        data-following={following}
        disabled={following}
        onClick={() => session.seek(null)}
        title="Back to where the run has got to"
      >
        Live
      </button>
    </div>
  );
}
