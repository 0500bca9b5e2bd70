/**
 * A comparison of the page: what is chosen, how far it is, what it found, and the workers that run it. Lives beside the
 * components, so that closing the panel neither stops nor forgets it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  assemble,
  type Comparison,
  type ComparisonPlan,
  type ComparisonRequest,
  type Measured,
  planComparison,
} from '../../../explore/compare/index.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** What the form says. */
export interface Choice {
  /** The id of a shipped comparison, or `PRESENT`. */
  readonly what: string;
  /** Two to four; '' where a column is left free. */
  readonly protocols: readonly string[];
  /** As in an address: '', `validators:4,7`, `faults`. */
  readonly vary: string;
}

export interface CompareState {
  readonly choice: Choice | null;
  readonly phase: 'idle' | 'running' | 'done';
  readonly request: ComparisonRequest | null;
  readonly runs: number;
  readonly runsDone: number;
  /** Of all runs, 0 … 1. */
  readonly share: number;
  readonly comparison: Comparison | null;
  /** The request that `comparison` answers. */
  readonly answered: ComparisonRequest | null;
  readonly problem: string | null;
  readonly isOpen: boolean;
}

/** What the desk needs of a worker; tests give their own. */
export interface CompareWorker {
  post(message: ToWorker): void;
  onMessage(listener: (message: FromWorker) => void): void;
  terminate(): void;
}

export class CompareDesk {
  readonly store: StoreApi<CompareState> = createStore<CompareState>(() => ({
    choice: null,
    phase: 'idle',
    request: null,
    runs: 0,
    runsDone: 0,
    share: 0,
    comparison: null,
    answered: null,
    problem: null,
    isOpen: false,
  }));
  readonly #spawn: () => CompareWorker;
  readonly #poolSize: number;
  #workers: CompareWorker[] = [];
  #plan: ComparisonPlan | null = null;
  #next = 0;
  #measured: (Measured | null)[] = [];
  #shares: number[] = [];

  constructor(spawn: () => CompareWorker, poolSize: number) {
    this.#spawn = spawn;
    this.#poolSize = poolSize;
  }

  choose(choice: Choice): void {
    this.store.setState({ choice });
  }

  /** @throws TestnetError `bad-input` for what cannot be compared; what was found before stays */
  start(request: ComparisonRequest): void {
    const plan = planComparison(request);
    this.#dismiss();
    this.#plan = plan;
    this.#next = 0;
    this.#measured = plan.cells.map(() => null);
    this.#shares = plan.cells.map(() => 0);
    const runs = plan.cells.length;
    this.store.setState({ phase: 'running', request, runs, runsDone: 0, share: 0, problem: null, isOpen: false });
    for (let i = 0; i < Math.min(this.#poolSize, runs); i++) this.#hire();
  }

  /** Ends what is under way; an earlier comparison stays. */
  cancel(): void {
    this.#dismiss();
    this.store.setState(({ comparison }) => ({ phase: comparison === null ? 'idle' : 'done', share: 0 }));
  }

  open(isOpen: boolean): void {
    this.store.setState({ isOpen });
  }

  fail(problem: string): void {
    this.cancel();
    this.store.setState({ problem });
  }

  #hire(): void {
    const worker = this.#spawn();
    this.#workers.push(worker);
    worker.onMessage((message) => {
      // A worker that was let go may still have been speaking.
      if (this.#workers.includes(worker)) this.#on(worker, message);
    });
    this.#give(worker);
  }

  #give(worker: CompareWorker): void {
    const index = this.#next;
    const cell = this.#plan?.cells[index];
    if (cell === undefined) return;
    this.#next++;
    worker.post({ index, cell });
  }

  #on(worker: CompareWorker, message: FromWorker): void {
    if (message.kind === 'failed') return this.fail(message.text);
    this.#shares[message.index] = message.kind === 'measured' ? 1 : message.share;
    if (message.kind === 'measured') {
      this.#measured[message.index] = message.measured;
      this.#give(worker);
    }
    const measured = this.#measured.filter((each) => each !== null);
    const share = this.#shares.reduce((sum, each) => sum + each, 0) / Math.max(1, this.#shares.length);
    this.store.setState({ runsDone: measured.length, share });
    const { request } = this.store.getState();
    if (measured.length < this.#measured.length || this.#plan === null || request === null) return;
    const comparison = assemble(this.#plan, request.base.seed, measured);
    this.#dismiss();
    this.store.setState({ phase: 'done', comparison, answered: request, isOpen: true });
  }

  #dismiss(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
}
