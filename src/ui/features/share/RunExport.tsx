/** A run as a file, and back: its scenario, its state and its trace. */
import { type ChangeEvent, useRef, useState } from 'react';
import { Button } from '../../components/controls.tsx';
import { formatBytes } from '../../lib/format.ts';
import { errorText, usePlayground, useUi } from '../../playground.tsx';
import { fileName, saveFile } from './download.ts';
import styles from './ExportDialog.module.css';

/** Far more than a page could have made; a mistaken file is refused before it is read into memory. */
const FILE_BYTES_MAX = 1_000_000_000;

export function RunExport() {
  const { session } = usePlayground();
  const notify = useUi((state) => state.notify);
  const openDialog = useUi((state) => state.openDialog);
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async (call: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await call();
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  const save = () =>
    attempt(async () => {
      const bytes = await session.exportRunFile();
      const frame = session.frame();
      const name = fileName(frame?.scenario.name ?? '', (frame?.head ?? 0) / 1_000, 'testnet-run');
      saveFile(name, new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
      setSaid(`${formatBytes(bytes.length)} saved`);
    });
  const open = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    void attempt(async () => {
      if (file.size > FILE_BYTES_MAX)
        throw new Error(`${file.name} has ${formatBytes(file.size)}: that is no run file`);
      await session.importRunFile(new Uint8Array(await file.arrayBuffer()));
      openDialog(null);
      notify(`Opened the run in ${file.name}.`);
    });
  };
  return (
    <>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <div className={styles.row}>
        <Button icon="download" tone="primary" disabled={busy} onClick={() => void save()}>
          Save
        </Button>
        <Button icon="scenarios" disabled={busy} onClick={() => input.current?.click()}>
          Open a run file…
        </Button>
        <input ref={input} type="file" hidden aria-label="Run file" onChange={open} />
        <span className={styles.size} role="status">
          {busy ? 'Working…' : said}
        </span>
      </div>
      <p>Opening a file ends the run at hand; it stays among the snapshots if one was saved.</p>
    </>
  );
}
