/** The `network` part of a scenario: how long copies travel, how many are lost, and what is promised about timing. */
import { z } from 'zod';
import { latencySchema } from '../latency.ts';
import { latencyMs, probability, timeMs } from './parts.ts';

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
  latency: latencySchema.prefault({ kind: 'uniform' }),
  bandwidthMbps: z.number().min(0).max(1_000_000).default(100).describe("Mbit/s of each node's uplink; 0: unlimited"),
  loss: probability().default(0).describe('share of copies lost'),
  duplicate: probability().default(0).describe('share of copies that arrive twice'),
  synchrony: synchrony.prefault({ kind: 'partial' }),
});
