/** A bug of ours: the run stops, the trace is kept. Never thrown for what a peer or a user did. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** States what must be true here; a failure is our own bug. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Closes an exhaustive switch: a value that reaches it was not foreseen by the types. */
export function assertNever(value: never): never {
  throw new InvariantError(`unforeseen value: ${JSON.stringify(value)}`);
}

/** The value, which cannot be missing here. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InvariantError(`${what} is missing`);
  return value;
}
