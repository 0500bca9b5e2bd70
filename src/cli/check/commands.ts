/** What `npm run check -- <command> …` can judge: one row a command. */
import { auditCommand } from './audit.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from './command.ts';
import { evidenceCommand } from './evidence.ts';
import { ltlCommand } from './ltl.ts';
import { snowCommand } from './snow/command.ts';
import { traceCommand } from './trace.ts';
import { petriCommand } from './petri.ts';

export const CHECK_COMMANDS: ReadonlyMap<string, CheckCommand> = new Map([
  ['ltl', ltlCommand],
  ['petri', petriCommand],
  ['evidence', evidenceCommand],
  ['trace', traceCommand],
  ['audit', auditCommand],
  ['avalanche-bound', snowCommand],
]);

/** Runs the command that the first word names. */
export async function runCheck(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const [name = '', ...rest] = args;
  if (name === '--help') {
    for (const [word, { usage, what }] of CHECK_COMMANDS) io.out(`npm run check -- ${word} ${usage}\n    ${what}\n`);
    return CHECK_EXIT.ok;
  }
  const command = CHECK_COMMANDS.get(name);
  if (command !== undefined) return command.run(rest, io);
  const known = [...CHECK_COMMANDS.keys()].join(', ');
  io.err(`command: found ${JSON.stringify(name.slice(0, 60))}, expected ${known}\n`);
  return CHECK_EXIT.badInput;
}
