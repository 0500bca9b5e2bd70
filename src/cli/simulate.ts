/** `npm run sim`: runs a scenario or a sweep, prints what happened, answers with an exit code. */
import { describeProblem, type Problem, TestnetError } from '../core/problem.ts';
import type { Platform } from '../runtime/workers/executor.ts';
import type { Scenario } from '../scenario/index.ts';
import { parseSimArguments, type RunRequest, type SeedRange, USAGE } from './arguments.ts';
import { catalogue, catalogueText } from './catalogue.ts';
import { runAndExport } from './export.ts';
import { ProgressBar, type Terminal } from './progress.ts';
import { runScenario } from './run.ts';
import { runLine, runText } from './show-run.ts';
import { loadScenario } from './source.ts';
import { SweepSummary } from './summary.ts';
import { type OutcomeSink, type SeedOutcome, sweepHere, sweepThreads } from './sweep.ts';

export const EXIT = { ok: 0, violated: 1, badInput: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command reads from and writes to; tests give their own. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: Terminal;
  /** Worker threads for `--executor workers`. */
  readonly platform: () => Platform;
  /** File of a thread that serves a sweep. */
  readonly sweepEntry: string;
  readonly coreCount: number;
}

/** Sweeps longer than this use all cores unless told otherwise. */
const LONG_SWEEP = 20;
/** Sweeps up to this length print a line a run, for people. */
const LISTED_RUNS_MAX = 20;
/** Violations printed with their links before a sweep only counts them, for people. */
const LISTED_VIOLATIONS_MAX = 10;

export async function simulate(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const request = parseSimArguments(args);
  if ('problem' in request) return refuse([request.problem], io);
  if (request.kind === 'help') {
    io.out(USAGE);
    return EXIT.ok;
  }
  if (request.kind === 'list') {
    const listed = catalogue();
    io.out(request.json ? `${JSON.stringify(listed)}\n` : catalogueText(listed));
    return EXIT.ok;
  }
  const loaded = await loadScenario(request.source, request.set, request.seed);
  if ('problems' in loaded) return refuse(loaded.problems, io);
  const { scenario } = loaded;
  return request.seeds === null ? runOne(scenario, request, io) : runSweep(scenario, request, request.seeds, io);
}

async function runOne(scenario: Scenario, request: RunRequest, io: CommandIo): Promise<ExitCode> {
  const bar = new ProgressBar(io.err);
  const platform = request.executor === 'workers' ? io.platform() : null;
  const onProgress = (share: number): void => bar.show(share, `${Math.round(share * 100)} % of virtual time`);
  try {
    const progress = bar.isVisible ? onProgress : null;
    const { exports } = request;
    const { result } =
      exports.requests.length === 0
        ? await runScenario(scenario, platform, progress)
        : await runAndExport(scenario, platform, exports, { out: io.out, onProgress: progress });
    bar.clear();
    // An export on the standard output stands there alone.
    const say = exports.requests.some(({ path }) => path === null) ? (text: string) => io.err.write(text) : io.out;
    say(request.json ? `${JSON.stringify(result)}\n` : runText(scenario, request.executor, result));
    if (result.link === undefined) return EXIT.ok;
    const broken = result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
    io.err.write(`violated: ${broken.join(', ')} (seed ${result.seed})\n${request.json ? `${result.link}\n` : ''}`);
    return EXIT.violated;
  } catch (error) {
    bar.clear();
    if (error instanceof TestnetError && error.code === 'bad-input') return refuse(error.problems, io, error.message);
    throw error;
  }
}

async function runSweep(scenario: Scenario, request: RunRequest, seeds: SeedRange, io: CommandIo): Promise<ExitCode> {
  const bar = new ProgressBar(io.err);
  const summary = new SweepSummary();
  const total = seeds.last - seeds.first + 1;
  const began = performance.now();
  const sink: OutcomeSink = (outcome) => {
    const isFine = summary.add(outcome);
    const text = request.json ? jsonLine(outcome) : sweepLine(outcome, isFine, total, summary.bad);
    if (text !== '') {
      bar.clear();
      io.out(text);
    }
    const rate = (summary.runs * 1000) / (performance.now() - began);
    bar.show(summary.runs / total, `${summary.runs}/${total} seeds, ${rate.toFixed(0)}/s, ${summary.bad} violated`);
  };
  const jobs = request.executor === 'workers' ? 1 : (request.jobs ?? (total > LONG_SWEEP ? io.coreCount : 1));
  if (jobs > 1) await sweepThreads(scenario, seeds, jobs, io.sweepEntry, sink);
  else await sweepHere(scenario, seeds, request.executor === 'workers' ? io.platform() : null, sink);
  bar.clear();
  const text = summary.text(performance.now() - began);
  if (request.json) io.err.write(text);
  else io.out(text);
  return summary.bad === 0 ? EXIT.ok : EXIT.violated;
}

function jsonLine(outcome: SeedOutcome): string {
  return `${JSON.stringify('result' in outcome ? outcome.result : outcome)}\n`;
}

function sweepLine(outcome: SeedOutcome, isFine: boolean, total: number, badSoFar: number): string {
  if (!isFine && badSoFar > LISTED_VIOLATIONS_MAX) return '';
  if ('error' in outcome) return `seed ${outcome.seed}  ${outcome.error}\n  ${outcome.link}\n`;
  const { result } = outcome;
  if (isFine) return total <= LISTED_RUNS_MAX ? runLine(result) : '';
  const broken = result.checks.filter(({ verdict }) => verdict === 'violated');
  const details = broken.map(({ name, detail }) => `  ${name}: ${detail}\n`).join('');
  return `${runLine(result)}${details}  ${result.link ?? ''}\n`;
}

/** One line, whatever is wrong: the first problem, and how many more there are. */
function refuse(problems: readonly Problem[], io: CommandIo, otherwise = 'bad input'): ExitCode {
  const [first, ...more] = problems;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  io.err.write(`${first === undefined ? otherwise : describeProblem(first) + rest}\n`);
  return EXIT.badInput;
}
