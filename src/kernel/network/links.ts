/**
 * One node's outgoing links as plain data. The sender computes the fate of what it sends, so that nodes can run apart;
 * nothing here depends on what other nodes do.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { PURPOSE, streamKey } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import type { FaultBody, LatencyPlan, RunPlan } from '../plan.ts';
import { deltaMicros } from './latency.ts';
import { type RegionIndex, regionIndex } from './regions.ts';

/** The faults that act on links; the others are the host's business. */
export type NetworkFault = Extract<FaultBody, { readonly kind: 'partition' | 'link' | 'message' }>;

/** What a cut does to a copy. Lost wins over held when several cuts lie between two nodes. */
export const CUT = { none: 0, held: 1, lost: 2 } as const;

/** A copy that waits at a partition until the last cut between its two ends is healed. */
export interface HeldCopy {
  readonly to: NodeIndex;
  /** Position in `Links.messageTypes`. */
  readonly type: number;
  readonly sizeBytes: number;
  /** When it was given to the network, µs. */
  readonly sentAt: Micros;
  /** Its number on the link: the draw that its latency comes from. */
  readonly draw: number;
  /** What the host wants back (the envelope); structured-cloneable, never looked at here. */
  readonly payload: unknown;
}

/** A fault in force. */
export interface Rule {
  readonly id: string;
  readonly fault: NetworkFault;
}

/** Outgoing links of `self`. Arrays by receiver have `nodeCount` entries; those by cell have receiver · types + type. */
export interface Links {
  readonly self: NodeIndex;
  readonly nodeCount: number;
  /** Names of the message types, in the order of the protocol's declaration. */
  readonly messageTypes: readonly string[];
  readonly latency: LatencyPlan;
  readonly bandwidthMbps: number;
  readonly networkLossPpm: number;
  readonly networkDuplicatePpm: number;
  /** Bound after `gst`, µs; Infinity when asynchronous. */
  readonly deltaMicros: Micros;
  /** 0 when the network is synchronous from the start. */
  readonly gst: Micros;
  readonly asynchronous: boolean;
  readonly fromRegion: RegionIndex;
  readonly toRegion: Uint8Array;
  /** Two words by receiver: the key of the link's stream. */
  readonly keys: Uint32Array;
  /** Copies sent so far by receiver: the counter of the link's stream. */
  readonly draws: Uint32Array;
  /** When the uplink has sent all it was given, µs. */
  busyUntil: Micros;
  /** In the order in which they began. */
  rules: readonly Rule[];
  /**
   * Effect of all rules together, replaced and never written to: links without rules share one. `cut` by receiver, the rest by
   * cell; loss and duplication include the network's own.
   */
  cut: Readonly<Uint8Array>;
  delayMicros: Readonly<Float64Array>;
  lossPpm: Readonly<Uint32Array>;
  duplicatePpm: Readonly<Uint32Array>;
  /** In the order in which they were sent. */
  held: HeldCopy[];
}

/** Where a node is: a validator in its region, client k in that of validator k modulo their number. */
function regionOf(plan: RunPlan, node: NodeIndex): RegionIndex {
  const count = plan.validators.length;
  return regionIndex(plan.validators[node < count ? node : (node - count) % count]?.region ?? 'local');
}

/** Regions by node, and what the links of a node draw from: the same in every run of a plan. */
interface Geography {
  readonly regions: Uint8Array;
  readonly keys: (Uint32Array | undefined)[];
  /** Of links without rules. */
  calm: Effect | null;
}

/** What rules do to links: see `Links`. */
export interface Effect {
  readonly cut: Uint8Array;
  readonly delayMicros: Float64Array;
  readonly lossPpm: Uint32Array;
  readonly duplicatePpm: Uint32Array;
}

/** Nothing but the network's own loss and duplication. */
export function calmEffect(nodeCount: number, typeCount: number, lossPpm: number, duplicatePpm: number): Effect {
  const cells = nodeCount * typeCount;
  return {
    cut: new Uint8Array(nodeCount),
    delayMicros: new Float64Array(cells),
    lossPpm: new Uint32Array(cells).fill(lossPpm),
    duplicatePpm: new Uint32Array(cells).fill(duplicatePpm),
  };
}

const geographies = new WeakMap<RunPlan, Geography>();

function geographyOf(plan: RunPlan, nodeCount: number): Geography {
  const known = geographies.get(plan);
  if (known !== undefined && known.regions.length === nodeCount) return known;
  const regions = Uint8Array.from({ length: nodeCount }, (_, node) => regionOf(plan, node));
  const geography: Geography = { regions, keys: [], calm: null };
  geographies.set(plan, geography);
  return geography;
}

function keysFrom(plan: RunPlan, self: NodeIndex, nodeCount: number): Uint32Array {
  const keys = new Uint32Array(2 * nodeCount);
  for (let to = 0; to < nodeCount; to++) {
    const key = streamKey(plan.seed, PURPOSE.latency, self, to);
    keys[2 * to] = key.k0;
    keys[2 * to + 1] = key.k1;
  }
  return keys;
}

function calmIn(geography: Geography, { network }: RunPlan, nodeCount: number, typeCount: number): Effect {
  if (geography.calm?.delayMicros.length === nodeCount * typeCount) return geography.calm;
  geography.calm = calmEffect(nodeCount, typeCount, network.lossPpm, network.duplicatePpm);
  return geography.calm;
}

/** The links of a node at the start of a run. `messageTypes`: `Declaration.messages` by name, in order. */
export function createLinks(plan: RunPlan, self: NodeIndex, nodeCount: number, messageTypes: readonly string[]): Links {
  const { network } = plan;
  const geography = geographyOf(plan, nodeCount);
  const keys = geography.keys[self] ?? keysFrom(plan, self, nodeCount);
  geography.keys[self] = keys;
  const calm = calmIn(geography, plan, nodeCount, messageTypes.length);
  return {
    self,
    nodeCount,
    messageTypes,
    latency: network.latency,
    bandwidthMbps: network.bandwidthMbps,
    networkLossPpm: network.lossPpm,
    networkDuplicatePpm: network.duplicatePpm,
    deltaMicros: deltaMicros(network),
    gst: network.synchrony.kind === 'partial' ? network.synchrony.gst : 0,
    asynchronous: network.synchrony.kind === 'asynchronous',
    fromRegion: geography.regions[self] as RegionIndex,
    toRegion: geography.regions,
    keys,
    draws: new Uint32Array(nodeCount),
    busyUntil: 0,
    rules: [],
    cut: calm.cut,
    delayMicros: calm.delayMicros,
    lossPpm: calm.lossPpm,
    duplicatePpm: calm.duplicatePpm,
    held: [],
  };
}
