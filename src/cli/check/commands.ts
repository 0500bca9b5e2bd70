/** What `npm run check -- <command> …` can judge: one row a command. */

export const CHECK_EXIT = { ok: 0, violated: 1, badInput: 2 } as const;
export type CheckExit = (typeof CHECK_EXIT)[keyof typeof CHECK_EXIT];

/** Where a command writes to; tests give their own. */
export interface CheckIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export interface CheckCommand {
  /** How it is called, for people: one line after the command's name. */
  readonly usage: string;
  readonly what: string;
  /** `args`: the words after the command's name. Answers with the exit code; never throws on bad input. */
  run(args: readonly string[], io: CheckIo): Promise<CheckExit>;
}

/** A command whose part of the playground is still to come: refuses, and says so. */
function planned(usage: string, what: string): CheckCommand {
  return {
    usage,
    what,
    run: async (_, io) => {
      io.err(`unsupported: ${what} (planned)\n`);
      return CHECK_EXIT.badInput;
    },
  };
}

export const CHECK_COMMANDS: ReadonlyMap<string, CheckCommand> = new Map([
  ['ltl', planned('"<formula>" <trace.json>', 'judging a trace by a temporal formula')],
  ['petri', planned('<net.pnml | net.json>', 'analysing a Petri net')],
  ['trace', planned('<file> --expect "<formula>"', 'judging an exported run by a temporal formula')],
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
