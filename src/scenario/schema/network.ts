/** The `network` part of a scenario: how long copies travel, how many are lost, and what is promised about timing. */
import { z } from 'zod';
import { latencyMs, probability, timeMs } from './parts.ts';

const latency = z.discriminatedUnion('kind', [
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

const deltaMs = () => latencyMs().default(500).describe('Δ: the longest a copy takes once the network is timely');

const synchrony = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('synchronous'), deltaMs: deltaMs() }),
  z.strictObject({
    kind: z.literal('partial'),
    gstMs: timeMs().default(0).describe('GST: from then on copies arrive within Δ'),
    deltaMs: deltaMs(),
  }),
  z.strictObject({ kind: z.literal('asynchronous') }),
]);

export const networkSchema = z.strictObject({
  latency: latency.prefault({ kind: 'uniform' }),
  bandwidthMbps: z.number().min(0).max(1_000_000).default(100).describe("Mbit/s of each node's uplink; 0: unlimited"),
  loss: probability().default(0).describe('share of copies lost'),
  duplicate: probability().default(0).describe('share of copies that arrive twice'),
  synchrony: synchrony.prefault({ kind: 'partial' }),
});
