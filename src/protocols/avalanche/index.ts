/** The Avalanche family, as the hosts, views and checkers see it. */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import type { NoCommand } from '../common/step.ts';
import type { DecidedBlock, Decision, Protocol } from '../protocol.ts';
import { adversary } from './adversary.ts';
import { type AvalancheConfig, configSchema, parseConfig, sampleSizeOf, thresholdOf } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage, type Vertex } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { embedded, meta, statement, vertexDigest } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const avalanche: Protocol<State, Message, Timer, NoCommand, Durable, AvalancheConfig> = {
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
  block: (value) => decidedBlock(value as Vertex),
  // Chits convince the one who asked, and nobody else.
  votes: () => [],
  quorumAt,
  livenessBound,
};

/** A vertex has several parents, of which the first is shown, and no state root: nodes accept in different orders. */
function decidedBlock(vertex: Vertex): DecidedBlock {
  const { slot, parents, issuer, batches } = vertex;
  const parent = parents[0] ?? GENESIS_HASH;
  return { hash: vertexDigest(vertex), parent, height: slot, stateRoot: GENESIS_HASH, proposer: issuer, batches };
}

function quorumAt(
  _decision: Decision,
  _history: readonly DecidedBlock[],
  { validatorCount }: { readonly validatorCount: number },
): { readonly members: readonly NodeIndex[]; readonly quorum: number } {
  const members = Array.from({ length: validatorCount }, (_, node) => node);
  return { members, quorum: declaration.quorum(validatorCount) };
}

/** Periods for what happened before to be fetched, built on and asked about. */
const CATCH_UP = 8;
/**
 * Promised in the DAG alone, where no sample can hold more than k − α faulty nodes and answers come in time: a virtuous vertex then
 * needs β1 polls about what builds on it, of which each period brings one from every correct node. Rivals may waver for ever, and
 * without DAG there are always two; there, and against more faulty nodes, the paper promises progress only with a probability
 * (analysis), and the time that is judged is what the configuration says.
 */
function livenessBound(
  config: AvalancheConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const { validatorCount, deltaMicros, stepMicros } = network;
  const faulty = maxFaulty(validatorCount);
  const spare = sampleSizeOf(config, validatorCount) - thresholdOf(config, validatorCount);
  const trip = 2 * (deltaMicros + stepMicros);
  if (config.mode !== 'avalanche') return config.patienceMicros ?? Number.POSITIVE_INFINITY;
  if (spare < faulty || trip > config.pollMicros) return Number.POSITIVE_INFINITY;
  const periods = Math.ceil(config.beta1 / Math.max(1, validatorCount - faulty)) + CATCH_UP;
  return periods * (config.issueMicros + config.pollMicros + trip);
}
