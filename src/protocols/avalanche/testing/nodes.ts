/** Avalanche nodes for the tests of this folder. */
import { type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import type { AvalancheConfig } from '../config.ts';
import { avalanche } from '../index.ts';
import type { Message } from '../messages.ts';
import { vertexDigest } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

export class Nodes extends TestNetwork<State, Message, Timer, Durable, AvalancheConfig> {
  constructor(options: NetworkOptions<Message>) {
    super(avalanche, { describe: describeMessage, ...options });
  }

  acceptedCounts(): number[] {
    return this.states.map(({ accepted }) => accepted.length);
  }

  /** The log as one node's story: everybody's vertices, decisions and mishaps, and its own polls with their answers. */
  story(node: number): string {
    const isTold = (line: string): boolean => {
      if (line.includes(' QUERY ')) return line.includes(` v${node} → `);
      if (line.includes(' CHIT ')) return line.includes(`→ v${node} CHIT`);
      return line.includes(` v${node} `) || !/· (poll|accepted)/.test(line);
    };
    return `${this.log.filter(isTold).join('\n')}\n`;
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
