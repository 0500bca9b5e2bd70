/** The caption of a presentation: the step's words in large type and a presenter's keys. Nothing here can break the run. */
import { useEffect, useState } from 'react';
import { Button, IconButton } from '../../components/controls.tsx';
import { Foreign } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { useCalmPlayhead, useFork, useFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Presenter.module.css';
import { type Presentation, usePresentation } from './usePresentation.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Space .', 'go on, or stop on the way'],
  ['→ ←', 'next and previous step'],
  ['F', 'leave, with a run of its own from here'],
  ['Esc', 'leave'],
];

export default function Presenter() {
  const show = usePresentation();
  const [help, setHelp] = useState(false);
  useFirstStep(show);
  const leave = useLeave();
  usePresenterKeys(show, leave, () => setHelp((shown) => !shown));
  const playhead = useCalmPlayhead(20);
  const nodes = useFrame((frame) => frame.nodes, null);
  const select = useUi((state) => state.select);
  const { step, index, steps, motion } = show;
  const look = step?.look ?? null;
  useEffect(() => {
    const node = nodes?.find(({ id }) => id === look);
    select(node === undefined ? null : { kind: 'node', node: node.index });
  }, [nodes, look, select]);
  return (
    <section className={styles.presenter} aria-label="Presentation">
      <div className={styles.words} aria-live="polite">
        <h1>
          <Foreign text={step?.title ?? 'Getting ready'} limit={90} />
        </h1>
        <p>
          <Foreign text={step?.text ?? ''} limit={320} />
        </p>
      </div>
      {help && (
        <dl className={styles.keys}>
          {KEYS.map(([key, text]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className={styles.controls}>
        <span className={styles.count}>
          {index + 1} / {steps.length}
        </span>
        <span className={styles.time}>{formatTime(playhead)}</span>
        <IconButton icon="back" label="Previous step" shortcut="←" onClick={show.back} disabled={index === 0} />
        <IconButton
          icon={motion === 'moving' ? 'pause' : 'play'}
          label={motion === 'moving' ? 'Stop here' : 'Go on'}
          shortcut="space"
          size="large"
          tone="primary"
          onClick={show.toggle}
          disabled={motion === 'searching'}
        />
        <IconButton icon="step" label="Next step" shortcut="→" onClick={show.next} />
        <IconButton icon="help" label="Presenter keys" shortcut="?" pressed={help} onClick={() => setHelp(!help)} />
        <Button onClick={() => leave(false)} title="Back to the laboratory (Esc)">
          Leave
        </Button>
      </div>
    </section>
  );
}

/** The presentation opens with its first step, the run paused and seen from its beginning. */
function useFirstStep({ back }: Presentation): void {
  const { session } = usePlayground();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the presentation opens.
  useEffect(() => {
    void session.pause().then(back, () => undefined);
  }, []);
}

/** Leaves for the laboratory: as the run is, or with a run of its own from the moment on show. */
function useLeave(): (forked: boolean) => void {
  const { session } = usePlayground();
  const present = useUi((state) => state.present);
  const fork = useFork();
  return (forked) => {
    const at = session.frame()?.playhead ?? 0;
    present(null);
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    if (forked) void fork(at);
  };
}

function usePresenterKeys(show: Presentation, leave: (forked: boolean) => void, help: () => void): void {
  useEffect(() => {
    const commands: Readonly<Record<string, () => void>> = {
      ' ': show.toggle,
      '.': show.toggle,
      ArrowRight: show.next,
      PageDown: show.next,
      ArrowLeft: show.back,
      PageUp: show.back,
      '?': help,
      f: () => leave(true),
      F: () => leave(true),
      Escape: () => leave(false),
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const command = commands[event.key];
      if (command === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      // A focused button keeps its own Space.
      if (event.key === ' ' && (event.target as HTMLElement).closest('button') !== null) return;
      event.preventDefault();
      command();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });
}
