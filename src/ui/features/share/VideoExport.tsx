/** A stretch of the run as a video, recorded as it is drawn: as long as it lasts. */
import { useEffect, useRef, useState } from 'react';
import { Button, NumberField, Select } from '../../components/controls.tsx';
import { formatBytes, formatMs } from '../../lib/format.ts';
import type { DrawNetwork } from '../../lib/picture.ts';
import { errorText, usePlayground } from '../../playground.tsx';
import { fileName, saveFile } from './download.ts';
import styles from './ExportDialog.module.css';
import { SIZES, sizeOf, type SizeName, usePictures } from './usePictures.ts';
import { recordVideo, type Video, videoKind } from './video.ts';

const SPEEDS = [
  { value: '0.1', label: '0.1×' },
  { value: '0.25', label: '0.25×' },
  { value: '1', label: '1×' },
  { value: '4', label: '4×' },
];
/** What the fields begin with: the last seconds of the run, virtual ms. */
const STRETCH_MS = 2_000;

export function VideoExport({ draw }: { readonly draw: DrawNetwork }) {
  const { store } = usePlayground();
  const [headMs] = useState(() => Math.floor((store.getState().frame?.playhead ?? 0) / 1_000));
  const [from, setFrom] = useState(Math.max(0, headMs - STRETCH_MS));
  const [to, setTo] = useState(headMs);
  const [speed, setSpeed] = useState('0.25');
  const [size, setSize] = useState<SizeName>('wide');
  const { share, video, problem, record, stop } = useRecording(draw);
  if (videoKind() === null)
    return <p role="alert">This browser cannot record a canvas. Chrome, Edge, Firefox and Safari 14.1 or newer can.</p>;
  const lengthMs = Math.max(0, to - from) / Number(speed);
  const name = store.getState().frame?.scenario.name ?? '';
  return (
    <>
      <div className={styles.fields}>
        <NumberField label="From" unit="ms" min={0} max={1e12} value={from} onChange={setFrom} />
        <NumberField label="To" unit="ms" min={0} max={1e12} value={to} onChange={setTo} />
        <Select label="Speed" showLabel value={speed} options={SPEEDS} onChange={setSpeed} />
        <Select
          label="Shape"
          showLabel
          value={size}
          options={SIZES.map(({ name: value, label }) => ({ value, label }))}
          onChange={(value) => setSize(value as SizeName)}
        />
      </div>
      <p>Recording takes as long as the video lasts: {formatMs(lengthMs)}.</p>
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      <div className={styles.row}>
        {share === null ? (
          <Button
            icon="live"
            tone={video === null ? 'primary' : 'plain'}
            disabled={to <= from}
            onClick={() => record(from * 1_000, to * 1_000, Number(speed), sizeOf(size))}
          >
            Record
          </Button>
        ) : (
          <>
            <progress className={styles.progress} value={share} max={1} aria-label="Recorded" />
            <Button icon="close" onClick={stop}>
              Stop
            </Button>
          </>
        )}
        {video !== null && share === null && (
          <Button
            icon="download"
            tone="primary"
            onClick={() => saveFile(fileName(name, to, video.extension), video.blob)}
          >
            Save
          </Button>
        )}
        <span className={styles.size} role="status">
          {video === null || share !== null ? '' : `${formatBytes(video.blob.size)}, ${video.pictures} pictures`}
        </span>
      </div>
    </>
  );
}

/** One recording at a time; it ends when the dialog closes. `share`: null while there is none. */
function useRecording(draw: DrawNetwork) {
  const pictures = usePictures(draw);
  const [share, setShare] = useState<number | null>(null);
  const [video, setVideo] = useState<Video | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const record = (
    from: number,
    to: number,
    speed: number,
    size: { readonly width: number; readonly height: number },
  ) => {
    const controller = new AbortController();
    running.current = controller;
    setShare(0);
    setVideo(null);
    setProblem(null);
    const drawAt = (at: number) => pictures(at, size.width, size.height);
    recordVideo({ from, to, speed, ...size, draw: drawAt, onProgress: setShare, signal: controller.signal })
      .then(setVideo, (error: unknown) => setProblem(errorText(error)))
      .finally(() => setShare(null));
  };
  return { share, video, problem, record, stop: () => running.current?.abort() };
}
