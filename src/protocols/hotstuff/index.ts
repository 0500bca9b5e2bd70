/** HotStuff, basic and chained, as the hosts, views and checkers see it. */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty, quorumSize } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { DecidedBlock, Decision, Protocol } from '../protocol.ts';
import type { NoCommand } from '../common/step.ts';
import { adversary } from './adversary.ts';
import { configSchema, type HotStuffConfig, parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { inspect, observe } from './inspect.ts';
import { type Message, parseMessage, type Qc } from './messages.ts';
import { mutants } from './mutants.ts';
import { properties } from './properties.ts';
import { recover } from './recover.ts';
import { embedded, meta, statement, votesOf } from './signing.ts';
import { createState, type Durable, type State, type Timer } from './state.ts';
import { step } from './step.ts';
import { MAX_LENGTHENINGS, viewMicros } from './view.ts';

export const hotstuff: Protocol<State, Message, Timer, NoCommand, Durable, HotStuffConfig> = {
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
  votes: (decision) => votesOf(decision.certificate as Qc),
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
  return { members: Array.from({ length: validatorCount }, (_, node) => node), quorum: quorumSize(validatorCount) };
}

/** Message delays from wanting a view to its end: NEW-VIEW, four times out and back in the basic form, one to spare. */
const DELAYS_PER_VIEW = { basic: 9, chained: 5, 'two-chain': 5 } as const;

/** How much longer than necessary views may have become before the network calmed down. */
const SPARE_LENGTHENINGS = 3;

/**
 * After the network has calmed down: what was lost is said again (two periods); then views become long enough, and of leaders in
 * turn at most f fail. A failed leader of the chained form costs two timeouts, since it was to collect the votes of the view
 * before. Among 3f+1 leaders three correct ones stand in a row, and three certified blocks in a row decide.
 */
function livenessBound(
  config: HotStuffConfig,
  network: { readonly deltaMicros: Micros; readonly validatorCount: number; readonly stepMicros: Micros },
): Micros {
  const { validatorCount } = network;
  const delay = network.deltaMicros + network.stepMicros * validatorCount;
  const needed = DELAYS_PER_VIEW[config.mode] * delay;
  let enough = 0;
  while (enough < MAX_LENGTHENINGS && viewMicros(enough, config) < needed + config.blockMicros) enough++;
  let bound = 2 * (config.statusMicros + delay) + validatorCount * (config.blockMicros + needed);
  for (let timeouts = enough + maxFaulty(validatorCount) + SPARE_LENGTHENINGS; timeouts >= 0; timeouts--) {
    bound += 2 * (viewMicros(timeouts, config) + delay);
  }
  return bound;
}
