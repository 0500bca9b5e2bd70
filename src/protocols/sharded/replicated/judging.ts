/**
 * What the commit promises, judged where a shard has several validators: they do the same things in the same order, so that what
 * the first of them does is what the shard does, and what the others do later is the same again.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Property, PropertySetting } from '../../protocol.ts';
import type { ShardedConfig } from '../config.ts';
import type { Ending } from '../finish.ts';
import type { Message } from '../messages.ts';
import { replicatedConfig } from './view.ts';
import type { Wire } from './wire.ts';

/** Endings a shard is remembered by. */
const KEPT = 4096;

interface Memory {
  readonly inner: unknown;
  /** Validators of a shard. */
  readonly size: number;
  /** By shard: transactions that some validator has ended. */
  readonly ended: Map<number, Set<number>>;
  /** By node, and by shard: how many locks, waits and steps were told. */
  readonly told: Map<NodeIndex, number>;
  readonly toldByShard: Map<number, number>;
}

const sizeIn = (setting?: PropertySetting): number => setting?.shards?.validatorsPerShard ?? 1;

/** The property, with shards for nodes. */
export function byShard(property: Property<Message>): Property<Wire> {
  const { onDecision, onMark, onState } = property;
  return {
    name: property.name,
    states: property.states,
    createMemory: (setting): Memory => ({
      inner: property.createMemory(asShards(setting)),
      size: sizeIn(setting),
      ended: new Map(),
      told: new Map(),
      toldByShard: new Map(),
    }),
    ...(onDecision === undefined
      ? {}
      : {
          onDecision(raw, decided) {
            const memory = raw as Memory;
            const node = Math.floor(decided.node / memory.size);
            if (memory.size > 1 && !isFirstEnding(memory, node, decided.decision.slot)) return null;
            return onDecision(memory.inner, { ...decided, node });
          },
        }),
    ...(onMark === undefined
      ? {}
      : {
          onMark(raw, marked) {
            const memory = raw as Memory;
            const node = Math.floor(marked.node / memory.size);
            if (memory.size > 1 && !isNews(memory, marked.node, node)) return null;
            return onMark(memory.inner, { ...marked, node });
          },
        }),
    ...(onState === undefined
      ? {}
      : {
          onState(raw, shown) {
            const memory = raw as Memory;
            // What a shard has told is true of it though one of its validators is down.
            if (memory.size > 1 && onMark !== undefined) return null;
            return onState(memory.inner, shown);
          },
        }),
  };
}

function asShards(setting?: PropertySetting): PropertySetting | undefined {
  if (setting === undefined || sizeIn(setting) === 1) return setting;
  return { ...setting, config: replicatedConfig(setting.config as ShardedConfig) };
}

function isFirstEnding({ ended }: Memory, shard: number, slot: number): boolean {
  const known = ended.get(shard) ?? new Set<number>();
  ended.set(shard, known);
  if (known.has(slot)) return false;
  known.add(slot);
  if (known.size > KEPT) known.delete(known.values().next().value as number);
  return true;
}

/** Whether no validator of the shard has told as much before. */
function isNews({ told, toldByShard }: Memory, node: NodeIndex, shard: number): boolean {
  const count = (told.get(node) ?? 0) + 1;
  told.set(node, count);
  if (count <= (toldByShard.get(shard) ?? 0)) return false;
  toldByShard.set(shard, count);
  return true;
}

interface Alike {
  readonly size: number;
  /** By shard, then by transaction: what ending it did there. */
  readonly endings: Map<number, Map<number, { readonly node: NodeIndex; readonly did: string }>>;
}

/** State machine replication: the validators of a shard execute every transaction alike. */
export const replicasAlike: Property<Wire> = {
  name: 'replicas-alike',
  states: 'the validators of a shard end every transaction alike and with the same balances',
  createMemory: (setting): Alike => ({ size: sizeIn(setting), endings: new Map() }),
  onDecision(raw, { node, decision }) {
    const { size, endings } = raw as Alike;
    if (size === 1) return null;
    const shard = Math.floor(node / size);
    const { outcome, changed } = decision.value as Ending;
    const did = [outcome, ...changed.map(({ account, before, after }) => `a${account} ${before} ${after}`)].join(', ');
    const known = endings.get(shard) ?? new Map<number, { node: NodeIndex; did: string }>();
    endings.set(shard, known);
    const first = known.get(decision.slot);
    if (first === undefined) {
      known.set(decision.slot, { node, did });
      if (known.size > KEPT) known.delete(known.keys().next().value as number);
      return null;
    }
    if (first.did === did) return null;
    return `transaction ${decision.slot}: ${did}; but s${shard}v${first.node % size}: ${first.did}`;
  },
};
