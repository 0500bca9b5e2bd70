/** Questions about a run that change nothing. */
import { TestnetError } from '../core/problem.ts';
import { transferNameOf } from '../ledger/ledger.ts';
import type { Metrics, NodeDetails, TransactionStatus } from './api.ts';
import { readId, readNode } from './inputs.ts';
import { metricsOf } from './metrics.ts';
import type { BatchReport } from './observers/board.ts';
import type { Run } from './run.ts';
import { boardOf, nodeDetails } from './state.ts';
import { type Crossing, transactionStatus } from './transactions.ts';

export async function askNode(run: Run, id: string): Promise<NodeDetails> {
  const report = await run.executor.inspect(readNode(id, run.executor.plan));
  if (report === null) throw new TestnetError('internal', `nobody hosts ${id}`);
  return nodeDetails(id, report);
}

export async function askTransaction(run: Run, id: string): Promise<TransactionStatus> {
  const name = transferNameOf(readId(id, 'transaction'));
  const report = name === null ? null : await run.executor.ask('board', name);
  return transactionStatus(id, name, report as BatchReport | null, crossingOf(run));
}

/** Null where transactions stay within one shard. */
function crossingOf({ status, protocol, executor }: Run): Crossing | null {
  if (protocol.declaration.transactions === undefined) return null;
  const perShard = executor.plan.shards?.validatorsPerShard ?? 1;
  const { decided } = boardOf(status);
  return {
    hasEnded: (shard, slot) =>
      decided
        .slice(shard * perShard, (shard + 1) * perShard)
        .some((entries) => entries.findLast(({ height }) => height === slot) !== undefined),
  };
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
