/** Atomic commit between shards, as the hosts, views and checkers see it. */
import { SECOND, type Micros } from '../../core/time.ts';
import type { Protocol } from '../protocol.ts';
import { adversary } from './adversary.ts';
import { client } from './client.ts';
import { configSchema, parseConfig, type ShardedConfig } from './config.ts';
import { declaration } from './describe.ts';
import { type Ending, outcomeDigest } from './finish.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { type Command, step } from './step.ts';

export const sharded: Protocol<State, Message, Timer, Command, Durable, ShardedConfig> = {
  declaration,
  mutants,
  parseConfig,
  configSchema,
  validator: {
    create: createState,
    recover,
    step,
    timerKey: (timer) => ('slot' in timer ? `${timer.kind} ${timer.slot}` : timer.kind),
    observe,
    inspect,
  },
  client,
  properties,
  parseMessage,
  meta,
  statement,
  embedded,
  adversary,
  block(value) {
    const { outcome, transaction } = value as Ending;
    const { slot = 0, digest = '', signed, shards = [] } = transaction ?? {};
    return {
      hash: outcomeDigest(digest, outcome),
      parent: '',
      height: slot,
      stateRoot: '',
      proposer: shards[0] ?? 0,
      batches: outcome === 'commit' && signed !== undefined ? [signed] : [],
      aborted: outcome === 'abort' && signed !== undefined ? [signed] : [],
      shards,
    };
  },
  votes: () => [],
  quorumAt: (_decision, _history, { validatorCount }) => ({
    members: Array.from({ length: validatorCount }, (_, node) => node),
    quorum: validatorCount,
  }),
  livenessBound,
};

/** Attempts in a row that may come to nothing: ballots that meet, answers that cross. */
const ATTEMPTS = 6;

/**
 * From the prepare on, a transaction ends once its coordinator has given up, or has restarted, and everybody has asked. Where
 * no transactions come, nothing is decided, and nothing promised.
 */
function livenessBound(
  { prepareMicros, retryMaxMicros, lockWaitMicros, clientRetryMicros }: ShardedConfig,
  network: { readonly deltaMicros: Micros; readonly stepMicros: Micros; readonly ratePerSecond?: number },
): Micros {
  const { ratePerSecond } = network;
  if (ratePerSecond === 0) return Number.POSITIVE_INFINITY;
  const gap = ratePerSecond === undefined ? 0 : Math.ceil(SECOND / ratePerSecond);
  const delay = network.deltaMicros + network.stepMicros;
  return prepareMicros + lockWaitMicros + ATTEMPTS * (2 * retryMaxMicros + 4 * delay) + clientRetryMicros + 2 * gap;
}
