/** Avalanche nodes for the tests of this folder. */
import { type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import type { AvalancheConfig } from '../config.ts';
import { avalanche } from '../index.ts';
import type { Message, Vertex } from '../messages.ts';
import { vertexDigest } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

export class Nodes extends TestNetwork<State, Message, Timer, Durable, AvalancheConfig> {
  constructor(options: NetworkOptions<Message>) {
    super(avalanche, { describe: describeMessage, ...options });
  }

  acceptedCounts(): number[] {
    return this.states.map(({ accepted }) => accepted.length);
  }

  /** Vertices that were issued, by hash. */
  issued(): Map<string, Vertex> {
    const vertices = this.sent.flatMap(({ message }) => (message.type === 'vertex' ? [message] : []));
    return new Map(vertices.map((vertex) => [vertexDigest(vertex), vertex]));
  }
}

function short(digests: readonly string[]): string {
  return digests.map((digest) => (digest === '' ? '–' : digest.slice(0, 4))).join(' ');
}

function describeMessage(message: Message): string | null {
  switch (message.type) {
    case 'vertex': {
      const on = message.parents.length === 0 ? 'nothing' : short(message.parents);
      return `VERTEX ${vertexDigest(message).slice(0, 4)} in slot ${message.slot} on ${on}, ${message.batches.length} batches`;
    }
    case 'query':
      return `QUERY ${message.poll}: ${short(message.vertices)}?`;
    case 'chit':
      return `CHIT ${message.poll}: ${short(message.prefers)}`;
    case 'fetch':
      return `FETCH ${short(message.vertices)}`;
    default:
      return null;
  }
}
