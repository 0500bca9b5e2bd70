/** Tendermint as the hosts, views and checkers see it. */
import type { Micros } from '../../core/time.ts';
import { maxFaulty } from '../../core/quorum.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { DecidedBlock, Protocol, SignedRef } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { adversary } from './adversary.ts';
import { configSchema, parseConfig, type TendermintConfig, timeoutOf } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { totalOf } from './proposer.ts';
import { recover } from './recover.ts';
import { quorumOf } from './rules.ts';
import { embedded, meta, precommitsOf, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const tendermint: Protocol<State, Message, Timer, NoCommand, Durable, TendermintConfig> = {
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
  votes: ({ value, certificate }) => precommitsOf({ block: value as Block, ...(certificate as CommitCertificate) }),
  quorumAt(_decision, _history, { validatorCount, stakes }) {
    const powers = stakes.slice(0, validatorCount);
    return { members: powers.map((_, node) => node), quorum: quorumOf(totalOf(powers), null), powers };
  },
  livenessBound,
};

interface CommitCertificate {
  readonly round: number;
  readonly votes: readonly SignedRef[];
}

function decidedBlock(block: Block): DecidedBlock {
  const { parent, height, stateRoot, proposer, batches } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches };
}

/** Heartbeats until each correct validator has answered, see `helps` in gossip.ts. */
const BEATS_PER_ANSWER = 4;
/** How long the network may have been anything before it calmed down, for the bound below: rounds have grown since then. */
const UNREST_MICROS: Micros = 20_000_000;

/**
 * After the network has calmed down: catch up, then rounds until their timeouts are longer than gossip takes and the proposer is
 * correct. At most f proposers in a row fail. A round takes its three timeouts at most, and the messages in between.
 */
function livenessBound(
  config: TendermintConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const delay = network.deltaMicros + network.stepMicros * network.validatorCount;
  const gossip = BEATS_PER_ANSWER * (config.heartbeatMicros + delay);
  const steps = [config.propose, config.prevote, config.precommit];
  const lengthOf = (round: number): Micros => steps.reduce((sum, time) => sum + timeoutOf(time, round, null), 0);
  let round = 0;
  for (let passed = 0; passed < UNREST_MICROS && round < ROUNDS_MAX; round++) {
    passed += timeoutOf(config.precommit, round, null);
  }
  let bound = config.blockMicros + gossip;
  for (let needed = maxFaulty(network.validatorCount) + 2; needed > 0; round++) {
    if (round > ROUNDS_MAX) return Number.POSITIVE_INFINITY;
    if (steps.every((time) => timeoutOf(time, round, null) >= 2 * delay)) needed--;
    bound += lengthOf(round) + 3 * delay;
  }
  return bound;
}

/** Where timeouts hardly grow no bound is promised. */
const ROUNDS_MAX = 1000;
