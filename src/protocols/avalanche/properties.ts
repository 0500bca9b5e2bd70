/** What the Avalanche family promises in the place of a common chain, as folds over what nodes say and decide. */
import type { NodeIndex } from '../../core/ids.ts';
import { hashValue } from '../../crypto/hash.ts';
import type { Property } from '../protocol.ts';
import type { Message, Vertex } from './messages.ts';

interface Seen {
  /** Hashes of the batches that clients signed. */
  readonly submitted: Set<string>;
  /** By node: hashes of what it accepted, and the accepted one by slot. */
  readonly accepted: Map<NodeIndex, { readonly digests: Set<string>; readonly slots: Map<number, string> }>;
}

/** Nothing that no client signed, no two members of a conflict set at one node, nothing before what it builds on. */
const sound: Property<Message> = {
  name: 'sound-acceptance',
  states: 'a node accepts only submitted batches, one vertex a conflict set, and none before what it builds on',
  createMemory: (): Seen => ({ submitted: new Set(), accepted: new Map() }),
  onMessage(memory, { message }) {
    if (message.type === 'submit') (memory as Seen).submitted.add(hashValue(message));
    return null;
  },
  onDecision(memory, { node, decision: { slot, digest, value } }) {
    const { submitted, accepted } = memory as Seen;
    const own = accepted.get(node) ?? { digests: new Set<string>(), slots: new Map<number, string>() };
    accepted.set(node, own);
    const vertex = value as Vertex;
    const stranger = vertex.batches.find(({ batch }) => !submitted.has(hashValue(batch)));
    if (stranger !== undefined) {
      return `accepted batch ${stranger.batch.client}/${stranger.batch.sequence}, which was never submitted`;
    }
    const rival = own.slots.get(slot);
    if (rival !== undefined && rival !== digest) return `accepted two vertices of conflict set ${slot}`;
    const early = vertex.parents.find((parent) => !own.digests.has(parent));
    if (early !== undefined) return `accepted conflict set ${slot} before a vertex that it builds on`;
    own.slots.set(slot, digest);
    own.digests.add(digest);
    return null;
  },
};

/** A correct node issues one vertex a slot, so that only liars' vertices have rivals (in the DAG). */
const virtuous: Property<Message> = {
  name: 'one-vertex',
  states: 'a correct node signs one vertex for a slot',
  createMemory: () => new Map<string, string>(),
  onMessage(memory, { node, message }) {
    if (message.type !== 'vertex') return null;
    const issued = memory as Map<string, string>;
    const key = `${node}/${message.slot}`;
    const digest = hashValue([message.parents, message.batches]);
    const before = issued.get(key);
    issued.set(key, digest);
    return before === undefined || before === digest ? null : `signed two vertices for slot ${message.slot}`;
  },
};

export const properties: readonly Property<Message>[] = [sound, virtuous];
