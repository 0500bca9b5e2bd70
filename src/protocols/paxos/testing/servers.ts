/** Paxos servers for the tests of this folder. */
import { assembleBlock } from '../../../ledger/block.ts';
import { createLedger } from '../../../ledger/ledger.ts';
import type { Block } from '../../../ledger/types.ts';
import { type NetworkOptions, TestNetwork } from '../../common/testing/network.ts';
import type { PaxosConfig } from '../config.ts';
import { paxos } from '../index.ts';
import type { Message } from '../messages.ts';
import type { Durable, State, Timer } from '../state.ts';

export class Servers extends TestNetwork<State, Message, Timer, Durable, PaxosConfig> {
  constructor(options: NetworkOptions<Message>) {
    super(paxos, { describe: describeMessage, ...options });
  }

  leader(): number | null {
    return this.states.find(({ proposing, self }) => proposing?.isLeading === true && this.alive[self])?.self ?? null;
  }

  heights(): number[] {
    return this.states.map(({ decided }) => decided);
  }

  /** A value for instance 1, as the proposer of this ballot would make it. */
  valueIn(ballot: number): Block {
    const proposer = ballot % this.options.n;
    const header = { height: 1, parent: this.state(0).tip, proposer, epoch: ballot, validators: null };
    const ledger = createLedger({ accountCount: 8, initialBalance: 1000 }, 1);
    return assembleBlock(ledger, [], header, { validatorCount: this.options.n, maxTransfers: 10 });
  }
}

/** Null for what would fill a story without telling anything. */
function describeMessage(message: Message): string | null {
  switch (message.type) {
    case 'prepare':
      return `PREPARE ballot ${message.ballot} from instance ${message.instance}`;
    case 'promise': {
      const accepted = message.accepted.map(({ ballot, block }) => `${block.height} in ballot ${ballot}`).join(', ');
      return `PROMISE ballot ${message.ballot}, knows ${message.known}${accepted === '' ? '' : `, accepted ${accepted}`}`;
    }
    case 'accept':
      return `ACCEPT ballot ${message.ballot}: instance ${message.block.height}, made in ballot ${message.block.epoch}`;
    case 'accepted':
      return `ACCEPTANCE ballot ${message.ballot}: instance ${message.instance}`;
    case 'refusal':
      return `REFUSAL: promised ballot ${message.ballot}`;
    case 'learn-request':
      return `LEARN-REQUEST from instance ${message.instance}`;
    case 'learn':
      return `LEARN ${message.chosen.map(({ height }) => height).join(' ')}`;
    default:
      return null;
  }
}
