/** The public state of a run, from what its observers report. Pure functions. */
import type { Naming, NodeIndex } from '../core/ids.ts';
import { nodeName } from '../core/ids.ts';
import { microsFromMs, msFromMicros } from '../core/time.ts';
import type { Declaration } from '../protocols/protocol.ts';
import type { HostReport } from '../kernel/host/snapshot.ts';
import { describeFault } from '../runtime/describe-fault.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { FaultPlan } from '../kernel/plan.ts';
import { checksIn } from '../checks/report.ts';
import type { ActiveFault, CheckResult, NodeDetails, NodeSummary, RunStatus, TestnetState } from './api.ts';
import type { ViolationMark } from './trace-view/index.ts';
import type { BoardReport, Decided, NodeStanding } from './observers/board.ts';

/** Positions of the six fields that every protocol declares first. */
const FIELD = { role: 0, epoch: 1, height: 2, phase: 3 } as const;

export function boardOf(status: ExecutorStatus): BoardReport {
  return (status.reports['board'] as BoardReport | undefined) ?? { nodes: [], transactions: [] };
}

export function activeFaults(status: ExecutorStatus, naming: Naming): ActiveFault[] {
  return status.active.map(({ fault, since }) => ({
    id: fault.id,
    kind: fault.kind,
    targets: targetsOf(fault).map((node) => nodeName(node, naming)),
    text: describeFault(fault, naming),
    sinceMs: msFromMicros(since),
  }));
}

export function targetsOf(fault: FaultPlan): readonly NodeIndex[] {
  if (fault.kind === 'partition') return fault.groups.flat();
  if (fault.kind === 'link') return [...new Set([...fault.from, ...fault.to])];
  if (fault.kind === 'message') return [fault.origin, ...(fault.to ?? [])];
  return [fault.target];
}

export function nodeSummaries(status: ExecutorStatus, declaration: Declaration, naming: Naming): NodeSummary[] {
  return boardOf(status).nodes.map((standing, node) => {
    const client = node >= naming.validatorCount;
    return {
      id: nodeName(node, naming),
      kind: client ? 'client' : 'validator',
      alive: standing.alive,
      byzantine: standing.byzantine !== null,
      role: client ? 'client' : enumValue(declaration, FIELD.role, standing),
      view: Math.max(0, standing.fields?.[FIELD.epoch] ?? 0),
      height: Math.max(0, standing.fields?.[FIELD.height] ?? 0),
      phase: client ? '' : enumValue(declaration, FIELD.phase, standing),
    };
  });
}

/** What is said of every check, by whoever judges it. */
export function checksOf(status: ExecutorStatus): readonly CheckResult[] {
  return checksIn(status.reports, status.finished);
}

/** Broken checks as the timeline marks them. */
export function violationsOf(status: ExecutorStatus): ViolationMark[] {
  return checksOf(status).flatMap(({ name, atMs, detail }) =>
    atMs === null ? [] : [{ name, at: microsFromMs(atMs), detail }],
  );
}

/** The leader that the most advanced live nodes see: in the leader's role at the largest (height, view); null where there is none. */
export function leaderOf(nodes: readonly NodeSummary[], declaration: Declaration): string | null {
  if (declaration.hasLeader === false) return null;
  let leader: NodeSummary | null = null;
  for (const node of nodes) {
    if (!node.alive || node.role !== declaration.words.leader) continue;
    if (leader === null || node.height > leader.height || (node.height === leader.height && node.view > leader.view)) {
      leader = node;
    }
  }
  return leader?.id ?? null;
}

/** The view in which the most advanced nodes work on the next height. */
export function viewOf(nodes: readonly NodeSummary[]): number {
  const live = nodes.filter(({ alive, kind }) => alive && kind === 'validator');
  const height = live.reduce((top, node) => Math.max(top, node.height), 0);
  return live.reduce((top, node) => (node.height === height ? Math.max(top, node.view) : top), 0);
}

export function testnetState(
  status: ExecutorStatus,
  decided: Decided,
  declaration: Declaration,
  naming: Naming,
  runStatus: RunStatus,
): TestnetState {
  const nodes = nodeSummaries(status, declaration, naming);
  return {
    timeMs: msFromMicros(status.horizon),
    status: runStatus,
    height: status.height,
    decided: Object.fromEntries(decided.map((blocks, node) => [nodeName(node, naming), blocks])),
    leader: leaderOf(nodes, declaration),
    view: viewOf(nodes),
    nodes,
    faults: activeFaults(status, naming),
  };
}

/** What one node knows, as the public contract shows it. */
export function nodeDetails(id: string, report: HostReport): NodeDetails {
  const { knowledge, alive, byzantine, timers, cpuFreeAt, inboxLength } = report;
  const known = knowledge ?? DOWN;
  return {
    ...known,
    id,
    view: known.epoch,
    alive,
    byzantine,
    timers: timers.map(({ timer, due }) => ({ timer, dueMs: msFromMicros(due) })),
    cpuBusyUntilMs: msFromMicros(cpuFreeAt),
    inboxLength,
  };
}

const DOWN: NonNullable<HostReport['knowledge']> = {
  role: 'down',
  epoch: 0,
  height: 0,
  phase: 'down',
  lock: null,
  certificates: [],
  log: [],
  ledgerRoot: null,
  balances: [],
  mempoolSize: 0,
  details: {},
};

function enumValue(declaration: Declaration, field: number, standing: NodeStanding): string {
  const code = standing.fields?.[field] ?? -1;
  return declaration.fields[field]?.values?.[code] ?? '';
}
