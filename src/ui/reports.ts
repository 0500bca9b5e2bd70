/**
 * A run that plays is kept a little ahead of what is shown (`session/pacer.ts`), and so are its reports. Here each waits until
 * the playhead gets to where it was made, and the faults are those in force at the playhead: words and picture then agree.
 */
import type { ActiveFault } from '../session/api.ts';
import type { Frame, TraceView } from '../session/view.ts';

type Report = Pick<Frame, 'checks' | 'metrics' | 'leader' | 'view' | 'height'>;

export class Reports {
  /** Made ahead of the playhead, oldest first; there are as many as fit into the lead. */
  #waiting: Report[] = [];
  #shown: Report | null = null;
  #newest: Frame['metrics'] | null = null;
  #faults: readonly ActiveFault[] = [];
  #last: { readonly raw: Frame; readonly seen: Frame } | null = null;

  /** The frame as it stands at its playhead. While somebody looks back, what is measured is still that of the head. */
  seen(raw: Frame, trace: () => Pick<TraceView, 'faultsAt'>): Frame {
    if (this.#last?.raw === raw) return this.#last.seen;
    const report = this.#reportAt(raw);
    // A fault put in while the run stands is in force, although the trace has it from the next step on.
    const isAtHead = raw.following && raw.status !== 'playing';
    this.#faults = isAtHead ? raw.faults : sameOr(this.#faults, trace().faultsAt(raw.playhead));
    const isAsIs = report.metrics === raw.metrics && sameOr(raw.faults, this.#faults) === raw.faults;
    const seen = isAsIs ? raw : { ...raw, ...report, faults: this.#faults };
    this.#last = { raw, seen };
    return seen;
  }

  #reportAt(raw: Frame): Report {
    const isSameRun = this.#last?.raw.runId === raw.runId;
    const isAhead = raw.status === 'playing' && raw.following;
    if (raw.metrics !== this.#newest) this.#waiting.push(reportOf(raw));
    this.#newest = raw.metrics;
    while (this.#waiting[0] !== undefined) {
      const isReached = this.#waiting[0].metrics.timeMs * 1_000 <= raw.playhead;
      if (isSameRun && isAhead && !isReached) break;
      this.#shown = this.#waiting.shift() as Report;
    }
    return this.#shown ?? raw;
  }
}

function reportOf({ checks, metrics, leader, view, height }: Frame): Report {
  return { checks, metrics, leader, view, height };
}

function sameOr(before: readonly ActiveFault[], after: readonly ActiveFault[]): readonly ActiveFault[] {
  const isSame =
    before.length === after.length &&
    before.every(({ id, sinceMs, text }, i) => {
      const other = after[i] as ActiveFault;
      return id === other.id && sinceMs === other.sinceMs && text === other.text;
    });
  return isSame ? before : after;
}
