/** What an export format is: a name, words for people, and a function from a run to text. */
import type { Micros } from '../../core/time.ts';
import type { Run } from '../run.ts';

/** Which part of the trace is wanted: `fromMicros` ≤ t < `toMicros`. Formats that have no times write everything. */
export interface ExportWindow {
  readonly fromMicros: Micros;
  readonly toMicros: Micros;
  /** False when nobody asked for a window: a format that cannot hold a whole run then chooses one itself. */
  readonly chosen: boolean;
}

export type ExportGroup = 'trace' | 'metrics' | 'run';

export interface ExportFormat {
  /** As `testnet.export(name)` takes it. */
  readonly name: string;
  readonly title: string;
  readonly group: ExportGroup;
  /** One sentence: what opens it. */
  readonly opens: string;
  /** Of the file, without the leading dot. */
  readonly extension: string;
  /** IANA media type of the text. */
  readonly mediaType: string;
  /** Whether a window makes a difference. */
  readonly windowed: boolean;
  /** It reads the trace piece by piece itself; for the others all of the window is in memory while they write. */
  readonly isPiecewise?: boolean;
  /** What is written when no window is chosen, where that is not the whole run. */
  readonly whole?: string;
  write(run: Run, window: ExportWindow): string | Promise<string>;
}
