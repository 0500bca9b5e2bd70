/** A search over as many worker threads as wanted. The result is the same for any number. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Explorer, type IndexReport, Schedule, type SearchRequest } from '../../explore/index.ts';
import type { Chunk } from '../../explore/schedule.ts';

/** How a thread of the command line knows that it serves a search. */
export const EXPLORE_THREAD = 'explore';

interface ThreadData {
  readonly task: typeof EXPLORE_THREAD;
  readonly request: SearchRequest;
}

/** `onReport`: after every chunk. `entry`: file of a thread that calls `serveExplore`. One job runs in this thread. */
export async function searchThreads(
  request: SearchRequest,
  jobs: number,
  entry: string,
  onReport: (schedule: Schedule) => void,
): Promise<Schedule> {
  const schedule = new Schedule(request.budget);
  if (jobs <= 1) {
    const explorer = await Explorer.open(request);
    for (let chunk = schedule.next(); chunk !== null && !schedule.isDone; chunk = schedule.next()) {
      schedule.take(await runChunk(explorer, chunk));
      onReport(schedule);
    }
    return schedule;
  }
  const data: ThreadData = { task: EXPLORE_THREAD, request };
  const threads = Array.from({ length: jobs }, () => new Worker(entry, { workerData: data }));
  try {
    await Promise.all(threads.map((thread) => drive(thread, schedule, onReport)));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return schedule;
}

/** Gives a thread chunk after chunk until there is none. */
function drive(thread: Worker, schedule: Schedule, onReport: (schedule: Schedule) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      const chunk = schedule.isDone ? null : schedule.next();
      if (chunk === null) resolve();
      else thread.postMessage(chunk);
    };
    thread.on('error', reject);
    thread.on('message', (reports: readonly IndexReport[]) => {
      schedule.take(reports);
      onReport(schedule);
      give();
    });
    give();
  });
}

async function runChunk(explorer: Explorer, { from, to }: Chunk): Promise<IndexReport[]> {
  const reports: IndexReport[] = [];
  for (let index = from; index < to; index++) reports.push(await explorer.run(index));
  return reports;
}

export function isExploreThread(): boolean {
  return (workerData as Partial<ThreadData> | null)?.task === EXPLORE_THREAD;
}

/** A thread of a search: runs each chunk that arrives and answers with its reports. */
export function serveExplore(): void {
  const explorer = Explorer.open((workerData as ThreadData).request);
  parentPort?.on('message', (chunk: Chunk) => {
    void explorer.then(async (opened) => parentPort?.postMessage(await runChunk(opened, chunk)));
  });
}
