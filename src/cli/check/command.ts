/** What every command of `npm run check` is. */

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
