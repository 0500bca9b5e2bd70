/** Which part of the run an export covers, as a reader chooses it. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { ExportOptions } from '../../../session/api.ts';

export type WindowChoice = 'default' | 'second' | 'playhead' | 'range';

export interface WindowState {
  readonly choice: WindowChoice;
  /** Virtual ms; used with `range`. */
  readonly fromMs: number;
  readonly toMs: number;
}

const SECOND_MS = 1_000;

/** What `testnet.export` takes, or what is wrong with the choice. */
export function windowOptions(
  { choice, fromMs, toMs }: WindowState,
  playhead: Micros,
): { readonly options: ExportOptions } | { readonly problem: string } {
  const atMs = playhead / 1_000;
  switch (choice) {
    case 'default':
      return { options: {} };
    case 'playhead':
      return { options: { fromMs: 0, toMs: atMs } };
    case 'second':
      return { options: { fromMs: Math.max(0, atMs - SECOND_MS), toMs: atMs } };
    case 'range':
      if (!(fromMs >= 0) || !(toMs >= 0)) return { problem: 'Both ends are virtual milliseconds, 0 or more.' };
      if (toMs <= fromMs) return { problem: `The end, ${toMs} ms, must lie after the beginning, ${fromMs} ms.` };
      return { options: { fromMs, toMs } };
  }
}
