/** `npm run check -- trace`: judges an exported run, a trace as JSON lines or a run file, by temporal formulas. */
import { bindFormula } from '../../checks/ltl/bind.ts';
import { replayEvent } from '../../checks/ltl/replay.ts';
import type { Setting } from '../../checks/ltl/scene.ts';
import { Watch, type Watched } from '../../checks/ltl/watch.ts';
import { describeProblem, type Problem } from '../../core/problem.ts';
import { msFromMicros } from '../../core/time.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { readBytes } from './files.ts';
import { readTrace } from './trace-file.ts';

export const traceCommand: CheckCommand = {
  usage: '<trace.jsonl | run.testnet-run> --expect "<formula>" [--expect …]',
  what: "judges an exported run by formulas in its testnet's words; prints { verdict, monitor, at, atMs } each",
  run: judgeRun,
};

async function judgeRun(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const asked = readArguments(args);
  if ('problem' in asked) return refuse(asked.problem, io);
  const read = readBytes(asked.file);
  if ('problem' in read) return refuse(read.problem, io);
  const trace = await readTrace(asked.file, read.bytes);
  if ('problem' in trace) return refuse(trace.problem, io);
  for (const formula of asked.formulas) {
    const bound = bindFormula(formula, trace.setting);
    if ('bound' in bound) continue;
    const { line, column, found, expected } = bound.problem;
    return refuse({ path: `--expect, line ${line}, column ${column}`, found, expected }, io);
  }
  const watch = follow(trace.events, trace.setting, asked.formulas);
  if (watch.count === 0) {
    return refuse({ path: asked.file, found: 'no event that makes a state', expected: 'a trace of a run' }, io);
  }
  const fine = watch.watched.map((watched) => report(watch, watched, io));
  return fine.every((one) => one) ? CHECK_EXIT.ok : CHECK_EXIT.violated;
}

function follow(events: readonly TraceEvent[], setting: Setting, formulas: readonly string[]): Watch {
  const watch = new Watch(setting);
  for (const ltl of formulas) watch.add({ name: ltl, ltl });
  for (const event of events) replayEvent(watch, event, setting);
  watch.settle(Number.POSITIVE_INFINITY);
  return watch;
}

/** Whether the formula is satisfied. */
function report(watch: Watch, watched: Watched, io: CheckIo): boolean {
  const { definite, verdict, limit } = watched.monitor;
  if (limit !== null) io.err(`${watched.ltl}: not judged to the end: ${limit}\n`);
  const satisfied = verdict === 'satisfied' || verdict === 'currently true';
  const result = {
    verdict: satisfied ? 'satisfied' : 'violated',
    monitor: verdict,
    at: definite?.position ?? null,
    atMs: definite === null ? null : msFromMicros(definite.t),
  };
  io.out(`${JSON.stringify(result)}\n`);
  const why = watch.whyNot(watched);
  if (!satisfied && why !== null) io.err(`${watched.ltl}: state ${definite?.position ?? watch.count - 1}: ${why}\n`);
  return satisfied;
}

function readArguments(
  args: readonly string[],
): { readonly file: string; readonly formulas: readonly string[] } | { readonly problem: Problem } {
  const formulas: string[] = [];
  const files: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word !== '--expect') files.push(word);
    else if (args[i + 1] === undefined) {
      return { problem: { path: '--expect', found: 'nothing', expected: 'a formula after it' } };
    } else formulas.push(args[++i] as string);
  }
  const [file, more] = files;
  if (file !== undefined && more === undefined && formulas.length > 0) return { file, formulas };
  const found = formulas.length === 0 ? 'no --expect' : `${files.length} files`;
  return { problem: { path: 'arguments of trace', found, expected: traceCommand.usage } };
}

function refuse(problem: Problem, io: CheckIo): CheckExit {
  io.err(`${describeProblem(problem)}\n`);
  return CHECK_EXIT.badInput;
}
