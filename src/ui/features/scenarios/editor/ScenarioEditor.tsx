/** The scenario as a form and as JSON side by side: one text, so that either shows what the other did and undo covers both. */
import { type ChangeEvent, useRef } from 'react';
import type { Problem } from '../../../../core/problem.ts';
import { PROTOCOLS } from '../../../../protocols/registry.ts';
import { parseScenarioText } from '../../../../scenario/index.ts';
import { Button, IconButton } from '../../../components/controls.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { errorText, usePlayground, useUi } from '../../../playground.tsx';
import styles from './Editor.module.css';
import { EditorForm } from './EditorForm.tsx';
import { useEditor } from './useEditor.ts';

export default function ScenarioEditor() {
  const openDialog = useUi((state) => state.openDialog);
  const { session, store } = usePlayground();
  const host = useRef<HTMLDivElement>(null);
  const { text, problem, editor, setProblem, take } = useEditor(host);
  const parsed = parseScenarioText(text, PROTOCOLS);
  const problems: readonly Problem[] = 'problems' in parsed ? parsed.problems : [];
  const load = async () => {
    const checked = parseScenarioText(text, PROTOCOLS);
    if ('problems' in checked) return;
    try {
      await session.load(checked.scenario);
      await session.play({ speed: store.getState().speed });
      openDialog(null);
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  return (
    <Dialog title="Edit scenario" wide onClose={() => openDialog(null)}>
      <div className={styles.layout}>
        <EditorForm text={text} onChange={(next) => editor.current?.replace(next)} />
        <div className={styles.code} ref={host} />
      </div>
      <Foot
        problems={problems}
        problem={problem}
        onLoad={() => void load()}
        onFile={take}
        onUndo={() => editor.current?.undo()}
        onRedo={() => editor.current?.redo()}
      />
    </Dialog>
  );
}

interface FootProps {
  readonly problems: readonly Problem[];
  readonly problem: string | null;
  readonly onLoad: () => void;
  readonly onFile: (file: File | undefined) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}

function Foot({ problems, problem, onLoad, onFile, onUndo, onRedo }: FootProps) {
  const first = problems[0];
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return (
    <div className={styles.foot}>
      <Button tone="primary" icon="play" onClick={onLoad} disabled={problems.length > 0}>
        Load
      </Button>
      <IconButton icon="undo" label="Undo" onClick={onUndo} />
      <span className={styles.mirrored}>
        <IconButton icon="undo" label="Redo" onClick={onRedo} />
      </span>
      <label className={styles.file}>
        Open a file
        <input
          type="file"
          accept=".json,application/json"
          className="visually-hidden"
          onChange={(event: ChangeEvent<HTMLInputElement>) => {
            onFile(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </label>
      <p className={styles.verdict} role="status" data-bad={problem !== null || first !== undefined}>
        {problem ??
          (first === undefined
            ? 'Valid. Ctrl+Space completes; drop a file to open it.'
            : `${first.path === '' ? 'document' : first.path}: found ${first.found}, expected ${first.expected}${rest}`)}
      </p>
    </div>
  );
}
