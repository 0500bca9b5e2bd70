/** The network at the playhead as an image. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Button, Select } from '../../components/controls.tsx';
import { formatBytes, formatTime } from '../../lib/format.ts';
import type { DrawNetwork } from '../../lib/picture.ts';
import { usePlayground } from '../../playground.tsx';
import { fileName, saveFile } from './download.ts';
import styles from './ExportDialog.module.css';
import { pngOf } from './raster.ts';
import { SIZES, sizeOf, type SizeName, usePictures } from './usePictures.ts';
import { useMade } from './useMade.ts';

const RATIOS = [
  { value: '1', label: '1×' },
  { value: '2', label: '2×' },
  { value: '4', label: '4×' },
];

export function PictureExport({ kind, draw }: { readonly kind: 'png' | 'svg'; readonly draw: DrawNetwork }) {
  const { store } = usePlayground();
  const [size, setSize] = useState<SizeName>('wide');
  const [ratio, setRatio] = useState('2');
  // The moment at which the dialog was opened: the run goes on behind it.
  const [at, setAt] = useState(() => store.getState().frame?.playhead ?? 0);
  const pictures = usePictures(draw);
  const { width, height } = sizeOf(size);
  const make = useCallback(async (): Promise<Blob> => {
    const svg = pictures(at, width, height);
    if (kind === 'svg') return new Blob([svg], { type: 'image/svg+xml' });
    return pngOf(svg, width, height, Number(ratio));
  }, [pictures, at, width, height, kind, ratio]);
  const { value: blob, problem, busy } = useMade(make);
  const url = useObjectUrl(blob);
  const name = store.getState().frame?.scenario.name ?? '';
  return (
    <>
      <div className={styles.fields}>
        <Select
          label="Shape"
          showLabel
          value={size}
          options={SIZES.map(({ name: value, label }) => ({ value, label }))}
          onChange={(value) => setSize(value as SizeName)}
        />
        {kind === 'png' && <Select label="Pixels" showLabel value={ratio} options={RATIOS} onChange={setRatio} />}
      </div>
      {url !== null && <img className={styles.picture} src={url} alt={`The network at ${formatTime(at)}`} />}
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <div className={styles.row}>
        <Button
          icon="download"
          tone="primary"
          disabled={blob === null}
          onClick={() => blob !== null && saveFile(fileName(name, at / 1_000, kind), blob)}
        >
          Save
        </Button>
        <Button icon="reset" onClick={() => setAt(store.getState().frame?.playhead ?? 0)}>
          Take it now
        </Button>
        <span className={styles.size} role="status">
          {busy || blob === null ? '' : `${formatBytes(blob.size)}, ${formatTime(at)}`}
        </span>
      </div>
    </>
  );
}

function useObjectUrl(blob: Blob | null): string | null {
  const url = useMemo(() => (blob === null ? null : URL.createObjectURL(blob)), [blob]);
  useEffect(() => () => void (url !== null && URL.revokeObjectURL(url)), [url]);
  return url;
}
