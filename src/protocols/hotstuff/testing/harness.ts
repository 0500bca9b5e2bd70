/** The network of `common/testing` with this protocol's words, and a traitor that tells two stories. */
import { TestNetwork, type NetworkOptions } from '../../common/testing/network.ts';
import { adversary } from '../adversary.ts';
import type { HotStuffConfig } from '../config.ts';
import { hotstuff } from '../index.ts';
import type { Message, Qc } from '../messages.ts';
import { digestOf, viewOf } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

export type Network = TestNetwork<State, Message, Timer, Durable, HotStuffConfig>;
export type Options = NetworkOptions<Message>;

export function createNetwork(options: Options): Network {
  return new TestNetwork(hotstuff, { describe, ...options });
}

/** Decided heights by node. */
export function heightsOf(network: Network): number[] {
  return network.states.map(({ decided }) => decided);
}

/** Makes `node` propose one block to itself and the nodes of its parity, another to the rest, whenever it leads; to the last, both. */
export function equivocating(node: number, network: () => Network, delay = 10_000): NonNullable<Options['route']> {
  return ({ from, to, message }, now) => {
    if (from !== node || message.type !== 'proposal' || to % 2 === node % 2) return [delay];
    const [state, ctx] = [network().state(from), network().contexts[from]];
    const other = ctx === undefined ? null : adversary.conflicting(message, state, ctx);
    if (other === null) return [delay];
    network().at(now + delay, () => network().give(to, from, other));
    return to === network().options.n - 1 ? [delay] : [];
  };
}

function describe(message: Message): string | null {
  const digest = digestOf(message).slice(0, 6);
  switch (message.type) {
    case 'proposal': {
      const { height, batches } = message.block;
      return `PROPOSAL view ${message.view}, height ${height}, ${digest}, batches ${batches.length}, on ${show(message.justify)}`;
    }
    case 'vote':
    case 'pre-commit-vote':
    case 'commit-vote':
      return `${message.type.toUpperCase()} view ${message.view}, height ${message.height}, ${digest}`;
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return `${message.type.toUpperCase()} ${show(message.qc)}`;
    case 'new-view':
      return `NEW-VIEW ${message.view}, highest ${show(message.highQc)}`;
    case 'sync-request':
      return `SYNC-REQUEST from height ${message.height} to ${digest}`;
    case 'sync-response':
      return `SYNC-RESPONSE heights ${message.entries.map(({ block }) => block.height).join(' ')}, highest ${show(message.highQc)}`;
    default:
      return null;
  }
}

function show(qc: Qc | null): string {
  if (qc === null) return 'genesis';
  const signers = qc.votes.map(({ signer }) => `v${signer}`).join(' ');
  return `QC(${qc.phase} ${viewOf(qc)} ${qc.digest.slice(0, 6)} of ${signers})`;
}
