import { msFromMicros, type Micros } from '../core/time.ts';
import type { TransferName } from '../ledger/ledger.ts';
import type { TransactionStatus } from './api.ts';
import type { BatchReport } from './observers/board.ts';

/** Life of one transfer, from the standing of the batch it came in. */
export function transactionStatus(
  id: string,
  name: TransferName | null,
  report: BatchReport | null,
  crossing: Crossing | null = null,
): TransactionStatus {
  const ms = (at: Micros | null | undefined): number | null => (at == null ? null : msFromMicros(at));
  const status = statusOf(name, report);
  return {
    id,
    status,
    shards: (report?.shards ?? []).map((shard) => `s${shard}`),
    phase: (crossing === null ? PHASES : CROSSING_PHASES)[status],
    times: {
      submittedMs: ms(report?.submittedAt),
      proposedMs: ms(report?.proposedAt),
      decidedMs: ms(report?.decidedAt),
    },
    block: report?.block ?? null,
    ...(crossing === null || report === null ? {} : progressOf(report, crossing)),
  };
}

/** What is known where transactions cross shards. */
export interface Crossing {
  /** Whether some validator of a shard has decided a slot. */
  hasEnded(shard: number, slot: number): boolean;
}

function progressOf(
  { block, shards }: BatchReport,
  crossing: Crossing,
): Pick<TransactionStatus, 'perShard' | 'complete'> {
  if (block === null || shards.length === 0) return {};
  const perShard = shards.map((shard) => ({ shard: `s${shard}`, ended: crossing.hasEnded(shard, block.height) }));
  return { perShard, complete: perShard.filter(({ ended }) => ended).length / perShard.length };
}

const PHASES: Readonly<Record<TransactionStatus['status'], string>> = {
  unknown: 'no client has sent it',
  submitted: 'waits in the mempools',
  included: 'in a proposed block',
  decided: 'final',
  refused: 'final, without effect: too few units',
};

const CROSSING_PHASES: Readonly<Record<TransactionStatus['status'], string>> = {
  unknown: 'no client has sent it',
  submitted: 'handed to its coordinator',
  included: 'prepared: shards lock and vote',
  decided: 'committed',
  refused: 'aborted: without effect at any shard',
};

function statusOf(name: TransferName | null, report: BatchReport | null): TransactionStatus['status'] {
  if (name === null || report === null) return 'unknown';
  if (report.decidedAt !== null) return report.refused.includes(name.position) ? 'refused' : 'decided';
  return report.proposedAt === null ? 'submitted' : 'included';
}
