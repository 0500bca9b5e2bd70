/** Tendermint's machines alone on the test network, and the words in which a golden trace is told. */
import { type Copy, type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import { adversary } from '../adversary.ts';
import type { TendermintConfig } from '../config.ts';
import { tendermint } from '../index.ts';
import { type Message, NIL, NO_ROUND } from '../messages.ts';
import { digestOf } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

type Options = NetworkOptions<Message>;

/** What a traitor does: says of each copy what leaves. */
export type Lie = (copy: Copy<Message>, cluster: Cluster) => readonly Message[];

export class Cluster extends TestNetwork<State, Message, Timer, Durable, TendermintConfig> {
  constructor(options: Omit<Options, 'traitors'> & { readonly lies?: Readonly<Record<number, Lie>> }) {
    const { lies = {}, ...rest } = options;
    const traitors = Object.fromEntries(
      Object.entries(lies).map(([node, lie]) => [node, (copy: Copy<Message>) => lie(copy, this)]),
    );
    super(tendermint, { describe, ...rest, traitors });
  }

  heights(): number[] {
    return this.states.map(({ decided }) => decided);
  }
}

/** One thing to even nodes, another to odd ones: proposals and votes alike. */
export const equivocate: Lie = (copy, cluster) =>
  copy.to % 2 === 0 ? [copy.message] : [contradict(copy, cluster) ?? copy.message];

/** Votes for two blocks, and against both, towards everyone. */
export const doubleVote: Lie = (copy, cluster) => {
  if (copy.message.type !== 'prevote' && copy.message.type !== 'precommit') return [copy.message];
  const other = contradict(copy, cluster);
  return other === null ? [copy.message] : [copy.message, other];
};

/** Proposes and prevotes, but hides its precommits from half of the others. */
export const withhold: Lie = ({ to, message }) => (message.type === 'precommit' && to % 2 === 0 ? [] : [message]);

export const silent: Lie = () => [];

function contradict({ from, message }: Copy<Message>, cluster: Cluster): Message | null {
  const ctx = cluster.contexts[from];
  return ctx === undefined ? null : adversary.conflicting(message, cluster.state(from), ctx);
}

function describe(message: Message): string | null {
  switch (message.type) {
    case 'proposal': {
      const why = message.validRound === NO_ROUND ? '' : `, valid in round ${message.validRound}`;
      return `PROPOSAL ${message.height}/${message.round} block ${digestOf(message).slice(0, 6)}${why}`;
    }
    case 'prevote':
    case 'precommit':
      return `${message.type.toUpperCase()} ${message.height}/${message.round} ${nameOf(message.digest)}`;
    case 'polka':
      return `POLKA ${message.height}/${message.round} ${nameOf(message.digest)} of ${message.votes.length}`;
    case 'heartbeat':
      return `HEARTBEAT ${message.height}/${message.round} ${message.step}, valid round ${message.validRound}`;
    case 'sync-request':
      return `SYNC-REQUEST from height ${message.height}`;
    case 'sync-response':
      return `SYNC-RESPONSE heights ${message.entries.map(({ block }) => block.height).join(' ')}`;
    case 'submit':
      return null;
  }
}

function nameOf(digest: string): string {
  return digest === NIL ? 'nil' : `block ${digest.slice(0, 6)}`;
}
