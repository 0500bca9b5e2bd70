/** One text format: made at once, so that its size and first lines show before anything is saved. */
import { useCallback, useMemo, useState } from 'react';
import type { ExportFormat } from '../../../session/exports/format.ts';
import { Button } from '../../components/controls.tsx';
import { formatBytes, formatTime, plainText } from '../../lib/format.ts';
import { errorText, usePlayground, useUi } from '../../playground.tsx';
import { copyText, fileName, saveFile } from './download.ts';
import styles from './ExportDialog.module.css';
import { openInPerfetto } from './perfetto.ts';
import { useMade } from './useMade.ts';
import { type WindowState, windowOptions } from './window.ts';
import { WindowFields } from './WindowFields.tsx';

const PREVIEW_LINES = 60;
const PREVIEW_WIDTH = 200;
/** Longer texts are for files, not for a clipboard. */
const COPY_MAX = 2_000_000;

interface MadeText {
  readonly text: string;
  readonly sizeBytes: number;
  readonly atMs: number;
}

export function TextExport({ format }: { readonly format: ExportFormat }) {
  const { session, store } = usePlayground();
  const [window, setWindow] = useState<WindowState>(() => {
    const headMs = Math.floor((store.getState().frame?.head ?? 0) / 1_000);
    return { choice: 'default', fromMs: Math.max(0, headMs - 1_000), toMs: headMs };
  });
  const make = useCallback(async (): Promise<MadeText> => {
    const chosen = windowOptions(window, store.getState().frame?.playhead ?? 0);
    if ('problem' in chosen) throw new Error(chosen.problem);
    const text = await session.export(format.name, chosen.options);
    return { text, sizeBytes: new Blob([text]).size, atMs: (session.frame()?.head ?? 0) / 1_000 };
  }, [session, store, format, window]);
  const made = useMade(make);
  return (
    <>
      {format.windowed && <WindowFields value={window} whole={format.whole ?? 'The whole run'} onChange={setWindow} />}
      <Preview text={made.value?.text ?? ''} busy={made.busy} title={format.title} />
      {made.problem !== null && (
        <p role="alert" className={styles.problem}>
          {made.problem}
        </p>
      )}
      <Actions format={format} made={made.value} again={made.again} />
    </>
  );
}

function Preview({ text, busy, title }: { readonly text: string; readonly busy: boolean; readonly title: string }) {
  const head = useMemo(() => {
    const lines = text.slice(0, PREVIEW_LINES * PREVIEW_WIDTH).split('\n', PREVIEW_LINES);
    return lines.map((line) => plainText(line, PREVIEW_WIDTH)).join('\n');
  }, [text]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={styles.preview} tabIndex={0} aria-label={`First lines of ${title}`} aria-busy={busy}>
      <pre>{busy ? 'Making it…' : head}</pre>
    </section>
  );
}

interface ActionsProps {
  readonly format: ExportFormat;
  readonly made: MadeText | null;
  readonly again: () => void;
}

function Actions({ format, made, again }: ActionsProps) {
  const { session } = usePlayground();
  const notify = useUi((state) => state.notify);
  const [copied, setCopied] = useState<MadeText | null>(null);
  const name = session.frame()?.scenario.name ?? '';
  const save = () => {
    if (made === null) return;
    saveFile(fileName(name, made.atMs, format.extension), new Blob([made.text], { type: format.mediaType }));
  };
  const view = () => {
    if (made === null) return;
    openInPerfetto(made.text, `${name} at ${formatTime(made.atMs * 1_000)}`).catch((error: unknown) =>
      notify(errorText(error), 'error'),
    );
  };
  return (
    <div className={styles.row}>
      <Button icon="download" tone="primary" onClick={save} disabled={made === null}>
        Save
      </Button>
      <Button
        icon={copied === made && made !== null ? 'check' : 'copy'}
        onClick={() => void copyText(made?.text ?? '').then((done) => setCopied(done ? made : null))}
        disabled={made === null || made.text.length > COPY_MAX}
      >
        {copied === made && made !== null ? 'Copied' : 'Copy'}
      </Button>
      {format.name === 'chrome-trace' && (
        <Button icon="jump" onClick={view} disabled={made === null}>
          Open in Perfetto
        </Button>
      )}
      <Button icon="reset" onClick={again} title="The run may have gone on since">
        Make again
      </Button>
      <span className={styles.size} role="status">
        {made === null ? '' : `${formatBytes(made.sizeBytes)}, as of ${formatTime(made.atMs * 1_000)}`}
      </span>
    </div>
  );
}
