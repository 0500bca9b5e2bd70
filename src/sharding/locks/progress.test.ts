/** Several shards and a commit on top: which policies let everybody through, whatever the network delays. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acquire, createLockTable, isReady, markPrepared, release } from './table.ts';
import type { LockEvent, LockPolicy } from './types.ts';
import { findCycle, waitEdges } from './waits.ts';

const SHARDS = 3;

/** One transaction: what it wants where. Its coordinator is reduced to what matters here. */
interface Job {
  readonly id: string;
  readonly age: number;
  readonly wants: readonly (readonly number[])[];
  status: 'running' | 'aborting' | 'done';
}

interface Step {
  readonly job: Job;
  readonly shard: number;
  readonly what: 'prepare' | 'abort' | 'finish';
}

interface Outcome {
  readonly isFinished: boolean;
  readonly sawCycle: boolean;
  readonly wounds: number;
}

/**
 * Delivers messages in the order that `choices` picks. `inParallel`: all shards are asked at once, else one after another,
 * ascending. A wounded transaction is aborted everywhere and tried again with its old age.
 */
function run(policy: LockPolicy, inParallel: boolean, jobs: readonly Job[], choices: readonly number[]): Outcome {
  const shards = Array.from({ length: SHARDS }, () => createLockTable(policy));
  const inFlight: Step[] = [];
  let wounds = 0;
  const ask = (job: Job, from: number): void => {
    for (let shard = from; shard < SHARDS; shard++) {
      if ((job.wants[shard] ?? []).length === 0) continue;
      inFlight.push({ job, shard, what: 'prepare' });
      if (!inParallel) return;
    }
  };
  const jobOf = (id: string): Job => jobs.find((job) => job.id === id) as Job;
  const tellAll = (job: Job, what: Step['what']): void => {
    for (let shard = 0; shard < SHARDS; shard++) inFlight.push({ job, shard, what });
  };
  const begin = (job: Job): void => {
    job.status = 'running';
    ask(job, 0);
    finishIfReady(job);
  };
  const restart = (job: Job): void => {
    for (let i = inFlight.length - 1; i >= 0; i--) if (inFlight[i]?.job === job) inFlight.splice(i, 1);
    job.status = 'aborting';
    tellAll(job, 'abort');
  };
  const finishIfReady = (job: Job): void => {
    const isAll = shards.every((table, shard) => (job.wants[shard] ?? []).length === 0 || isReady(table, job.id));
    if (!isAll || job.status !== 'running') return;
    job.status = 'done';
    tellAll(job, 'finish');
  };
  const react = (events: readonly LockEvent[], shard: number): void => {
    const table = shards[shard]!;
    for (const event of events) {
      if (event.kind === 'wound' && jobOf(event.transaction).status === 'running') {
        wounds++;
        restart(jobOf(event.transaction));
      } else if (event.kind === 'ready') {
        markPrepared(table, event.transaction);
        if (!inParallel && jobOf(event.transaction).status === 'running') ask(jobOf(event.transaction), shard + 1);
        finishIfReady(jobOf(event.transaction));
      }
    }
  };
  for (const job of jobs) begin(job);
  let sawCycle = false;
  for (let tick = 0; tick < 2000 && inFlight.length > 0; tick++) {
    const [step] = inFlight.splice((choices[tick % choices.length] ?? 0) % inFlight.length, 1) as [Step];
    const { job, shard, what } = step;
    const table = shards[shard]!;
    if (what === 'prepare') {
      const wants = (job.wants[shard] ?? []).map((account) => ({ account, mode: 'exclusive' as const }));
      react(acquire(table, { transaction: job.id, timestampMicros: job.age, wants }, tick), shard);
    } else {
      react(release(table, job.id, tick), shard);
      const isAborted = what === 'abort' && !inFlight.some((one) => one.job === job);
      if (isAborted) begin(job);
    }
    sawCycle ||= findCycle(shards.flatMap(waitEdges)) !== null;
  }
  return { isFinished: jobs.every(({ status }) => status === 'done') && inFlight.length === 0, sawCycle, wounds };
}

const scripts = fc.record({
  wants: fc.array(
    fc.array(fc.uniqueArray(fc.nat({ max: 2 }), { maxLength: 2 }), { minLength: SHARDS, maxLength: SHARDS }),
    {
      minLength: 2,
      maxLength: 5,
    },
  ),
  choices: fc.array(fc.nat({ max: 30 }), { minLength: 5, maxLength: 40 }),
});

const jobsOf = (wants: readonly (readonly (readonly number[])[])[]): Job[] =>
  wants.map((one, i) => ({ id: `t${i}`, age: i, wants: one, status: 'running' }));

describe('progress over shards', () => {
  it('ordered, shards asked one after another: all finish and nobody ever waits in a circle', () => {
    fc.assert(
      fc.property(scripts, ({ wants, choices }) => {
        expect(run('ordered', false, jobsOf(wants), choices)).toMatchObject({ isFinished: true, sawCycle: false });
      }),
      { numRuns: 300 },
    );
  });

  it('wound-wait, shards asked in parallel: all finish, the wounded too', () => {
    let wounds = 0;
    fc.assert(
      fc.property(scripts, ({ wants, choices }) => {
        const outcome = run('wound-wait', true, jobsOf(wants), choices);
        expect(outcome.isFinished).toBe(true);
        wounds += outcome.wounds;
      }),
      { numRuns: 300 },
    );
    expect(wounds).toBeGreaterThan(30);
  });

  it.each([
    ['none', false],
    ['none', true],
    ['ordered', true],
  ] as const)('%s, in parallel %s: some schedule deadlocks, and then a cycle is seen', (policy, inParallel) => {
    let stuck = 0;
    fc.assert(
      fc.property(scripts, ({ wants, choices }) => {
        const outcome = run(policy, inParallel, jobsOf(wants), choices);
        expect(outcome.isFinished).toBe(!outcome.sawCycle);
        if (!outcome.isFinished) stuck++;
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(stuck).toBeGreaterThan(policy === 'none' && !inParallel ? 0 : 10);
  });
});
