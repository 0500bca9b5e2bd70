/** Latency kinds, all that a scenario has to do with them: what it may say, what it means to the kernel, the least it can be. */
import { z } from 'zod';
import { type Micros, microsFromMs } from '../core/time.ts';
import type { LatencyPlan } from '../kernel/plan.ts';
import { latencyMs } from './schema/parts.ts';

export const latencySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ms: latencyMs().default(50) }),
  z.strictObject({ kind: z.literal('uniform'), minMs: latencyMs().default(20), maxMs: latencyMs().default(80) }),
  z.strictObject({
    kind: z.literal('normal'),
    meanMs: latencyMs().default(50),
    deviationMs: z.number().min(0).max(100_000).default(10),
    minMs: latencyMs().default(1),
  }),
  z.strictObject({
    kind: z.literal('log-normal'),
    medianMs: latencyMs().default(50),
    sigma: z.number().min(0).max(4).default(0.5).describe('σ of the logarithm'),
    minMs: latencyMs().default(1),
  }),
  z.strictObject({
    kind: z.literal('pareto'),
    minMs: latencyMs().default(20),
    alpha: z.number().min(0.5).max(100).default(2.5).describe('tail index α: smaller means heavier tails'),
    maxMs: latencyMs().default(2000),
  }),
  z.strictObject({
    kind: z.literal('regions'),
    jitterMs: z.number().min(0).max(100_000).default(5).describe('added to half the round trip of two regions'),
  }),
]);

export type Latency = z.output<typeof latencySchema>;

/** What the kernel draws from: whole µs and thousandths. */
export function latencyPlan(latency: Latency): LatencyPlan {
  const { kind } = latency;
  switch (kind) {
    case 'constant':
      return { kind, micros: microsFromMs(latency.ms) };
    case 'uniform':
      return { kind, ...bounds(latency) };
    case 'normal':
      return {
        kind,
        meanMicros: microsFromMs(latency.meanMs),
        deviationMicros: microsFromMs(latency.deviationMs),
        minMicros: microsFromMs(latency.minMs),
      };
    case 'log-normal':
      return {
        kind,
        medianMicros: microsFromMs(latency.medianMs),
        sigmaMilli: thousandths(latency.sigma),
        minMicros: microsFromMs(latency.minMs),
      };
    case 'pareto': {
      const { minMicros, maxMicros } = bounds(latency);
      return { kind, minMicros, alphaMilli: thousandths(latency.alpha), maxMicros };
    }
    case 'regions':
      return { kind, jitterMicros: microsFromMs(latency.jitterMs) };
  }
}

function bounds({ minMs, maxMs }: { readonly minMs: number; readonly maxMs: number }): {
  readonly minMicros: Micros;
  readonly maxMicros: Micros;
} {
  return { minMicros: microsFromMs(minMs), maxMicros: microsFromMs(maxMs) };
}

const thousandths = (value: number): number => Math.round(value * 1000);

/** The least ms on any link; null where that depends on the two nodes. */
export function leastMs(latency: Latency): number | null {
  if ('minMs' in latency) return latency.minMs;
  return latency.kind === 'constant' ? latency.ms : null;
}
