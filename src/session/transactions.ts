import { msFromMicros, type Micros } from '../core/time.ts';
import type { TransferName } from '../ledger/ledger.ts';
import type { TransactionStatus } from './api.ts';
import type { BatchReport } from './observers/board.ts';

/** Life of one transfer, from the standing of the batch it came in. */
export function transactionStatus(
  id: string,
  name: TransferName | null,
  report: BatchReport | null,
): TransactionStatus {
  const ms = (at: Micros | null | undefined): number | null => (at == null ? null : msFromMicros(at));
  const status = statusOf(name, report);
  return {
    id,
    status,
    shards: (report?.shards ?? []).map((shard) => `s${shard}`),
    phase: PHASES[status],
    times: {
      submittedMs: ms(report?.submittedAt),
      proposedMs: ms(report?.proposedAt),
      decidedMs: ms(report?.decidedAt),
    },
    block: report?.block ?? null,
  };
}

const PHASES: Readonly<Record<TransactionStatus['status'], string>> = {
  unknown: 'no client has sent it',
  submitted: 'waits in the mempools',
  included: 'in a proposed block',
  decided: 'final',
  refused: 'final, without effect: too few units',
};

function statusOf(name: TransferName | null, report: BatchReport | null): TransactionStatus['status'] {
  if (name === null || report === null) return 'unknown';
  if (report.decidedAt !== null) return report.refused.includes(name.position) ? 'refused' : 'decided';
  return report.proposedAt === null ? 'submitted' : 'included';
}
