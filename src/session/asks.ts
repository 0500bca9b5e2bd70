/** Questions about a run that change nothing. */
import { TestnetError } from '../core/problem.ts';
import { transferNameOf } from '../ledger/ledger.ts';
import type { Executor } from '../runtime/executor.ts';
import type { Metrics, NodeDetails, TransactionStatus } from './api.ts';
import { readId, readNode } from './inputs.ts';
import { metricsOf } from './metrics.ts';
import { type BatchReport, type Decided, DECIDED_QUESTION } from './observers/board.ts';
import type { Run } from './run.ts';
import { nodeDetails } from './state.ts';
import { type Crossing, transactionStatus } from './transactions.ts';

export async function askNode(run: Run, id: string): Promise<NodeDetails> {
  const report = await run.executor.inspect(readNode(id, run.executor.plan));
  if (report === null) throw new TestnetError('internal', `nobody hosts ${id}`);
  return nodeDetails(id, report);
}

export async function askTransaction(run: Run, id: string): Promise<TransactionStatus> {
  const name = transferNameOf(readId(id, 'transaction'));
  const report = name === null ? null : await run.executor.ask('board', name);
  return transactionStatus(id, name, report as BatchReport | null, await crossingOf(run));
}

/** Null where transactions stay within one shard. */
async function crossingOf({ protocol, executor }: Run): Promise<Crossing | null> {
  if (protocol.declaration.transactions === undefined) return null;
  const perShard = executor.plan.shards?.validatorsPerShard ?? 1;
  const decided = await askDecided(executor);
  return {
    hasEnded: (shard, slot) =>
      decided
        .slice(shard * perShard, (shard + 1) * perShard)
        .some((entries) => entries.findLast(({ height }) => height === slot) !== undefined),
  };
}

/** What each validator has decided, in its order. */
export async function askDecided(executor: Executor): Promise<Decided> {
  return ((await executor.ask('board', DECIDED_QUESTION)) as Decided | null) ?? [];
}

export async function askMetrics(run: Run): Promise<Metrics> {
  return metricsOf(await run.refresh(), run.protocol.declaration, run.executor.plan);
}

/** Terminates the worker behind a node. */
export async function killWorkerOf({ executor }: Run, id: string): Promise<void> {
  const index = readNode(id, executor.plan);
  if (executor.killWorker === undefined) throw new TestnetError('unsupported', `no worker to kill for ${id}`);
  await executor.killWorker(index);
}
