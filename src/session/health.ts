/** The health monitor: five questions about a run, each answered with a reading and, where something is wrong, the reason. Pure. */
import type { JudgeReport } from '../checks/judge.ts';
import { checksIn } from '../checks/report.ts';
import { type Micros, SECOND } from '../core/time.ts';
import { type RunPlan, namingOf } from '../kernel/plan.ts';
import { DROP_REASONS } from '../kernel/trace/records.ts';
import type { Declaration } from '../protocols/protocol.ts';
import { describeFault } from '../runtime/describe-fault.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { Health, HealthMonitor } from './api.ts';
import type { MeterReport } from './observers/meter.ts';
import { isOrdered, valueWord } from './epochs.ts';
import { boardOf } from './state.ts';

/** A run is said to stall once it has waited so many times its mean time between blocks. */
const STALL_FACTOR = 5;
/** Less than this is no stall: many small decisions come in bursts, as the blocks of shards do. */
const STALL_MIN: Micros = SECOND;
/** How long a run may take to its first block before it counts as stalled. */
const FIRST_BLOCK_MAX: Micros = 10 * SECOND;
/** A leader is missed once a run has waited so many times its mean time between decisions: changing hands takes a moment. */
const LEADERLESS_FACTOR = 2;
/** Changes of leader for each decision beyond which electing leaders is what the testnet is busy with. */
const CHANGES_PER_BLOCK_MAX = 0.5;
const CHANGES_LEAST = 2;
/** The slowest hundredth may take so many times the median. */
const TAIL_FACTOR = 4;
const LATENCIES_LEAST = 8;
/** Share of copies that may be lost. */
const LOSS_MAX = 0.05;
const COPIES_LEAST = 100;
/** A validator takes part while it is no further behind the highest than this. */
const BEHIND_MAX = 2;
const ROLE_FIELD = 0;
const EPOCH_FIELD = 1;
const HEIGHT_FIELD = 2;

export interface HealthInputs {
  readonly status: ExecutorStatus;
  readonly meter: MeterReport;
  readonly plan: RunPlan;
  readonly declaration: Declaration;
}

type Finding = Pick<HealthMonitor, 'reading'> & { readonly reasons: readonly string[]; readonly failing?: boolean };

/** Degraded while a check is violated, a fault is on, blocks have stopped coming, or a reading is out of its bounds. */
export function healthOf(inputs: HealthInputs): Health {
  const monitors = [
    monitor('leader', 'Leader election', leaderElection(inputs)),
    monitor('latency', 'Latency', latency(inputs)),
    monitor('participation', 'Participation', participation(inputs)),
    monitor('progress', 'Progress', progress(inputs)),
    monitor('byzantine', 'Byzantine behaviour', byzantine(inputs)),
  ];
  const reasons = monitors.flatMap((entry) => entry.reasons);
  return { status: reasons.length === 0 ? 'healthy' : 'degraded', reasons, monitors };
}

function monitor(name: HealthMonitor['name'], title: string, { reading, reasons, failing }: Finding): HealthMonitor {
  const verdict = reasons.length === 0 ? 'healthy' : failing === true ? 'failing' : 'degraded';
  return { name, title, verdict, reading, reasons };
}

function leaderElection(inputs: HealthInputs): Finding {
  const { meter, declaration } = inputs;
  const { words, epochs } = declaration;
  const { blocks, viewChanges } = meter;
  const count = `${viewChanges} × ${words.change}`;
  const reasons: string[] = [];
  if (viewChanges >= CHANGES_LEAST && viewChanges > CHANGES_PER_BLOCK_MAX * blocks && epochs?.of !== 'node')
    reasons.push(`${count} for ${blocks} decisions`);
  if (declaration.hasLeader === false) return { reading: `nobody leads; ${count}`, reasons };
  const missed = leaderless(inputs);
  if (missed !== null) reasons.unshift(missed);
  return { reading: epochs?.rotate === true ? `another each ${words.epoch}; ${count}` : count, reasons };
}

/** What is said of a run that has waited for a leader; null while somebody leads where the furthest are, or may soon. */
function leaderless({ status, meter, declaration }: HealthInputs): string | null {
  const { words, epochs, fields: declared } = declaration;
  const { blocks, lastDecisionAt } = meter;
  if (lastDecisionAt === null || status.horizon - lastDecisionAt <= (LEADERLESS_FACTOR * lastDecisionAt) / blocks)
    return null;
  const standing = boardOf(status).nodes.flatMap(({ alive, fields }) => (alive && fields !== null ? [fields] : []));
  if (standing.length === 0) return null;
  const leads = (fields: readonly number[]) =>
    declared[ROLE_FIELD]?.values?.[fields[ROLE_FIELD] ?? -1] === words.leader;
  const top = Math.max(...standing.map((fields) => fields[HEIGHT_FIELD] ?? 0));
  // Where each slot counts its own epochs, those of another slot cannot be compared.
  const front = epochs === undefined ? standing.filter((fields) => fields[HEIGHT_FIELD] === top) : standing;
  const epoch = Math.max(0, ...front.map((fields) => fields[EPOCH_FIELD] ?? 0));
  if (front.some((fields) => leads(fields) && fields[EPOCH_FIELD] === epoch)) return null;
  return `nobody who is up leads ${words.epoch} ${epoch}`;
}

function latency({ status, meter, plan, declaration }: HealthInputs): Finding {
  const { p50, p99, count } = meter.blockLatencyMs;
  const reasons = faultsOf(status, plan, ['link', 'slow', 'message']);
  if (p50 !== null && p99 !== null && count >= LATENCIES_LEAST && p99 > TAIL_FACTOR * p50)
    reasons.push(`one ${valueWord(declaration)} in a hundred takes ${(p99 / p50).toFixed(1)} times the median`);
  const copies = status.work.copies.reduce((sum, value) => sum + value, 0);
  const lost = status.work.dropped[DROP_REASONS.indexOf('lost')] ?? 0;
  if (copies >= COPIES_LEAST && lost > LOSS_MAX * copies)
    reasons.push(`${((100 * lost) / copies).toFixed(0)} % of all copies were lost`);
  return { reading: p50 === null ? `no ${valueWord(declaration)} yet` : `${p50.toFixed(0)} ms median`, reasons };
}

function participation({ status, plan, declaration }: HealthInputs): Finding {
  const count = plan.validators.length;
  const nodes = boardOf(status).nodes.slice(0, count);
  const reasons = faultsOf(status, plan, ['crash', 'partition']);
  if (nodes.length === 0) return { reading: 'nobody has been heard', reasons };
  const heights = nodes.map(({ fields }) => fields?.[HEIGHT_FIELD] ?? 0);
  const top = Math.max(...heights);
  const keepsUp = (node: number): boolean => !isOrdered(declaration) || top - (heights[node] ?? 0) <= BEHIND_MAX;
  const taking = nodes.filter(({ alive }, node) => alive && keepsUp(node)).length;
  const quorum = declaration.quorum(count);
  if (taking < quorum) reasons.push(`${taking} of ${count} take part, ${quorum} are a quorum`);
  else if (taking < count && reasons.length === 0)
    reasons.push(`${count - taking} of ${count} are ${isOrdered(declaration) ? 'behind or ' : ''}down`);
  return { reading: `${taking} of ${count}`, reasons, failing: taking < quorum };
}

function progress({ status, meter, declaration }: HealthInputs): Finding {
  const { blocks, lastDecisionAt } = meter;
  const waited = status.horizon - (lastDecisionAt ?? 0);
  const usual = STALL_FACTOR * ((lastDecisionAt ?? 0) / Math.max(1, blocks));
  const allowed = lastDecisionAt === null ? FIRST_BLOCK_MAX : Math.max(STALL_MIN, usual);
  const stalled = waited > allowed;
  const reasons = stalled ? [`no ${valueWord(declaration)} for ${(waited / SECOND).toFixed(1)} s`] : [];
  return { reading: `${blocks} decided, the last ${(waited / SECOND).toFixed(1)} s ago`, reasons, failing: stalled };
}

function byzantine({ status, plan }: HealthInputs): Finding {
  const judged = status.reports['judge'] as JudgeReport | undefined;
  // A formula that somebody wrote may fail although everybody behaves.
  const violated = checksIn(status.reports).filter(({ verdict, kind }) => verdict === 'violated' && kind !== 'ltl');
  const refused = (['bad-signature', 'malformed', 'unknown-sender'] as const).reduce(
    (sum, reason) => sum + (status.work.dropped[DROP_REASONS.indexOf(reason)] ?? 0),
    0,
  );
  const evidence = judged?.evidenceCount ?? 0;
  const reasons = violated.map(({ name }) => `${name} is violated`);
  reasons.push(...faultsOf(status, plan, ['byzantine']));
  if (evidence > 0) reasons.push(`${evidence} ${evidence === 1 ? 'proof' : 'proofs'} that somebody lied`);
  return { reading: `${evidence} proofs, ${refused} refused`, reasons, failing: violated.length > 0 };
}

/** Faults of these kinds that are on, in words. */
function faultsOf({ active }: ExecutorStatus, plan: RunPlan, kinds: readonly string[]): string[] {
  return active.flatMap(({ fault }) => (kinds.includes(fault.kind) ? [describeFault(fault, namingOf(plan))] : []));
}
