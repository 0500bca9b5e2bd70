/**
 * A search of the page: its state, and the pool of workers that does the work. Lives beside the components, so that closing
 * the panel neither stops nor forgets it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Finding, Moment, SearchRequest, Shrunk } from '../../../explore/index.ts';
import { Schedule } from '../../../explore/schedule.ts';
import type { Scenario } from '../../../scenario/index.ts';
import type { FromWorker, ToWorker } from './messages.ts';

export type SearchPhase = 'idle' | 'searching' | 'paused' | 'shrinking' | 'following' | 'done';

export interface SearchState {
  readonly phase: SearchPhase;
  readonly request: SearchRequest | null;
  readonly runs: number;
  readonly events: number;
  readonly faults: number;
  /** Of the phase in progress, 0 … 1. */
  readonly share: number;
  /** Runs a second of wall time since the search began, pauses left out. */
  readonly rate: number;
  readonly isExhausted: boolean;
  readonly found: { readonly index: number; readonly finding: Finding; readonly scenario: Scenario } | null;
  readonly shrunk: Shrunk | null;
  readonly moments: readonly Moment[];
  readonly problem: string | null;
}

/** What the desk needs of a worker; tests give their own. */
export interface SearchWorker {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  terminate(): void;
}

export interface SearchDesk {
  readonly store: StoreApi<SearchState>;
  start(request: SearchRequest): void;
  pause(): void;
  resume(): void;
  /** Ends whatever is under way; what was found stays. */
  cancel(): void;
  /** When did what was found become inevitable? `perMoment`: futures from each moment. */
  follow(perMoment: number): void;
}

const IDLE: SearchState = {
  phase: 'idle',
  request: null,
  runs: 0,
  events: 0,
  faults: 0,
  share: 0,
  rate: 0,
  isExhausted: false,
  found: null,
  shrunk: null,
  moments: [],
  problem: null,
};

/** `spawn` makes a worker, `now` is a steady clock in ms. */
export function createSearchDesk(spawn: () => SearchWorker, poolSize: number, now: () => number): SearchDesk {
  return new Desk(spawn, poolSize, now);
}

class Desk implements SearchDesk {
  readonly store = createStore<SearchState>(() => IDLE);
  readonly #spawn: () => SearchWorker;
  readonly #poolSize: number;
  readonly #now: () => number;
  #workers: SearchWorker[] = [];
  /** Workers without a chunk. */
  #idle: SearchWorker[] = [];
  #schedule = new Schedule(0);
  #beganAt = 0;
  #spentMs = 0;

  constructor(spawn: () => SearchWorker, poolSize: number, now: () => number) {
    this.#spawn = spawn;
    this.#poolSize = poolSize;
    this.#now = now;
  }

  start(request: SearchRequest): void {
    this.#dismiss();
    this.#schedule = new Schedule(request.budget);
    this.#beganAt = this.#now();
    this.#spentMs = 0;
    this.store.setState({ ...IDLE, phase: 'searching', request });
    for (let i = 0; i < this.#poolSize; i++) {
      this.#hire((worker, message) => this.#onSearch(worker, message)).post({ kind: 'open', request });
    }
  }

  pause(): void {
    if (this.store.getState().phase !== 'searching') return;
    this.#spentMs += this.#now() - this.#beganAt;
    this.store.setState({ phase: 'paused' });
  }

  resume(): void {
    if (this.store.getState().phase !== 'paused') return;
    this.#beganAt = this.#now();
    this.store.setState({ phase: 'searching' });
    for (const worker of this.#idle.splice(0)) this.#give(worker);
  }

  cancel(): void {
    this.#dismiss();
    const { request } = this.store.getState();
    this.store.setState({ phase: request === null ? 'idle' : 'done', share: 0 });
  }

  follow(perMoment: number): void {
    const { found, shrunk } = this.store.getState();
    if (found === null) return;
    this.#dismiss();
    this.store.setState({ phase: 'following', share: 0, moments: [] });
    const scenario = shrunk?.scenario ?? found.scenario;
    const task = { kind: 'futures', scenario, check: found.finding.check, perMoment } as const;
    this.#hire((_, message) => this.#onTask(message)).post(task);
  }

  #hire(listener: (worker: SearchWorker, message: FromWorker) => void): SearchWorker {
    const worker = this.#spawn();
    this.#workers.push(worker);
    worker.onMessage((message) => {
      // A worker that was let go may still have been speaking.
      if (this.#workers.includes(worker)) listener(worker, message);
    });
    return worker;
  }

  #dismiss(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.#idle = [];
  }

  #onSearch(worker: SearchWorker, message: FromWorker): void {
    if (message.kind === 'failed') return this.#fail(message.text);
    if (message.kind === 'report') {
      this.#schedule.take([message.report]);
      this.#publish();
    }
    if (this.#schedule.isDone) this.#conclude();
    // It goes on with its chunk by itself.
    else if (message.kind === 'report' && !message.isLast) return;
    else if (this.store.getState().phase === 'paused') this.#idle.push(worker);
    else this.#give(worker);
  }

  #give(worker: SearchWorker): void {
    const chunk = this.#schedule.next();
    if (chunk !== null) worker.post({ kind: 'chunk', ...chunk });
  }

  #publish(): void {
    const { runs, events, faults } = this.#schedule.totals;
    const isRunning = this.store.getState().phase === 'searching';
    const spentMs = this.#spentMs + (isRunning ? this.#now() - this.#beganAt : 0);
    const share = runs / Math.max(1, this.#schedule.budget);
    this.store.setState({ runs, events, faults, share, rate: (runs * 1000) / Math.max(1, spentMs) });
  }

  #conclude(): void {
    const { found, totals, isExhausted } = this.#schedule;
    this.#dismiss();
    const { check = null } = this.store.getState().request ?? {};
    const finding = found?.findings.find((each) => check === null || each.check === check);
    const [failure] = totals.errors;
    const problem = failure === undefined ? null : failure.error;
    if (found?.scenario == null || finding === undefined) {
      this.store.setState({ phase: 'done', isExhausted, problem, share: 1 });
      return;
    }
    const { scenario, index } = found;
    this.store.setState({ phase: 'shrinking', share: 0, problem, found: { index, finding, scenario } });
    this.#hire((_, message) => this.#onTask(message)).post({ kind: 'shrink', scenario, check: finding.check });
  }

  #onTask(message: FromWorker): void {
    if (message.kind === 'failed') return this.#fail(message.text);
    if (message.kind === 'progress') this.store.setState({ share: message.done / Math.max(1, message.total) });
    if (message.kind === 'shrunk' || message.kind === 'moments') {
      this.#dismiss();
      const made = message.kind === 'shrunk' ? { shrunk: message.shrunk } : { moments: message.moments };
      this.store.setState({ phase: 'done', share: 1, ...made });
    }
  }

  #fail(text: string): void {
    this.#dismiss();
    this.store.setState({ phase: 'done', problem: text });
  }
}
