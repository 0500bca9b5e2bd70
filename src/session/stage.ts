/** What the page sees of a run: the frame of the moment, the trace to look at, and the moment somebody went back to. */
import { TestnetError } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import { frameOf, type FrameInputs, momentIn } from './frame.ts';
import { makeView } from './make-view.ts';
import type { Run } from './run.ts';
import { violationsOf } from './state.ts';
import type { StoreTraceView } from './trace-view/index.ts';
import type { Frame, TraceView } from './view.ts';

/** What only the session knows of the frame to come. `playhead`: where the run is shown while nobody looks elsewhere. */
export type Shown = Pick<FrameInputs, 'status' | 'speed' | 'playhead' | 'notice'>;

export class Stage {
  readonly #subscribers = new Set<() => void>();
  /** Says what the frame to come holds, and has it shown. */
  readonly #publish: () => void;
  #view: StoreTraceView | null = null;
  #frame: Frame | null = null;
  #seeked: Micros | null = null;
  #fingerprint = '';

  constructor(publish: () => void) {
    this.#publish = publish;
  }

  get frame(): Frame | null {
    return this.#frame;
  }

  /** @throws TestnetError 'not-loaded' */
  get view(): TraceView {
    if (this.#view === null) throw new TestnetError('not-loaded', 'no scenario is loaded');
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  }

  /** Another run is on, or the same one anew: then what looks at its trace stays. */
  enter(run: Run, isSame: boolean): void {
    this.#seeked = null;
    if (!isSame || this.#view === null) this.#view = makeView(run, this.#publish);
  }

  /** Shows the run at that moment; null: at its head again. */
  seek(run: Run, at: Micros | null): void {
    this.#seeked = momentIn(run, at);
    this.#publish();
  }

  /** The run goes on: nobody looks at an earlier moment any more. */
  follow(): void {
    this.#seeked = null;
  }

  /** What a report said. `fingerprint`: null where it said none. */
  takeReport(run: Run, fingerprint: string | null): void {
    this.#view?.setViolations(violationsOf(run.status));
    if (fingerprint !== null) this.#fingerprint = fingerprint;
  }

  /** Makes the frame of now, and tells everyone. */
  show(run: Run, shown: Shown): void {
    this.#frame = frameOf(run, {
      ...shown,
      previous: this.#frame,
      playhead: this.#seeked ?? shown.playhead,
      following: this.#seeked === null,
      fingerprint: this.#fingerprint,
    });
    for (const subscriber of this.#subscribers) subscriber();
  }
}
