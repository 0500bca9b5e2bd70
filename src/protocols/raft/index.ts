/** Raft, as the hosts, views and checkers see it. */
import { majority } from '../../core/quorum.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { Dealing, DecidedBlock, Decision, Protocol } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { adversary } from './adversary.ts';
import { client } from './client.ts';
import { configSchema, parseConfig, type RaftConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const raft: Protocol<State, Message, Timer, NoCommand, Durable, RaftConfig> = {
  declaration,
  mutants,
  parseConfig,
  configSchema,
  validator: { create: createState, recover, step, timerKey, observe, inspect },
  client,
  properties,
  dealings: { types: ['read', 'read-reply'], read: dealingOf },
  parseMessage,
  meta,
  statement,
  embedded,
  adversary,
  block: (value) => decidedBlock(value as Block),
  // What a leader counts are answers, which prove nothing to anybody else.
  votes: () => [],
  quorumAt,
  livenessBound,
};

function dealingOf(message: Message): Dealing | null {
  if (message.type === 'read') return { kind: 'read', id: message.id, account: message.account };
  if (message.type !== 'read-reply') return null;
  return { kind: 'balance', client: message.client, id: message.id, balance: message.balance };
}

function timerKey(timer: Timer): string {
  return timer.kind === 'transfer' ? `transfer/${timer.at}` : timer.kind;
}

function decidedBlock(block: Block): DecidedBlock & { readonly validators: readonly NodeIndex[] | null } {
  const { parent, height, stateRoot, proposer, batches, validators } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches, validators };
}

/** The set appointed last before the slot. While a change is under way two sets decide; the older one stands here. */
function quorumAt(
  decision: Decision,
  history: readonly DecidedBlock[],
  { validatorCount }: { readonly validatorCount: number },
): { readonly members: readonly NodeIndex[]; readonly quorum: number } {
  let members: readonly NodeIndex[] = Array.from({ length: validatorCount }, (_, node) => node);
  for (const block of history as readonly (DecidedBlock & { readonly validators?: readonly NodeIndex[] | null })[]) {
    if (block.validators != null && block.height < decision.slot) members = block.validators;
  }
  return { members, quorum: majority(members.length) };
}

/** Elections in a row that may come to nothing: votes split, or a candidate's log is too old. */
const ELECTIONS = 6;

/**
 * Raft promises progress while the network is much faster than its timeouts (§5.6): a round trip must fit into the shortest
 * one, else nothing is promised, nor where empty blocks are off or where fewer servers vote than the testnet has to lose.
 * Within the promise: a dead leader is missed, a few elections may fail, then the no-op is committed and the next block due.
 */
function livenessBound(
  config: RaftConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const { electionMicros, heartbeatMicros, blockMicros } = config;
  const delay = network.deltaMicros + network.stepMicros;
  const spare = (count: number): number => count - majority(count);
  const sets = [...config.membershipChanges.map(({ members }) => members), ...(config.members ? [config.members] : [])];
  const isSmaller = sets.some(({ length }) => spare(length) < spare(network.validatorCount));
  if (2 * delay > electionMicros || !config.emptyBlocks || isSmaller) return Number.POSITIVE_INFINITY;
  const election = 2 * electionMicros + 4 * delay;
  return 2 * electionMicros + ELECTIONS * election + blockMicros + 2 * heartbeatMicros + 4 * delay;
}
