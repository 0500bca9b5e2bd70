/**
 * Runs csienslab/BFT-Simulator as it is, from its own files: its defaults (250 ms ± 50 ms, no faults, log off), a run at a time.
 * Nothing of it is changed; its modules are loaded with its own configuration object set to the wanted protocol and size.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RivalAnswer, RivalOrder } from './messages.ts';

type Handler = (this: unknown, event: unknown) => unknown;

/** As much of its simulator as is used here. */
interface Simulator {
  runOnce(): void;
  reset(): void;
  simulationResults: { readonly totalMsgCount: number }[];
  readonly Node: { readonly prototype: { onMsgEvent: Handler } };
}

/** Its own defaults, whatever the clone's were changed to. */
const DEFAULTS = {
  byzantineNodeNum: 0,
  lambda: 3,
  networkDelay: { mean: 0.25, std: 0.05 },
  logToFile: false,
  attacker: 'fail-stop',
};

/** Answers orders of the parent process until it is ended. `folder`: of the clone, absolute. */
export function serveRival(folder: string, now: () => number): void {
  let simulator: Simulator | null = null;
  process.on('message', (order: RivalOrder) => {
    let answer: RivalAnswer;
    try {
      simulator ??= load(folder, order);
      answer = order.budgetMs === 0 ? count(simulator, now) : repeat(simulator, order.budgetMs, now);
    } catch (error) {
      answer = { error: firstLine(error) };
    }
    process.send?.(answer);
  });
}

function load(folder: string, { protocol, nodeCount }: RivalOrder): Simulator {
  const require = createRequire(join(folder, 'simulator.js'));
  const config = require('./config.js') as Record<string, unknown>;
  Object.assign(config, DEFAULTS, { protocol, nodeNum: nodeCount });
  const Simulator = require('./simulator.js') as new (config: unknown) => Simulator;
  return new Simulator(config);
}

function repeat(simulator: Simulator, budgetMs: number, now: () => number): RivalAnswer {
  const began = now();
  let elapsedMs = 0;
  do {
    simulator.runOnce();
    simulator.reset();
    elapsedMs = now() - began;
  } while (elapsedMs < budgetMs);
  const results = simulator.simulationResults;
  const runs = results.length;
  const sent = results.reduce((sum, { totalMsgCount }) => sum + totalMsgCount, 0);
  simulator.simulationResults = [];
  if (runs === 0) throw new Error('a run ended without a decision');
  return { runs, elapsedMs, sent: Math.round(sent / runs), handled: 0 };
}

/** One run in which the messages that nodes handle are counted; measured ones go without. */
function count(simulator: Simulator, now: () => number): RivalAnswer {
  const { prototype } = simulator.Node;
  const original = prototype.onMsgEvent;
  let handled = 0;
  prototype.onMsgEvent = function onMsgEvent(event): unknown {
    handled++;
    return original.call(this, event);
  };
  try {
    return { ...repeat(simulator, 0, now), handled };
  } finally {
    prototype.onMsgEvent = original;
  }
}

/** Node writes which modules asked for a missing one below. */
function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] as string;
}
