/**
 * Logarithm, power and normal quantile in fixed point with 20 fractional bits, from the integer tables. `Math.log`,
 * `Math.exp` and `Math.pow` may differ in the last bit from engine to engine; sums, products and quotients may not.
 *
 * The tables are dense where the functions bend: an argument is split into its octave (`Math.clz32`) and a position
 * inside it, so that a rare tail (2^−32) is as exact as the middle. Words are uniform in [0, 2^32).
 */
import type { Micros } from '../../core/time.ts';
import { EXP2, LOG2, NORMAL_QUANTILES } from './tables.ts';

/** 1 in fixed point. */
export const ONE = 1 << 20;

/** log2(e) in fixed point. */
export const LOG2_E = 1_512_775;

/** No draw is longer: one virtual hour. */
export const LATENCY_MICROS_MAX: Micros = 3_600_000_000;

/** Points an octave of `NORMAL_QUANTILES` has: 32 steps, both ends. */
const OCTAVE_POINTS = 33;

/** The entry at `index` + `fraction` / `parts`, on the straight line between two neighbours. */
function interpolate(table: Int32Array, index: number, fraction: number, parts: number): number {
  const left = table[index] as number;
  return left + Math.floor((((table[index + 1] as number) - left) * fraction) / parts);
}

/**
 * A standard normal deviate in fixed point, |z| ≤ 6.34; error below 10^−4. The top bit is the sign, the other 31 give
 * the tail probability p = (2v + 1) / 2^33.
 */
export function normalDeviate(word: number): number {
  const odd = (word << 1) | 1;
  const octave = Math.clz32(odd);
  const mantissa = odd << octave;
  const magnitude = interpolate(
    NORMAL_QUANTILES,
    octave * OCTAVE_POINTS + ((mantissa >>> 26) & 31),
    mantissa & 0x3ffffff,
    0x4000000,
  );
  return word >>> 31 === 0 ? magnitude : 0 - magnitude;
}

/** −log2(s) in fixed point, 0 … 32, for the uniform s = (word | 1) / 2^32; error below 2·10^−6. */
export function negativeLog2(word: number): number {
  const odd = word | 1;
  const octave = Math.clz32(odd);
  const mantissa = odd << octave;
  return (octave + 1) * ONE - interpolate(LOG2, (mantissa >>> 21) & 1023, mantissa & 0x1fffff, 0x200000);
}

/** value · 2^exponent, rounded down, at most one hour; `exponent` in fixed point, `value` a whole number of µs up to an hour. */
export function timesPowerOfTwo(value: number, exponent: number): Micros {
  const whole = Math.floor(exponent / ONE);
  if (whole > 30) return value === 0 ? 0 : LATENCY_MICROS_MAX;
  if (whole < -30) return 0;
  const rest = exponent - whole * ONE;
  // Below 2^53, hence exact; what follows multiplies by powers of two, which is exact too.
  const product = value * interpolate(EXP2, rest >>> 10, rest & 1023, 1024);
  const scaled = whole >= 0 ? (product / ONE) * (1 << whole) : product / ONE / (1 << -whole);
  return Math.min(Math.floor(scaled), LATENCY_MICROS_MAX);
}
