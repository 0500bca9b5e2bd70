/** Virtual time: an integer number of microseconds since the start of the run. Never a fraction, never a wall clock. */
export type Micros = number;

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;

/** Milliseconds of the public contract (µs precision) to integer microseconds; rounds half away from zero like `Math.round`. */
export function microsFromMs(ms: number): Micros {
  return Math.round(ms * MILLISECOND);
}

/** Integer microseconds to the milliseconds of the public contract. Exact: a µs is a thousandth. */
export function msFromMicros(micros: Micros): number {
  return micros / MILLISECOND;
}
