import type { Micros } from '../../core/time.ts';
import { DROP_REASONS } from '../trace/records.ts';

/** What a node, or a group of them, has done: for metrics, not part of the trace. Plain data. */
export interface Work {
  /** Signatures made and verified, and the virtual CPU time of both. */
  signed: number;
  verified: number;
  cpuMicros: Micros;
  /** Copies sent and their bytes on the wire, by message type. */
  copies: number[];
  bytes: number[];
  /** Copies that never arrived or were refused, by reason (`DROP_REASONS`). */
  dropped: number[];
}

export function createWork(typeCount: number): Work {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  return {
    signed: 0,
    verified: 0,
    cpuMicros: 0,
    copies: zeros(typeCount),
    bytes: zeros(typeCount),
    dropped: zeros(DROP_REASONS.length),
  };
}

/** As numbers in a row, for messages between threads: signed, verified, CPU µs, copies and bytes of as many types, drops by reason. */
export function packWork({ signed, verified, cpuMicros, copies, bytes, dropped }: Work): number[] {
  return [signed, verified, cpuMicros, ...copies, ...bytes, ...dropped];
}

/** What `packWork` made. */
export function unpackWork(numbers: Float64Array): Work {
  const [signed = 0, verified = 0, cpuMicros = 0] = numbers;
  const typesEnd = numbers.length - DROP_REASONS.length;
  const middle = (3 + typesEnd) / 2;
  return {
    signed,
    verified,
    cpuMicros,
    copies: [...numbers.subarray(3, middle)],
    bytes: [...numbers.subarray(middle, typesEnd)],
    dropped: [...numbers.subarray(typesEnd)],
  };
}

/** Adds `part` to `sum`, element by element. */
export function addWork(sum: Work, part: Work): void {
  sum.signed += part.signed;
  sum.verified += part.verified;
  sum.cpuMicros += part.cpuMicros;
  for (const key of ['copies', 'bytes', 'dropped'] as const) {
    part[key].forEach((value, position) => {
      sum[key][position] = (sum[key][position] ?? 0) + value;
    });
  }
}
