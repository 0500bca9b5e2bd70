import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { DecidedBlock, Protocol, SignedRef } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { viewsBound } from '../common/views.ts';
import { adversary } from './adversary.ts';
import { configSchema, parseConfig, type SvbftConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage } from './messages.ts';
import { mutants } from './mutants.ts';
import { electorateAt } from './net.ts';
import { recover } from './recover.ts';
import { commitsOf, embedded, meta, statement } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';

export const svbft: Protocol<State, Message, Timer, NoCommand, Durable, SvbftConfig> = {
  declaration,
  mutants,
  parseConfig,
  configSchema,
  validator: { create: createState, recover, step, timerKey: (timer) => timer.kind, observe, inspect },
  parseMessage,
  meta,
  statement,
  embedded,
  adversary,
  block: (value) => decidedBlock(value as Block),
  votes: (decision) => commitsOf({ block: decision.value as Block, ...(decision.certificate as CommitCertificate) }),
  quorumAt: ({ slot }, history, ctx) => electorateAt(slot, history, ctx),
  livenessBound,
};

interface CommitCertificate {
  readonly view: number;
  readonly votes: readonly SignedRef[];
}

function decidedBlock(block: Block): DecidedBlock & { readonly validators: readonly NodeIndex[] | null } {
  const { parent, height, stateRoot, proposer, batches, validators } = block;
  return { hash: blockHash(block), parent, height, stateRoot, proposer, batches, validators };
}

/** Message delays from a view's beginning to its decision: view changes, NEW-VIEW, PREPAREs, COMMITs, and one to spare. */
const DELAYS_PER_VIEW = 5;

/**
 * After the network has calmed down: catch up (two status periods), then views until one is long enough and its primary is
 * correct. At most f primaries in a row fail, and views long before that point have ended.
 */
function livenessBound(
  config: SvbftConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const delay = network.deltaMicros + network.stepMicros * network.validatorCount;
  const needed = DELAYS_PER_VIEW * delay;
  const caughtUp = config.blockMicros + 2 * (config.statusMicros + delay);
  return caughtUp + viewsBound(config.viewChangeMicros, needed, needed, network.validatorCount);
}
