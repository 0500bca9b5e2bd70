/** One thing wrong with what a user gave us: where it is, what stands there, what should. */
export interface Problem {
  /** Dotted path into the document (`faults[2].target`), or '' for the document itself. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** Codes of the errors that cross the public contract. */
export type ErrorCode =
  | 'bad-input'
  | 'timeout'
  | 'unsupported'
  | 'not-loaded'
  | 'not-found'
  | 'storage'
  | 'worker'
  | 'internal';

/** An error of the public contract: a code for programs, a sentence for people, the problems where input was bad. */
export class TestnetError extends Error {
  override readonly name = 'TestnetError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

/** `where: found …, expected …`, one line a problem. */
export function describeProblem(problem: Problem): string {
  const where = problem.path === '' ? 'document' : problem.path;
  return `${where}: found ${problem.found}, expected ${problem.expected}`;
}

/** Input that is refused for one reason. */
export function badInput(path: string, found: string, expected: string): TestnetError {
  const problem = { path, found, expected };
  return new TestnetError('bad-input', describeProblem(problem), [problem]);
}

/** Input that is refused for these reasons: `what` is refused, and the first of them. */
export function badInputs(what: string, problems: readonly Problem[]): TestnetError {
  const [first] = problems;
  return new TestnetError('bad-input', first === undefined ? what : `${what}: ${describeProblem(first)}`, problems);
}
