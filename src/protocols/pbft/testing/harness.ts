/** The signed network of `common/testing` with this protocol's words and its clients. */
import { type SignedCopy, SignedNetwork, type SignedNetworkOptions, type Story } from '../../common/testing/signed.ts';
import type { ClientCommand } from '../../client/client.ts';
import type { Effects, Input } from '../../protocol.ts';
import { client, type PbftClientState, type PbftClientTimer } from '../client.ts';
import type { PbftConfig } from '../config.ts';
import { pbft } from '../index.ts';
import type { Message } from '../messages.ts';
import type { Durable, State, Timer } from '../state.ts';

export type Copy = SignedCopy<Message>;
export type NetworkOptions = SignedNetworkOptions<Message, Network>;
export type Traitor = (copy: Copy, network: Network) => readonly Copy[];

type ClientInput = Input<Message, PbftClientTimer, ClientCommand>;
type ClientOut = Effects<Message, PbftClientTimer, never>;

const STORY: Story<Message> = {
  message: describe,
  decision: ({ slot, epoch, digest }) => `EXECUTES number ${slot}, view ${epoch}, request ${short(digest)}`,
  passedOn: (signer) => `passes on that of ${signer}`,
  slot: 'number',
};

export class Network extends SignedNetwork<State, Message, Timer, Durable, PbftConfig, Network> {
  readonly clients: PbftClientState[];

  constructor(options: NetworkOptions) {
    super(pbft, STORY, options);
    this.clients = this.contexts.slice(options.n).map((ctx) => client.create(ctx));
  }

  /** Starts everyone now. */
  override start(): this {
    for (let node = 0; node < this.contexts.length; node++) this.step(node, { kind: 'start', now: this.now });
    return this;
  }

  /** A client asks for a transfer now. */
  submit(position: number, from: number, to: number, amount: number): void {
    const command: ClientCommand = { kind: 'transfer', from, to, amount };
    // To the network a client is a node like any other.
    this.step(this.options.n + position, { kind: 'command', now: this.now, command } as Input<Message, Timer, never>);
  }

  heights(): number[] {
    return this.states.map((state) => state.decided);
  }

  protected override handle(
    node: number,
    input: Input<Message, Timer, never>,
    out: Effects<Message, Timer, Durable>,
  ): void {
    const asking = this.clients[node - this.options.n];
    if (asking === undefined) return super.handle(node, input, out);
    // Its timers are told apart by kind, like the replicas'.
    client.step(asking, input as unknown as ClientInput, out as unknown as ClientOut, this.context(node));
  }
}

function describe(message: Message): string {
  switch (message.type) {
    case 'pre-prepare': {
      const { view, sequence, digest, request } = message;
      return `PRE-PREPARE ${sequence}/${view} request ${short(digest)} of ${request?.batches.length ?? 0} batches`;
    }
    case 'prepare':
    case 'commit':
      return `${message.type.toUpperCase()} ${message.sequence}/${message.view} request ${short(message.digest)}`;
    case 'checkpoint':
      return `CHECKPOINT ${message.sequence} state ${short(message.digest)}`;
    case 'view-change': {
      const claims = message.prepared.map(({ sequence, view, digest }) => `${sequence}/${view} ${short(digest)}`);
      const prepared = claims.length === 0 ? 'nothing prepared' : `prepared ${claims.join(', ')}`;
      return `VIEW-CHANGE ${message.view}, stable ${message.stable.sequence}, ${prepared}`;
    }
    case 'new-view': {
      const assigned = message.assignments.map(({ sequence, digest, votes }) =>
        votes.length === 0 ? `${sequence} null` : `${sequence} ${short(digest)}`,
      );
      const what = assigned.length === 0 ? 'nothing assigned' : `assigns ${assigned.join(', ')}`;
      return `NEW-VIEW ${message.view} by ${message.changes.length} view changes, stable ${message.stable.sequence}, ${what}`;
    }
    case 'status':
      return `STATUS executed ${message.executed}, stable ${message.stable}, view ${message.view}`;
    case 'state-request':
      return `STATE-REQUEST from number ${message.sequence}`;
    case 'state-response': {
      const numbers = message.entries.map(({ request }) => request.sequence).join(' ');
      return `STATE-RESPONSE stable ${message.stable.sequence}, numbers ${numbers}`;
    }
    case 'fetch':
      return `FETCH ${message.sequence} request ${short(message.digest)}`;
    case 'fetched':
      return `FETCHED ${message.request.sequence} of ${message.request.batches.length} batches`;
    case 'reply':
      return `REPLY to request ${message.batch}: number ${message.sequence}, ${message.refused.length} refused`;
    case 'submit':
      return `REQUEST ${message.sequence}`;
  }
}

function short(digest: string): string {
  return digest.slice(0, 6);
}
