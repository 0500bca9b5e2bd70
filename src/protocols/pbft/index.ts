/** PBFT as the hosts, views and checkers see it. */
import { quorumSize } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { Dealing, DecidedBlock, Decision, Protocol, SignedMessage, SignedRef } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { viewsBound } from '../common/views.ts';
import { adversary } from './adversary.ts';
import { client } from './client.ts';
import { configSchema, parseConfig, type PbftConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { commitMessage, embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const pbft: Protocol<State, Message, Timer, NoCommand, Durable, PbftConfig> = {
  declaration,
  mutants,
  parseConfig,
  configSchema,
  validator: { create: createState, recover, step, timerKey: (timer) => timer.kind, observe, inspect },
  client,
  properties,
  dealings: { types: ['reply'], read: dealingOf },
  parseMessage,
  meta,
  statement,
  embedded,
  adversary,
  block: (value) => decidedBlock(value as Block),
  votes,
  quorumAt: (_decision, _history, { validatorCount }) => ({
    members: Array.from({ length: validatorCount }, (_, node) => node),
    quorum: quorumSize(validatorCount),
  }),
  livenessBound,
};

function decidedBlock(block: Block): DecidedBlock {
  const { parent, height, stateRoot, proposer, batches } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches };
}

function dealingOf(message: Message): Dealing | null {
  if (message.type !== 'reply') return null;
  return { kind: 'outcome', client: message.client, sequence: message.batch, refused: message.refused };
}

/** The COMMITs of an executed request. */
function votes({ slot, digest, certificate }: Decision): SignedMessage<Message>[] {
  const { view, votes: refs } = certificate as { readonly view: number; readonly votes: readonly SignedRef[] };
  const message = commitMessage(view, slot, digest);
  return refs.map((proof) => ({ message, proof }));
}

/** Message delays from a view's beginning to an execution: VIEW-CHANGE, NEW-VIEW, PREPAREs, COMMITs, a fetch, one to spare. */
const DELAYS_PER_VIEW = 7;

/**
 * After the network has calmed down: catch up (status periods), then views until one is long enough and its primary is
 * correct. At most f primaries in a row fail. Without requests and without `emptyBlocks` nothing is promised.
 */
function livenessBound(
  config: PbftConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  if (!config.emptyBlocks) return Number.POSITIVE_INFINITY;
  const delay = network.deltaMicros + network.stepMicros * network.validatorCount;
  const needed = DELAYS_PER_VIEW * delay;
  const caughtUp = config.blockMicros + 3 * (config.statusMicros + delay);
  const overhead = config.blockMicros + needed;
  return caughtUp + viewsBound(config.viewChangeMicros, needed, overhead, network.validatorCount);
}
