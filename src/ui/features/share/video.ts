/**
 * A stretch of the run as a video: the picture of each moment drawn to a canvas whose stream a MediaRecorder takes down. A
 * recorder keeps wall-clock time, so the moment drawn follows the clock: a slow machine drops pictures, not time.
 */
import type { Micros } from '../../../core/time.ts';
import { paintSvg } from './raster.ts';

export interface VideoOrder {
  readonly from: Micros;
  readonly to: Micros;
  /** Virtual seconds that pass in a second of the video. */
  readonly speed: number;
  readonly width: number;
  readonly height: number;
  draw(at: Micros): string;
  /** 0 … 1. */
  onProgress(share: number): void;
  /** Ends it early; what there is by then is the video. */
  readonly signal: AbortSignal;
}

export interface Video {
  readonly blob: Blob;
  readonly extension: string;
  readonly pictures: number;
}

const FRAMES_PER_SECOND = 30;
const BITS_PER_SECOND = 6_000_000;
/** The last picture stays so long, so that players show it. */
const REST_MS = 400;
const KINDS = [
  ['video/webm;codecs=vp9', 'webm'],
  ['video/webm;codecs=vp8', 'webm'],
  ['video/webm', 'webm'],
  ['video/mp4', 'mp4'],
] as const;

/** The kind of video this browser can record, or null. */
export function videoKind(): { readonly mime: string; readonly extension: string } | null {
  if (typeof MediaRecorder === 'undefined') return null;
  const found = KINDS.find(([mime]) => MediaRecorder.isTypeSupported(mime));
  return found === undefined ? null : { mime: found[0], extension: found[1] };
}

/** @throws Error when this browser cannot record, or recording failed */
export async function recordVideo(order: VideoOrder): Promise<Video> {
  const kind = videoKind();
  if (kind === null) throw new Error('this browser cannot record a canvas');
  const canvas = document.createElement('canvas');
  canvas.width = order.width;
  canvas.height = order.height;
  await paintSvg(canvas, order.draw(order.from));
  const stream = canvas.captureStream(FRAMES_PER_SECOND);
  const recorder = new MediaRecorder(stream, { mimeType: kind.mime, videoBitsPerSecond: BITS_PER_SECOND });
  const chunks: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void (data.size > 0 && chunks.push(data));
  const ended = new Promise<void>((resolve, reject) => {
    recorder.onstop = () => resolve();
    recorder.onerror = () => reject(new Error('recording failed'));
  });
  recorder.start(1000);
  try {
    const pictures = await playThrough(order, canvas);
    recorder.stop();
    await ended;
    return {
      blob: new Blob(chunks, { type: kind.mime.split(';')[0] ?? kind.mime }),
      extension: kind.extension,
      pictures,
    };
  } finally {
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  }
}

/** Draws moment after moment until the end or the signal; returns how many pictures there were. */
async function playThrough(order: VideoOrder, canvas: HTMLCanvasElement): Promise<number> {
  const { from, to, speed, signal } = order;
  const began = performance.now();
  let pictures = 1;
  for (let shown = from; shown < to && !signal.aborted; pictures++) {
    const due = began + (pictures * 1000) / FRAMES_PER_SECOND;
    await pause(due - performance.now());
    shown = Math.min(to, Math.round(from + (performance.now() - began) * 1000 * speed));
    await paintSvg(canvas, order.draw(shown));
    order.onProgress((shown - from) / Math.max(1, to - from));
  }
  await pause(REST_MS);
  return pictures;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
