/** `npm run check -- evidence`: whether a file convicts those it accuses, by their public keys alone. */
import { type EvidenceReport, readEvidence, verifyEvidence } from '../../checks/accountability/verify.ts';
import { describeProblem, type Problem } from '../../core/problem.ts';
import { showText } from '../../scenario/show.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { readJsonFile } from './files.ts';

export const evidenceCommand: CheckCommand = {
  usage: '<evidence.json> [--json]',
  what: 'verifying evidence against validators: exits 0 when every conviction is proved, 1 when one is not',
  run: runEvidence,
};

async function runEvidence(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const files = args.filter((word) => word !== '--json');
  const [file, second] = files;
  if (file === undefined || second !== undefined || file.startsWith('-')) {
    const found = second ?? file;
    const shown = found === undefined ? 'nothing' : JSON.stringify(found.slice(0, 60));
    return refuse([{ path: 'file', found: shown, expected: 'one file of evidence, and perhaps --json' }], io);
  }
  const parsed = readJsonFile(file);
  if ('problem' in parsed) return refuse([parsed.problem], io);
  const read = readEvidence(parsed.value);
  if ('problems' in read) return refuse(read.problems, io);
  const report = await verifyEvidence(read.document);
  io.out(args.includes('--json') ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.verdicts.every(({ isProved }) => isProved) ? CHECK_EXIT.ok : CHECK_EXIT.violated;
}

function reportText({ verdicts, suspects, isModelled }: EvidenceReport): string {
  const lines = verdicts.map(
    ({ against, what, isProved, reason }) =>
      `${isProved ? 'proved    ' : 'not proved'}  ${against} signed ${showText(what)}${isProved ? '' : `: ${reason}`}`,
  );
  if (verdicts.length === 0) lines.push('nobody is accused');
  for (const { node, why } of suspects) lines.push(`suspect     ${node}: ${showText(why)}`);
  if (isModelled)
    lines.push('note: modelled signatures, which anybody who can verify can make: proof within a simulation only');
  return `${lines.join('\n')}\n`;
}

function refuse(problems: readonly Problem[], io: CheckIo): CheckExit {
  const [first, ...more] = problems;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  io.err(`${first === undefined ? 'bad input' : describeProblem(first)}${rest}\n`);
  return CHECK_EXIT.badInput;
}
