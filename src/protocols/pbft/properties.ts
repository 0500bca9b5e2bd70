/** What PBFT promises beyond the common invariants, as folds over what correct replicas say, show and decide. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Property } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import type { Message } from './messages.ts';

/** Numbers that a fold remembers; older ones are settled. */
const KEPT = 512;

/** What was said first of each thing, by name; the oldest is forgotten. */
type Said = Map<string, string>;

/** Null when this is the first word on the matter or the same as the first; else the first. */
function contradiction(said: Said, matter: string, word: string): string | null {
  const first = said.get(matter);
  if (first !== undefined) return first === word ? null : first;
  said.set(matter, word);
  if (said.size > KEPT) {
    for (const oldest of said.keys()) {
      said.delete(oldest);
      break;
    }
  }
  return null;
}

const onePrePrepare: Property<Message> = {
  name: 'one-preprepare',
  states: 'a correct primary assigns one request to a view and sequence number, in pre-prepares and new views alike',
  createMemory: (): Said => new Map(),
  onMessage(memory, { node, message }) {
    const said = memory as Said;
    const { type } = message;
    if (type === 'pre-prepare') return assigned(said, node, message.view, message);
    if (type !== 'new-view') return null;
    for (const item of message.assignments) {
      const fault = assigned(said, node, message.view, item);
      if (fault !== null) return fault;
    }
    return null;
  },
};

function assigned(
  said: Said,
  node: NodeIndex,
  view: number,
  { sequence, digest }: { readonly sequence: number; readonly digest: string },
): string | null {
  const first = contradiction(said, `${node}/${view}/${sequence}`, digest);
  return first === null ? null : `assigned two requests to number ${sequence} in view ${view}`;
}

const checkpointAgreement: Property<Message> = {
  name: 'checkpoint-agreement',
  states: 'correct replicas reach the same state at every checkpoint',
  createMemory: (): Said => new Map(),
  onMessage(memory, { message }) {
    if (message.type !== 'checkpoint') return null;
    const first = contradiction(memory as Said, `${message.sequence}`, message.digest);
    return first === null ? null : `reached another state at checkpoint ${message.sequence} than others`;
  },
};

const replyAgreement: Property<Message> = {
  name: 'reply-agreement',
  states: 'correct replicas give a client the same result for a request',
  createMemory: (): Said => new Map(),
  onMessage(memory, { message }) {
    if (message.type !== 'reply') return null;
    const { client, batch, sequence, refused } = message;
    const first = contradiction(memory as Said, `${client}/${batch}`, `${sequence}: ${refused.join()}`);
    return first === null ? null : `gave client ${client} another result for request ${batch} than others`;
  },
};

const [HEIGHT, LOW, HIGH] = ['height', 'low', 'high'].map((name) => FIELDS.findIndex((field) => field.name === name));

const watermarks: Property<Message> = {
  name: 'watermarks',
  states: 'watermarks never move down, and a replica executes nothing above its high watermark',
  createMemory: (): Map<NodeIndex, number> => new Map(),
  onState(memory, { node, alive, fields }) {
    const lows = memory as Map<NodeIndex, number>;
    const [height = 0, low = 0, high = 0] = [fields[HEIGHT ?? 0], fields[LOW ?? 0], fields[HIGH ?? 0]];
    // Clients have no watermarks.
    if (!alive || low < 0) return null;
    if (height > high) return `executed number ${height} above its high watermark ${high}`;
    const before = lows.get(node) ?? 0;
    lows.set(node, low);
    return low < before ? `its low watermark fell from ${before} to ${low}` : null;
  },
};

export const properties: readonly Property<Message>[] = [
  onePrePrepare,
  checkpointAgreement,
  replyAgreement,
  watermarks,
];
