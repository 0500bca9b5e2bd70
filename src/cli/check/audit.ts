/** `npm run check -- audit`: whether a node's exported audit log is as it was written. */
import { describeProblem, type Problem } from '../../core/problem.ts';
import { readAudit, verifyAudit } from '../../sharding/audit/verify.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { readJsonFile } from './files.ts';

export const auditCommand: CheckCommand = {
  usage: '<audit.json> [--head <64 hex digits>]',
  what: "follows a node's hash-chained log; --head: what its head was when somebody noted it; prints { verdict, … }",
  run: judgeLog,
};

async function judgeLog(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const asked = readArguments(args);
  if ('problem' in asked) return refuse(asked.problem, io);
  const document = readJsonFile(asked.file);
  if ('problem' in document) return refuse(document.problem, io);
  const read = readAudit(document.value);
  if ('problem' in read) return refuse(read.problem, io);
  const result = verifyAudit(read.log, asked.head);
  io.out(`${JSON.stringify({ node: read.log.node, ...result })}\n`);
  return result.verdict === 'intact' ? CHECK_EXIT.ok : CHECK_EXIT.violated;
}

function readArguments(
  args: readonly string[],
): { readonly file: string; readonly head: string | null } | { readonly problem: Problem } {
  const [file, option, head, ...more] = args;
  if (file === undefined || file.startsWith('--') || more.length > 0 || (option !== undefined && option !== '--head')) {
    const found = args.length === 0 ? 'nothing' : JSON.stringify(args.join(' ').slice(0, 100));
    return { problem: { path: 'arguments of audit', found, expected: auditCommand.usage } };
  }
  if (option === undefined) return { file, head: null };
  if (head !== undefined && /^[0-9a-f]{64}$/.test(head)) return { file, head };
  const found = head === undefined ? 'nothing' : JSON.stringify(head.slice(0, 80));
  return { problem: { path: '--head', found, expected: '64 lower-case hex digits' } };
}

function refuse(problem: Problem, io: CheckIo): CheckExit {
  io.err(`${describeProblem(problem)}\n`);
  return CHECK_EXIT.badInput;
}
