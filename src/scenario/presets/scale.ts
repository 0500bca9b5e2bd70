/** More validators, farther apart: where the milliseconds and the bytes go. */
import { type Preset, preset } from './preset.ts';

export const scalePresets: readonly Preset[] = [
  preset({
    id: 'region-matrix',
    title: 'Around the world',
    teaches:
      'Ten validators in ten regions: a quorum closes at the speed of its seventh nearest member, not of the farthest.',
    level: 'scale',
    scenario: {
      seed: 47,
      protocol: { name: 'svbft', config: { blockTimeMs: 2000, viewChangeTimeoutMs: 6000 } },
      validators: [
        { region: 'us-east' },
        { region: 'us-west' },
        { region: 'sa-east' },
        { region: 'eu-west' },
        { region: 'eu-central' },
        { region: 'af-south' },
        { region: 'ap-south' },
        { region: 'ap-southeast' },
        { region: 'ap-northeast' },
        { region: 'au-southeast' },
      ],
      crypto: { suite: 'ml-dsa-44' },
      network: { latency: { kind: 'regions', jitterMs: 8 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 1000 } },
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'sixty-four-validators',
    title: 'Sixty-four validators',
    teaches:
      'Every vote goes to everyone: eight thousand signed votes a block, and post-quantum signatures fill the uplinks.',
    level: 'scale',
    scenario: {
      seed: 64,
      protocol: { name: 'svbft', config: { blockTimeMs: 2000, viewChangeTimeoutMs: 10_000 } },
      validators: 64,
      crypto: { suite: 'modelled:ml-dsa-65' },
      network: { latency: { kind: 'normal', meanMs: 60, deviationMs: 15, minMs: 20 }, bandwidthMbps: 1000 },
      stop: { height: 15, ms: 60_000 },
    },
  }),
];
