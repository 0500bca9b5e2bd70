/** The scenarios that come with the playground, in the order in which they are shown. */
import { didYouMean } from '../core/near.ts';
import type { Problem } from '../core/problem.ts';
import { attackPresets } from './presets/attacks.ts';
import { avalanchePresets } from './presets/avalanche.ts';
import { basicPresets } from './presets/basics.ts';
import { fastpathPresets } from './presets/fastpath.ts';
import { fastpathMutantPresets } from './presets/fastpath-mutants.ts';
import { hotstuffPresets } from './presets/hotstuff.ts';
import { hotstuffMutantPresets } from './presets/hotstuff-mutants.ts';
import { mutantPresets } from './presets/mutants.ts';
import { pbftPresets } from './presets/pbft.ts';
import { pbftMutantPresets } from './presets/pbft-mutants.ts';
import type { Preset } from './presets/preset.ts';
import { showValue } from './show.ts';
import { paxosPresets } from './presets/paxos.ts';
import { raftPresets } from './presets/raft.ts';
import { raftMutantPresets } from './presets/raft-mutants.ts';
import { scalePresets } from './presets/scale.ts';
import { orderingPresets } from './presets/ordering.ts';
import { replicatedPresets } from './presets/replicated.ts';
import { councilPresets } from './presets/council.ts';
import { nestedPresets } from './presets/nested.ts';
import { shardedPresets } from './presets/sharded.ts';
import { tendermintPresets } from './presets/tendermint.ts';
import { tendermintMutantPresets } from './presets/tendermint-mutants.ts';

export type { Level, Preset, StoryStep } from './presets/preset.ts';

/** Shown when the page is opened without a scenario. */
export const DEFAULT_PRESET_ID = 'happy-path';

export const presets: readonly Preset[] = [
  ...basicPresets,
  ...attackPresets,
  ...scalePresets,
  ...mutantPresets,
  ...pbftPresets,
  ...pbftMutantPresets,
  ...raftPresets,
  ...raftMutantPresets,
  ...paxosPresets,
  ...avalanchePresets,
  ...tendermintPresets,
  ...tendermintMutantPresets,
  ...hotstuffPresets,
  ...hotstuffMutantPresets,
  ...fastpathPresets,
  ...fastpathMutantPresets,
  ...shardedPresets,
  ...councilPresets,
  ...nestedPresets,
  ...replicatedPresets,
  ...orderingPresets,
];

/** What to say of an id that no preset has. */
export function unknownPreset(id: string): Problem {
  const meant = didYouMean(
    id,
    presets.map((preset) => preset.id),
  );
  return { path: 'preset', found: showValue(id), expected: `the id of a preset${meant}` };
}

/** The preset with this id, or null. */
export function presetById(id: string): Preset | null {
  return presets.find((preset) => preset.id === id) ?? null;
}
