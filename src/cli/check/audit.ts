/** `npm run check -- audit`: whether nodes' exported audit logs are as they were written. */
import { describeProblem, type Problem } from '../../core/problem.ts';
import type { AuditLog } from '../../sharding/audit/log.ts';
import { readAudits, verifyAudit } from '../../sharding/audit/verify.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { readJsonFile } from './files.ts';

export const auditCommand: CheckCommand = {
  usage: '<audit.json> [--node <name>] [--head <64 hex digits>]',
  what: "follows nodes' hash-chained logs; --head: what the head was when somebody noted it; prints { node, verdict, … } each",
  run: judgeLogs,
};

interface Asked {
  readonly file: string;
  /** Null: all of them. */
  readonly node: string | null;
  readonly head: string | null;
}

async function judgeLogs(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const asked = readArguments(args);
  if ('problem' in asked) return refuse(asked.problem, io);
  const document = readJsonFile(asked.file);
  if ('problem' in document) return refuse(document.problem, io);
  const read = readAudits(document.value);
  if ('problem' in read) return refuse(read.problem, io);
  const chosen = chooseLogs(read.logs, asked);
  if ('problem' in chosen) return refuse(chosen.problem, io);
  const results = chosen.logs.map((log) => ({ node: log.node, ...verifyAudit(log, asked.head) }));
  for (const result of results) io.out(`${JSON.stringify(result)}\n`);
  return results.every(({ verdict }) => verdict === 'intact') ? CHECK_EXIT.ok : CHECK_EXIT.violated;
}

/** A head belongs to one log. */
function chooseLogs(
  all: readonly AuditLog[],
  { node, head }: Asked,
): { readonly logs: readonly AuditLog[] } | { readonly problem: Problem } {
  const logs = all.filter((log) => node === null || log.node === node);
  const names = all.map((log) => log.node).join(', ');
  if (logs.length === 0) {
    const expected = names === '' ? 'a file with at least one log' : `one of ${names}`;
    return {
      problem: { path: '--node', found: node === null ? 'no log' : JSON.stringify(node.slice(0, 40)), expected },
    };
  }
  if (head === null || logs.length === 1) return { logs };
  return { problem: { path: '--head', found: `logs of ${names}`, expected: '--node with it, naming one of them' } };
}

function readArguments(args: readonly string[]): Asked | { readonly problem: Problem } {
  const options = new Map<string, string>();
  const files: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word !== '--head' && word !== '--node') files.push(word);
    else options.set(word, args[++i] ?? '');
  }
  const [file, ...more] = files;
  if (file === undefined || file.startsWith('--') || more.length > 0) {
    const found = args.length === 0 ? 'nothing' : JSON.stringify(args.join(' ').slice(0, 100));
    return { problem: { path: 'arguments of audit', found, expected: auditCommand.usage } };
  }
  const head = options.get('--head') ?? null;
  if (head === null || /^[0-9a-f]{64}$/.test(head)) return { file, node: options.get('--node') ?? null, head };
  const found = JSON.stringify(head.slice(0, 80));
  return { problem: { path: '--head', found, expected: '64 lower-case hex digits' } };
}

function refuse(problem: Problem, io: CheckIo): CheckExit {
  io.err(`${describeProblem(problem)}\n`);
  return CHECK_EXIT.badInput;
}
