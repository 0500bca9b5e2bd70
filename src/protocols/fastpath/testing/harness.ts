/** The network of `common/testing` with this protocol's words, and its traitors. */
import { type Copy, type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import { adversary } from '../adversary.ts';
import type { FastPathConfig } from '../config.ts';
import { fastpath } from '../index.ts';
import type { Claim, Message } from '../messages.ts';
import { digestOf } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

export type Network = TestNetwork<State, Message, Timer, Durable, FastPathConfig>;
export type Options = NetworkOptions<Message>;
/** What leaves in place of what a traitor's machine wants sent to one node. */
export type Traitor = (copy: Copy<Message>, network: () => Network) => readonly Message[];

export function createNetwork(options: Options & { readonly lies?: Readonly<Record<number, Traitor>> }): Network {
  const { lies = {}, ...rest } = options;
  const traitors = Object.fromEntries(
    Object.entries(lies).map(([node, lie]) => [node, (copy: Copy<Message>) => lie(copy, () => network)]),
  );
  const network: Network = new TestNetwork(fastpath, { describe, traitors, ...rest });
  return network;
}

/** Decided heights by node. */
export function heightsOf(network: Network): number[] {
  return network.states.map(({ decided }) => decided);
}

/** Says one thing to even nodes, another to odd ones: proposals and votes alike. */
export const equivocate: Traitor = (copy, network) =>
  copy.to % 2 === 0 ? [copy.message] : [contradiction(copy, network) ?? copy.message];

/** Votes for two blocks towards everyone. */
export const doubleVote: Traitor = (copy, network) => {
  const other = copy.message.type === 'proposal' ? null : contradiction(copy, network);
  return other === null ? [copy.message] : [copy.message, other];
};

/** In its view changes it never voted for anything. */
export const lieInViewChange: Traitor = (copy, network) =>
  copy.message.type === 'view-change' ? [contradiction(copy, network) ?? copy.message] : [copy.message];

/** Says nothing at all. */
export const silent: Traitor = () => [];

/** Speaks to a random half of its peers. */
export const selective: Traitor = ({ message }, network) => (network().random(2) === 0 ? [message] : []);

/** Says every vote three times. */
export const repeatVotes: Traitor = ({ message }) =>
  message.type === 'vote' || message.type === 'commit' ? [message, message, message] : [message];

/** Pads its certificates with one signer. */
export const inflate: Traitor = ({ from, message }, network) => {
  const ctx = network().contexts[from];
  return [(ctx === undefined ? null : adversary.inflate(message, ctx)) ?? message];
};

function contradiction({ from, message }: Copy<Message>, network: () => Network): Message | null {
  const ctx = network().contexts[from];
  return ctx === undefined ? null : adversary.conflicting(message, network().state(from), ctx);
}

function describe(message: Message): string | null {
  const digest = digestOf(message).slice(0, 6);
  switch (message.type) {
    case 'proposal': {
      const { block, justification } = message;
      const why = justification === null ? '' : `, justified by ${justification.changes.length} view changes`;
      return `PROPOSAL ${message.height}/${message.view} block ${digest}, batches ${block.batches.length}${why}`;
    }
    case 'vote':
    case 'commit':
      return `${message.type.toUpperCase()} ${message.height}/${message.view} block ${digest}`;
    case 'view-change':
      return `VIEW-CHANGE ${message.height}/${message.view}, voted ${show(message.voted)}, prepared ${show(message.prepared)}`;
    case 'status':
      return `STATUS decided ${message.height}, view ${message.view}`;
    case 'sync-request':
      return `SYNC-REQUEST from height ${message.height}`;
    case 'sync-response':
      if (message.snapshot !== undefined) return `SYNC-RESPONSE state at ${message.snapshot.entry.block.height}`;
      return `SYNC-RESPONSE heights ${message.entries.map(({ block }) => block.height).join(' ')}`;
    default:
      return null;
  }
}

function show(claim: Claim | null): string {
  return claim === null ? 'nothing' : `${claim.digest.slice(0, 6)} in view ${claim.view}`;
}
