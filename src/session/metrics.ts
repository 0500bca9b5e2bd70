/** The public metrics of a run, from what its hosts counted and its observers saw. A pure function of the status. */
import { type Micros, msFromMicros, SECOND } from '../core/time.ts';
import type { Work } from '../kernel/host/work.ts';
import type { RunPlan } from '../kernel/plan.ts';
import { DROP_REASONS } from '../kernel/trace/records.ts';
import type { Declaration } from '../protocols/protocol.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { Metrics } from './api.ts';
import { healthOf } from './health.ts';
import type { MeterReport } from './observers/meter.ts';

const NOTHING_METERED: MeterReport = {
  blocks: 0,
  transactions: 0,
  viewChanges: 0,
  blockLatencyMs: { count: 0, p50: null, p95: null, p99: null },
  transactionLatencyMs: { count: 0, p50: null, p95: null, p99: null },
  lastDecisionAt: null,
};

/** `declaration`: of the protocol that runs; `plan`: what it runs. Zeros where no meter watched the run. */
export function metricsOf(status: ExecutorStatus, declaration: Declaration, plan: RunPlan): Metrics {
  const { horizon, work } = status;
  const meter = (status.reports['meter'] as MeterReport | undefined) ?? NOTHING_METERED;
  const { blocks, transactions, viewChanges, blockLatencyMs, transactionLatencyMs } = meter;
  return {
    timeMs: msFromMicros(horizon),
    blocks,
    transactions,
    blocksPerSecond: perSecond(blocks, horizon),
    transactionsPerSecond: perSecond(transactions, horizon),
    blockLatencyMs,
    transactionLatencyMs,
    messages: messagesByType(work, declaration),
    messagesTotal: sum(work.copies),
    bytesTotal: sum(work.bytes),
    dropped: Object.fromEntries(DROP_REASONS.map((reason, code) => [reason, work.dropped[code] ?? 0])),
    viewChanges,
    signatures: { made: work.signed, verified: work.verified, cpuMs: msFromMicros(work.cpuMicros) },
    health: healthOf({ status, meter, plan, declaration }),
  };
}

function messagesByType(work: Work, { messages }: Declaration): Metrics['messages'] {
  const counted = messages.map(({ type }, position) => {
    return [type, { count: work.copies[position] ?? 0, bytes: work.bytes[position] ?? 0 }] as const;
  });
  return Object.fromEntries(counted);
}

const perSecond = (count: number, time: Micros): number => (time > 0 ? (count * SECOND) / time : 0);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
