/** The space-time diagram: nodes side by side, virtual time along them, messages as slanted lines. */
import { useEffect, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { Button, IconButton, Select } from '../../components/controls.tsx';
import { useMedia } from '../../components/useMedia.ts';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { formatTime, sentence } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import type { Folding } from './axis.ts';
import { Canvas } from './Canvas.tsx';
import { type ControlState, DiagramControl } from './control.ts';
import { MarkGlyph } from './MarkGlyph.tsx';
import { MARK_WORDS } from './marks.ts';
import styles from './Panel.module.css';
import { hitText, summaryOf } from './selectors.ts';
import { DiagramTable } from './Table.tsx';

const FOLDINGS = [
  { value: 'idle', label: 'Fold idle time' },
  { value: 'uneventful', label: 'Fold all but decisions and faults' },
  { value: 'none', label: 'Fold nothing' },
];
const TALL = 480;
const ORDINARY = 228;
/** A panel wider than this by its height is better used with time across. */
const WIDE = '(min-width: 761px)';

export function SpacetimePanel() {
  const { session, store } = usePlayground();
  const wide = useMedia(WIDE);
  const [showsTable, setShowsTable] = useState(false);
  const summary = useId();
  const control = useMemo(
    () =>
      new DiagramControl(
        {
          frame: () => session.frame(),
          trace: () => session.view(),
          selection: () => store.getState().selection,
          theme: () => store.getState().theme,
          select: (selection) => {
            store.getState().select(selection);
            store.getState().openPhoneTab('inspector');
          },
          seek: (at) => session.seek(at),
        },
        true,
      ),
    [session, store],
  );
  useEffect(() => control.setDown(!wide || store.getState().sizes.tabs > 380), [control, wide, store]);
  const state = useSyncExternalStore(control.subscribe, control.state);
  return (
    <div className={styles.panel}>
      <Toolbar control={control} state={state} showsTable={showsTable} onTable={setShowsTable} />
      <div className={styles.field}>
        <Canvas control={control} describedBy={summary} />
        <Tip state={state} />
        {showsTable && <DiagramTable control={control} />}
      </div>
      <Summary id={summary} control={control} />
    </div>
  );
}

interface ToolbarProps {
  readonly control: DiagramControl;
  readonly state: ControlState;
  readonly showsTable: boolean;
  readonly onTable: (shows: boolean) => void;
}

function Toolbar({ control, state, showsTable, onTable }: ToolbarProps) {
  return (
    <div className={styles.tools} role="toolbar" aria-label="Space-time diagram">
      <IconButton icon="plus" label="Zoom in" shortcut="+" onClick={() => control.zoom(1.4)} />
      <IconButton icon="minus" label="Zoom out" shortcut="-" onClick={() => control.zoom(1 / 1.4)} />
      <IconButton icon="back" label="Earlier" shortcut="↑" onClick={() => control.pan(-control.length * 0.5)} />
      <IconButton icon="step" label="Later" shortcut="↓" onClick={() => control.pan(control.length * 0.5)} />
      <IconButton icon="live" label="Follow playhead" pressed={state.following} onClick={() => control.follow()} />
      <IconButton
        icon="swap"
        label={state.isDown ? 'Let time run across' : 'Let time run down'}
        onClick={() => control.setDown(!state.isDown)}
      />
      <Select
        label="Folding"
        value={state.folding}
        options={FOLDINGS}
        onChange={(value) => control.setFolding(value as Folding)}
      />
      <Button onClick={() => onTable(!showsTable)} title="What is in view, as a table">
        {showsTable ? 'Hide table' : 'Show table'}
      </Button>
      <Enlarge control={control} />
      <Sampled control={control} />
      <LifeLine />
      {state.focus === null ? <Legend /> : <Causes control={control} seq={state.focus} />}
    </div>
  );
}

/** The panel tall enough to read a long run, or as it was. */
function Enlarge({ control }: { readonly control: DiagramControl }) {
  const sizes = useUi((ui) => ui.sizes);
  const resize = useUi((ui) => ui.resize);
  const isTall = sizes.tabs >= TALL;
  const toggle = () => {
    resize({ tabs: isTall ? ORDINARY : TALL });
    control.setDown(!isTall);
  };
  return (
    <span className={styles.enlarge}>
      <IconButton icon="fit" label={isTall ? 'Shrink the diagram' : 'Enlarge the diagram'} onClick={toggle} />
    </span>
  );
}

/** Says so when there are too many messages in view to draw each. */
function Sampled({ control }: { readonly control: DiagramControl }) {
  const step = useSyncExternalStore(control.subscribeScene, () => control.scene()?.step ?? 1);
  return step === 1 ? null : <span className={styles.sampled}>1 in {step} messages drawn: zoom in for all</span>;
}

/** Says whose life is drawn as a line, with its signs. */
function LifeLine() {
  const transaction = useUi((state) => (state.selection?.kind === 'crossing' ? state.selection.transaction : null));
  const select = useUi((state) => state.select);
  if (transaction === null) return null;
  return (
    <span className={styles.causes}>
      <span>Transaction {transaction}: ■ asks · ● promises · ◆ decides · ✓ done</span>
      <IconButton icon="close" label="Deselect the transaction" onClick={() => select(null)} />
    </span>
  );
}

/** Says what the highlighted causes and effects are those of. */
function Causes({ control, seq }: { readonly control: DiagramControl; readonly seq: number }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(4);
  const scene = useSyncExternalStore(control.subscribeScene, control.scene);
  const [event] = session.view().events(seq, seq + 1);
  const cone = scene?.cone?.seq === seq ? scene.cone : null;
  if (event === undefined || frame === null) return null;
  const total = frame.nodes.length;
  return (
    <span className={styles.causes}>
      <span>
        Causes and effects of {event.node} {event.kind} at {formatTime(event.t * 1_000)}
        {cone !== null && `: from ${cone.sourceCount}, to ${cone.influencedCount} of ${total} nodes`}
      </span>
      <IconButton icon="close" label="Clear causes and effects" onClick={() => control.clear()} />
    </span>
  );
}

function Legend() {
  const declaration = useUi((state) => state.frame?.declaration ?? null);
  if (declaration === null) return null;
  const seen = new Set<string>();
  const messages = declaration.messages.filter(({ phase }) => !seen.has(phase) && seen.add(phase));
  return (
    <details className={styles.legend}>
      <summary>Signs</summary>
      <ul aria-label="Signs">
        {messages.map(({ phase, label }) => (
          <li key={phase}>
            <PhaseGlyph phase={phase} size={12} /> {sentence(label)}
          </li>
        ))}
        {MARK_WORDS.map(({ kind, label }) => (
          <li key={kind}>
            <MarkGlyph kind={kind} /> {label}
          </li>
        ))}
        <li>
          <i className={styles.leader} /> leads
        </li>
        <li>
          <i className={styles.crashed} /> crashed
        </li>
        <li>
          <i className={styles.liar} /> Byzantine
        </li>
      </ul>
    </details>
  );
}

function Tip({ state }: { readonly state: ControlState }) {
  const frame = useUi((ui) => ui.frame);
  if (state.hit === null || frame === null) return null;
  const { hit, x, y } = state.hit;
  return (
    <div className={styles.tip} style={{ translate: `${x}px ${y}px` }} aria-hidden="true">
      {hitText(frame, hit)}
    </div>
  );
}

/** For those who do not see the picture; calm, so that nobody is talked over. */
function Summary({ id, control }: { readonly id: string; readonly control: DiagramControl }) {
  const scene = useSyncExternalStore(control.subscribeScene, control.scene);
  return (
    <p id={id} className={styles.summary}>
      {scene === null ? 'Nothing has happened yet.' : summaryOf(scene)}
    </p>
  );
}
