/** Many seeds of one scenario, over as many threads as wanted; outcomes come back in the order of the seeds. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Platform } from '../runtime/workers/executor.ts';
import { encodeLink, type Scenario, withSeed } from '../scenario/index.ts';
import type { SeedRange } from './arguments.ts';
import { type RunOutcome, runScenario } from './run.ts';
import { RUN_LIMITS } from './limits.ts';

/** A run that stopped on a bug of ours. */
export interface RunFailure {
  readonly seed: number;
  readonly error: string;
  readonly link: string;
}

export type SeedOutcome = RunOutcome | RunFailure;

/** Gets every outcome once, by ascending seed. */
export type OutcomeSink = (outcome: SeedOutcome) => void;

/** No seed starts before all seeds this far below it are done: bounds what waits to be printed. */
const AHEAD_MAX = 1024;

/** What a thread of the sweep is told once. */
interface SweepData {
  readonly scenario: Scenario;
}

/** The run of one seed; a bug of ours is an outcome too, so that a sweep shows it and goes on. */
export async function runSeed(scenario: Scenario, seed: number, platform: Platform | null): Promise<SeedOutcome> {
  const seeded = withSeed(scenario, seed);
  try {
    return await runScenario(seeded, platform);
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { seed, error: text, link: `#s=${await encodeLink(seeded)}` };
  }
}

/** One seed after the other, in this thread. */
export async function sweepHere(
  scenario: Scenario,
  { first, last }: SeedRange,
  platform: Platform | null,
  sink: OutcomeSink,
): Promise<void> {
  for (let seed = first; seed <= last; seed++) sink(await runSeed(scenario, seed, platform));
}

/** Each of `jobs` threads takes the next seed when it is done. `entry`: file of a thread that calls `serveSweep`. */
export function sweepThreads(
  scenario: Scenario,
  { first, last }: SeedRange,
  jobs: number,
  entry: string,
  sink: OutcomeSink,
): Promise<void> {
  const early = new Map<number, SeedOutcome>();
  const idle: Worker[] = [];
  const data: SweepData = { scenario };
  const threadCount = Math.min(jobs, last - first + 1);
  const threads = Array.from(
    { length: threadCount },
    () => new Worker(entry, { workerData: data, resourceLimits: RUN_LIMITS }),
  );
  let nextStart = first;
  let nextPrint = first;
  const start = (thread: Worker): void => {
    if (nextStart > last || nextStart - nextPrint >= AHEAD_MAX) idle.push(thread);
    else thread.postMessage(nextStart++);
  };
  const finished = new Promise<void>((resolve, reject) => {
    const take = (seed: number, outcome: SeedOutcome): void => {
      early.set(seed, outcome);
      for (let ready = early.get(nextPrint); ready !== undefined; ready = early.get(nextPrint)) {
        early.delete(nextPrint++);
        sink(ready);
      }
      if (nextPrint > last) resolve();
      for (const waiting of idle.splice(0)) start(waiting);
    };
    for (const thread of threads) {
      thread.on('error', reject);
      thread.on('message', ({ seed, outcome }: { seed: number; outcome: SeedOutcome }) => {
        take(seed, outcome);
        start(thread);
      });
      start(thread);
    }
  });
  return finished.finally(() => Promise.all(threads.map((thread) => thread.terminate())));
}

/** A thread of a sweep: runs each seed that arrives and answers with its outcome. */
export function serveSweep(): void {
  const { scenario } = workerData as SweepData;
  parentPort?.on('message', (seed: number) => {
    void runSeed(scenario, seed, null).then((outcome) => parentPort?.postMessage({ seed, outcome }));
  });
}
