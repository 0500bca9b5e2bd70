/** Paxos, as the hosts, views and checkers see it. */
import { majority } from '../../core/quorum.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { DecidedBlock, Decision, Protocol } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { adversary } from './adversary.ts';
import { configSchema, type PaxosConfig, parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const paxos: Protocol<State, Message, Timer, NoCommand, Durable, PaxosConfig> = {
  declaration,
  mutants,
  parseConfig,
  configSchema,
  validator: { create: createState, recover, step, timerKey: (timer) => timer.kind, observe, inspect },
  properties,
  parseMessage,
  meta,
  statement,
  embedded,
  adversary,
  block: (value) => decidedBlock(value as Block),
  // Acceptances are counted by the proposer, not kept.
  votes: () => [],
  quorumAt,
  livenessBound,
};

function decidedBlock(block: Block): DecidedBlock {
  const { parent, height, stateRoot, proposer, batches } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches };
}

function quorumAt(
  _decision: Decision,
  _history: readonly DecidedBlock[],
  { validatorCount }: { readonly validatorCount: number },
): { readonly members: readonly NodeIndex[]; readonly quorum: number } {
  return { members: Array.from({ length: validatorCount }, (_, node) => node), quorum: majority(validatorCount) };
}

/** Takeovers in a row that may come to nothing: ballots that meet, proposers that must catch up first. */
const TAKEOVERS = 6;

/**
 * A dead proposer is missed, a few ballots may meet, then both phases end. Promised where the shortest timeout has room for a
 * phase, two delays; else proposers may overtake each other for ever (§2.4), and nothing is promised, nor where all that may
 * propose may be down.
 */
function livenessBound(
  { takeoverMicros, heartbeatMicros, blockMicros, proposers }: PaxosConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const delay = network.deltaMicros + network.stepMicros;
  const spare = network.validatorCount - majority(network.validatorCount);
  if (2 * delay > takeoverMicros || (proposers !== null && proposers.length <= spare)) return Number.POSITIVE_INFINITY;
  return (TAKEOVERS + 1) * (2 * takeoverMicros + 4 * delay) + blockMicros + 2 * heartbeatMicros + 4 * delay;
}
