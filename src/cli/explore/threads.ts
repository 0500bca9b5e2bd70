/**
 * A search over as many threads as wanted: this one and workers beside it. The result is the same for any number. Workers serve
 * one search after the other, so that only the first waits until they have started and grown warm.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Explorer, type IndexReport, Schedule, type SearchRequest } from '../../explore/index.ts';
import type { Chunk } from '../../explore/schedule.ts';
import { RUN_LIMITS } from '../limits.ts';

/** How a thread of the command line knows that it serves searches. */
export const EXPLORE_THREAD = 'explore';

interface ThreadData {
  readonly task: typeof EXPLORE_THREAD;
}

/** What a worker is sent: `search` names the one that its chunks belong to. */
type Order =
  | { readonly kind: 'search'; readonly search: number; readonly request: SearchRequest }
  | { readonly kind: 'chunk'; readonly search: number; readonly chunk: Chunk };

interface Answer {
  readonly search: number;
  readonly reports: readonly IndexReport[];
}

/** Chunks that a worker holds, so that it has one to go on with while this thread is busy with its own. */
const AHEAD = 2;

export class SearchPool {
  readonly #workers: readonly Worker[];
  #search = 0;
  #failed: Error | null = null;
  /** Of the search in progress. */
  #onAnswer: ((worker: Worker, answer: Answer) => void) | null = null;
  #onFailure: ((error: Error) => void) | null = null;

  /** `entry`: file of a thread that calls `serveExplore`. One of the `jobs` is this thread's. */
  constructor(entry: string, jobs: number) {
    const data: ThreadData = { task: EXPLORE_THREAD };
    this.#workers = Array.from(
      { length: Math.max(0, jobs - 1) },
      () => new Worker(entry, { workerData: data, resourceLimits: RUN_LIMITS }),
    );
    for (const worker of this.#workers) {
      worker.on('message', (answer: Answer) => this.#onAnswer?.(worker, answer));
      worker.on('error', (error) => {
        this.#failed = error;
        this.#onFailure?.(error);
      });
    }
  }

  /** One search after the other, never two at a time. `onReport`: after every chunk. @throws what a worker died of */
  async search(request: SearchRequest, onReport: (schedule: Schedule) => void): Promise<Schedule> {
    const search = ++this.#search;
    const schedule = new Schedule(request.budget);
    const take = (reports: readonly IndexReport[]): void => {
      schedule.take(reports);
      onReport(schedule);
    };
    const others = this.#driveWorkers(search, schedule, request, take);
    // Awaited below; a worker that dies before must not count as unhandled.
    others.catch(() => undefined);
    const explorer = await Explorer.open(request);
    for (let chunk = nextOf(schedule); chunk !== null && this.#failed === null; chunk = nextOf(schedule)) {
      take(await runChunk(explorer, chunk));
      // Answers of the workers come in between.
      await new Promise(setImmediate);
    }
    // Where this thread came to the end, what workers are still busy with does not count.
    if (this.#failed !== null || !schedule.isDone) await others;
    return schedule;
  }

  /** Ends the workers, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Keeps every worker in chunks; fulfilled when the search is over or nobody has anything left to do. */
  #driveWorkers(
    search: number,
    schedule: Schedule,
    request: SearchRequest,
    take: (reports: readonly IndexReport[]) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let underWay = 0;
      const give = (worker: Worker): void => {
        const chunk = nextOf(schedule);
        if (chunk === null) return;
        underWay++;
        worker.postMessage({ kind: 'chunk', search, chunk } satisfies Order);
      };
      const settle = (): void => {
        if (schedule.isDone || underWay === 0) resolve();
      };
      this.#onFailure = reject;
      if (this.#failed !== null) reject(this.#failed);
      this.#onAnswer = (worker, answer) => {
        // A chunk of a search that ended before.
        if (answer.search !== search) return;
        underWay--;
        take(answer.reports);
        give(worker);
        settle();
      };
      for (const worker of this.#workers) worker.postMessage({ kind: 'search', search, request } satisfies Order);
      for (let round = 0; round < AHEAD; round++) for (const worker of this.#workers) give(worker);
      settle();
    });
  }
}

function nextOf(schedule: Schedule): Chunk | null {
  return schedule.isDone ? null : schedule.next();
}

async function runChunk(explorer: Explorer, { from, to }: Chunk): Promise<IndexReport[]> {
  const reports: IndexReport[] = [];
  for (let index = from; index < to; index++) reports.push(await explorer.run(index));
  return reports;
}

export function isExploreThread(): boolean {
  return (workerData as Partial<ThreadData> | null)?.task === EXPLORE_THREAD;
}

/** A thread of a pool: runs each chunk that arrives and answers with its reports. */
export function serveExplore(): void {
  let explorer: Promise<Explorer> | null = null;
  parentPort?.on('message', (order: Order) => {
    if (order.kind === 'search') {
      explorer = Explorer.open(order.request);
      return;
    }
    const { search, chunk } = order;
    void explorer?.then(async (opened) => {
      parentPort?.postMessage({ search, reports: await runChunk(opened, chunk) } satisfies Answer);
    });
  });
}
