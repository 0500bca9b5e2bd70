/** `npm run check -- ltl`: judges traces that are given as states. */
import { judgeStates } from '../../checks/ltl/judge-states.ts';
import { describeProblem } from '../../core/problem.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { readJsonFile } from './files.ts';

export const ltlCommand: CheckCommand = {
  usage: '"<formula>" <trace.json> | --batch <cases.json>',
  what: 'judges a trace, a list of states, by a temporal formula; prints { verdict, monitor, at }',
  run: (args, io) => Promise.resolve(args.includes('--batch') ? batch(args, io) : single(args, io)),
};

function single(args: readonly string[], io: CheckIo): CheckExit {
  const [formula, file, more] = args;
  if (formula === undefined || file === undefined || more !== undefined) return usage(args, io);
  const read = readJsonFile(file);
  if ('problem' in read) return refuse(describeProblem(read.problem), io);
  const judged = judgeStates(formula, read.value);
  if ('problem' in judged) return refuse(describeProblem(judged.problem), io);
  io.out(`${JSON.stringify(judged.judgement)}\n`);
  if (judged.why !== null) io.err(`${judged.why}\n`);
  return judged.judgement.verdict === 'satisfied' ? CHECK_EXIT.ok : CHECK_EXIT.violated;
}

/** One result a line, in the order of the cases; the gravest outcome is the exit code. */
function batch(args: readonly string[], io: CheckIo): CheckExit {
  const [file, more] = args.filter((word) => word !== '--batch');
  if (file === undefined || more !== undefined) return usage(args, io);
  const read = readJsonFile(file);
  if ('problem' in read) return refuse(describeProblem(read.problem), io);
  if (!Array.isArray(read.value)) return refuse(`${file}: found no list, expected a list of { formula, trace }`, io);
  let exit: CheckExit = CHECK_EXIT.ok;
  for (const [index, given] of read.value.entries()) {
    const { formula, trace } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
    const judged = judgeStates(formula, trace);
    if ('problem' in judged) {
      const error = describeProblem(judged.problem);
      io.out(`${JSON.stringify({ error })}\n`);
      io.err(`case ${index}: ${error}\n`);
      exit = CHECK_EXIT.badInput;
      continue;
    }
    io.out(`${JSON.stringify(judged.judgement)}\n`);
    if (judged.judgement.verdict === 'violated' && exit === CHECK_EXIT.ok) exit = CHECK_EXIT.violated;
  }
  return exit;
}

function usage(args: readonly string[], io: CheckIo): CheckExit {
  const found = args.length === 0 ? 'nothing' : `${args.length} arguments`;
  return refuse(`arguments of ltl: found ${found}, expected ${ltlCommand.usage}`, io);
}

function refuse(text: string, io: CheckIo): CheckExit {
  io.err(`${text}\n`);
  return CHECK_EXIT.badInput;
}
