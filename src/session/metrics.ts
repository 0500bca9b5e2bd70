/** The public metrics of a run, from what its hosts counted and its observers saw. A pure function of the status. */
import { checksIn } from '../checks/report.ts';
import { type Micros, msFromMicros, SECOND } from '../core/time.ts';
import type { Work } from '../kernel/host/work.ts';
import type { RunPlan } from '../kernel/plan.ts';
import { DROP_REASONS } from '../kernel/trace/records.ts';
import type { Declaration } from '../protocols/protocol.ts';
import { describeFault } from '../runtime/describe-fault.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { Metrics } from './api.ts';
import type { MeterReport } from './observers/meter.ts';

/** A run is said to stall once it has waited so many times its mean time between blocks. */
const STALL_FACTOR = 5;
/** How long a run may take to its first block before it counts as stalled. */
const FIRST_BLOCK_MAX: Micros = 10 * SECOND;

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
    health: healthOf(status, meter, plan),
  };
}

function messagesByType(work: Work, { messages }: Declaration): Metrics['messages'] {
  const counted = messages.map(({ type }, position) => {
    return [type, { count: work.copies[position] ?? 0, bytes: work.bytes[position] ?? 0 }] as const;
  });
  return Object.fromEntries(counted);
}

/** Degraded while a check is violated, a fault is on, or blocks have stopped coming. */
function healthOf(status: ExecutorStatus, meter: MeterReport, plan: RunPlan): Metrics['health'] {
  const reasons = checksIn(status.reports)
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ name }) => `${name} is violated`);
  for (const { fault } of status.active) reasons.push(describeFault(fault, plan.validators.length));
  const stall = stallOf(status.horizon, meter);
  if (stall !== null) reasons.push(stall);
  return { status: reasons.length === 0 ? 'healthy' : 'degraded', reasons };
}

function stallOf(horizon: Micros, { blocks, lastDecisionAt }: MeterReport): string | null {
  const waited = horizon - (lastDecisionAt ?? 0);
  const allowed = lastDecisionAt === null ? FIRST_BLOCK_MAX : STALL_FACTOR * (lastDecisionAt / Math.max(1, blocks));
  return waited > allowed ? `no block for ${(waited / SECOND).toFixed(1)} s` : null;
}

const perSecond = (count: number, time: Micros): number => (time > 0 ? (count * SECOND) / time : 0);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
