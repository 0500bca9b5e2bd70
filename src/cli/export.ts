/** A run whose trace is kept, and what was asked to be exported of it. */
import { writeFileSync } from 'node:fs';
import { TestnetError } from '../core/problem.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { type Platform, WorkersExecutor } from '../runtime/workers/executor.ts';
import type { Scenario } from '../scenario/index.ts';
import { exportRun } from '../session/exports/index.ts';
import { Run } from '../session/run.ts';
import type { ExportWish } from './export-arguments.ts';
import { advanceToEnd, outcomeOf, type RunOutcome } from './run.ts';
import { simObservers } from './tally.ts';

/**
 * Runs the scenario to its end and writes its exports: those with a path to their files, the one without to `out`.
 * @throws TestnetError `bad-input` when a file cannot be written
 */
export async function runAndExport(
  scenario: Scenario,
  platform: Platform | null,
  wish: ExportWish,
  io: { readonly out: (text: string) => void; readonly onProgress: ((share: number) => void) | null },
): Promise<RunOutcome> {
  const options = { keepWords: true, highlights: 'all' } as const;
  const run = await Run.open('sim', scenario, (plan) =>
    platform === null
      ? openInProcess(plan, options, simObservers)
      : WorkersExecutor.open(plan, { ...options, pool: null, noise: null }, platform),
  );
  try {
    await advanceToEnd(run.executor, io.onProgress);
    const status = await run.refresh();
    await run.pull();
    const outcome = await outcomeOf(scenario, run.executor, status, await run.executor.fingerprint());
    for (const { format, path } of wish.requests) {
      const text = await exportRun(run, format, wish.window);
      if (path === null) io.out(text);
      else writeText(path, text);
    }
    return outcome;
  } finally {
    await run.close();
  }
}

function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? String(error);
    const problem = {
      path: '--export',
      found: `${JSON.stringify(path)} (${found})`,
      expected: 'a file that can be written',
    };
    throw new TestnetError('bad-input', `cannot write ${path}`, [problem]);
  }
}
