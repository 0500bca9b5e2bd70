import { describe, expect, it } from 'vitest';
import type { IndexReport, SearchRequest } from '../../../explore/index.ts';
import type { Scenario } from '../../../scenario/index.ts';
import { createSearchDesk, type SearchDesk, type SearchWorker } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Answers chunks when told to; finds something at one index. */
class FakeWorker implements SearchWorker {
  readonly posted: ToWorker[] = [];
  isTerminated = false;
  #listener: (message: FromWorker) => void = () => undefined;

  post(message: ToWorker): void {
    this.posted.push(message);
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(message: FromWorker): void {
    this.#listener(message);
  }

  /** Runs the chunk it was given last. */
  work(foundAt: number): void {
    const chunk = this.posted.at(-1);
    if (chunk?.kind !== 'chunk') throw new Error(`no chunk: ${JSON.stringify(chunk)}`);
    for (let index = chunk.from; index < chunk.to; index++) {
      this.say({ kind: 'report', report: report(index, index === foundAt), isLast: index + 1 === chunk.to });
    }
  }
}

const SCENARIO = { name: 'found' } as Scenario;
const REQUEST: SearchRequest = { base: SCENARIO, mode: 'storm', seed: 1, budget: 12, check: null };

function report(index: number, isFound: boolean): IndexReport {
  const findings = isFound ? [{ check: 'agreement', atMs: 5, detail: 'two' }] : [];
  const scenario = isFound ? SCENARIO : null;
  return { kind: 'run', index, findings, events: 100, timeMs: 1, height: 1, faultCount: 1, scenario };
}

function open(poolSize = 2): { readonly desk: SearchDesk; readonly workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  let clock = 0;
  const spawn = (): SearchWorker => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  return { desk: createSearchDesk(spawn, poolSize, () => (clock += 10)), workers };
}

describe('a search of the page', () => {
  it('gives every worker a chunk, ends with its budget and lets the workers go', () => {
    const { desk, workers } = open();
    desk.start(REQUEST);
    for (const worker of workers) worker.say({ kind: 'ready' });
    expect(workers.map(({ posted }) => posted.at(-1))).toEqual([
      { kind: 'chunk', from: 0, to: 4 },
      { kind: 'chunk', from: 4, to: 8 },
    ]);
    workers[0]?.work(-1);
    workers[1]?.work(-1);
    workers[0]?.work(-1);
    expect(desk.store.getState()).toMatchObject({ phase: 'done', runs: 12, events: 1200, found: null, share: 1 });
    expect(workers.every(({ isTerminated }) => isTerminated)).toBe(true);
  });

  it('counts every run when it ends, and leaves a worker to its chunk until that is done', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'ready' });
    workers[0]?.say({ kind: 'report', report: report(0, false), isLast: false });
    expect(desk.store.getState()).toMatchObject({ phase: 'searching', runs: 1 });
    expect(workers[0]?.posted.at(-1)).toEqual({ kind: 'chunk', from: 0, to: 4 });
  });

  it('shrinks what it found, then follows it into other futures', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'ready' });
    workers[0]?.work(2);
    expect(desk.store.getState()).toMatchObject({
      phase: 'shrinking',
      found: { index: 2, finding: { check: 'agreement' } },
    });
    expect(workers[1]?.posted).toEqual([{ kind: 'shrink', scenario: SCENARIO, check: 'agreement' }]);
    const shrunk = { scenario: SCENARIO, runs: 9, isMinimal: true, detail: 'two', atMs: 4 };
    workers[1]?.say({ kind: 'progress', done: 3, total: 6, best: null });
    expect(desk.store.getState().share).toBe(0.5);
    workers[1]?.say({ kind: 'shrunk', shrunk });
    expect(desk.store.getState()).toMatchObject({ phase: 'done', shrunk });
    desk.follow(5);
    expect(workers[2]?.posted[0]).toMatchObject({ kind: 'futures', perMoment: 5 });
    workers[2]?.say({ kind: 'moments', moments: [{ atMs: 1, futures: 5, violated: 3 }] });
    expect(desk.store.getState()).toMatchObject({ phase: 'done', moments: [{ violated: 3 }] });
  });

  it('pauses between chunks and goes on where it stood', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'ready' });
    desk.pause();
    workers[0]?.work(-1);
    expect(desk.store.getState()).toMatchObject({ phase: 'paused', runs: 4 });
    expect(workers[0]?.posted.at(-1)).toEqual({ kind: 'chunk', from: 0, to: 4 });
    desk.resume();
    expect(workers[0]?.posted.at(-1)).toEqual({ kind: 'chunk', from: 4, to: 8 });
  });

  it('ends when cancelled; late answers change nothing', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'ready' });
    desk.cancel();
    workers[0]?.work(1);
    expect(desk.store.getState()).toMatchObject({ phase: 'done', runs: 0, found: null });
  });

  it('says what went wrong in a worker', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'failed', text: 'no memory' });
    expect(desk.store.getState()).toMatchObject({ phase: 'done', problem: 'no memory' });
  });
});
