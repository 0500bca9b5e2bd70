import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { DecidedBlock, Decision, Protocol, SignedRef } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { viewsBound } from '../common/views.ts';
import { adversary } from './adversary.ts';
import { configSchema, type FastPathConfig, parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { electorateAt } from './net.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { certificateOf, embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const fastpath: Protocol<State, Message, Timer, NoCommand, Durable, FastPathConfig> = {
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
  votes: (decision) => certificateOf({ block: decision.value as Block, ...(decision.certificate as Certificate) }),
  quorumAt,
  livenessBound,
};

interface Certificate {
  readonly view: number;
  readonly isFast: boolean;
  readonly votes: readonly SignedRef[];
}

function decidedBlock(block: Block): DecidedBlock {
  const { parent, height, stateRoot, proposer, batches } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches };
}

/** Everybody votes; how many it takes depends on the path, and on the fast quorum that the scenario sets. */
function quorumAt(
  decision: Decision,
  history: readonly DecidedBlock[],
  ctx: { readonly validatorCount: number; readonly config?: unknown },
): { readonly members: readonly NodeIndex[]; readonly quorum: number } {
  const { members, quorum, fastQuorum } = electorateAt(decision.slot, history, ctx);
  return { members, quorum: (decision.certificate as Certificate).isFast ? fastQuorum : quorum };
}

/** Message delays from a view's beginning to its decision: view changes, NEW-VIEW, VOTEs, COMMITs, and one to spare. */
const DELAYS_PER_VIEW = 5;

/**
 * After the network has calmed down: catch up (two status periods), then views until one is long enough and its primary is
 * correct. At most f primaries in a row fail, and views long before that point have ended. In each the fast path may fail first.
 */
function livenessBound(
  config: FastPathConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const delay = network.deltaMicros + network.stepMicros * network.validatorCount;
  const needed = DELAYS_PER_VIEW * delay + config.fastMicros;
  const caughtUp = config.blockMicros + 2 * (config.statusMicros + delay);
  return caughtUp + viewsBound(config.viewChangeMicros, needed, needed, network.validatorCount);
}
