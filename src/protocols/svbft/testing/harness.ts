/** The signed network of `common/testing` with this protocol's words, and clients that hand in batches. */
import type { Batch } from '../../../ledger/types.ts';
import { type SignedCopy, SignedNetwork, type SignedNetworkOptions, type Story } from '../../common/testing/signed.ts';
import type { SvbftConfig } from '../config.ts';
import { svbft } from '../index.ts';
import type { Message } from '../messages.ts';
import { digestOf } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

export type Copy = SignedCopy<Message>;
export type NetworkOptions = SignedNetworkOptions<Message, Network>;
export type Traitor = (copy: Copy, network: Network) => readonly Copy[];

const STORY: Story<Message> = {
  message: describe,
  decision: ({ slot, epoch, digest }) => `DECIDES height ${slot}, view ${epoch}, block ${digest.slice(0, 6)}`,
  passedOn: (signer) => `passes on ${signer}'s`,
  slot: 'height',
};

export class Network extends SignedNetwork<State, Message, Timer, Durable, SvbftConfig, Network> {
  constructor(options: NetworkOptions) {
    super(svbft, STORY, options);
  }

  /** A client's batch reaches all validators at once. */
  submit(client: number, sequence: number, from: number, to: number, amount: number): void {
    const { n } = this.options;
    const batch: Batch = { type: 'submit', client: n + client, sequence, transfers: [{ from, to, amount }] };
    const proof = this.sign(batch.client, batch);
    for (let node = 0; node < n; node++) this.arrive({ from: batch.client, to: node, message: batch, proof });
  }

  heights(): number[] {
    return this.states.map((state) => state.decided);
  }
}

function describe(message: Message): string {
  switch (message.type) {
    case 'proposal': {
      const why =
        message.justification === null ? '' : `, justified by ${message.justification.changes.length} view changes`;
      return `PROPOSAL ${message.height}/${message.view} block ${digestOf(message).slice(0, 6)}${why}`;
    }
    case 'prepare':
    case 'commit':
      return `${message.type.toUpperCase()} ${message.height}/${message.view} block ${message.digest.slice(0, 6)}`;
    case 'view-change': {
      const { prepared } = message;
      const claim =
        prepared === null ? 'nothing prepared' : `prepared ${prepared.digest.slice(0, 6)} in view ${prepared.view}`;
      return `VIEW-CHANGE ${message.height}/${message.view}, ${claim}`;
    }
    case 'status':
      return `STATUS decided ${message.height}, view ${message.view}`;
    case 'sync-request':
      return `SYNC-REQUEST from height ${message.height}`;
    case 'sync-response':
      if (message.snapshot !== undefined) return `SYNC-RESPONSE state at height ${message.snapshot.entry.block.height}`;
      return `SYNC-RESPONSE heights ${message.entries.map(({ block }) => block.height).join(' ')}`;
    case 'submit':
      return `SUBMIT ${message.sequence}`;
  }
}
