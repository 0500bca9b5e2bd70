import type { NodeIndex } from '../core/ids.ts';
import { nodeName } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import { namingOf, type RunPlan } from '../kernel/plan.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { RunStatus, Speed } from './api.ts';
import { interventionsOf } from './catch.ts';
import { metricsOf } from './metrics.ts';
import type { Run } from './run.ts';
import { activeFaults, checksOf, leaderOf, nodeSummaries, viewOf } from './state.ts';
import type { Frame } from './view.ts';

export interface FrameInputs {
  readonly previous: Frame | null;
  readonly status: RunStatus;
  readonly speed: Speed;
  readonly playhead: Micros;
  readonly following: boolean;
  readonly fingerprint: string;
  readonly notice: string | null;
}

type Slow = Pick<Frame, 'checks' | 'faults' | 'metrics' | 'leader' | 'view' | 'height'>;

/** What only changes when the executor reports: computed once a report. */
const slowParts = new WeakMap<ExecutorStatus, Slow>();
const nodeLists = new WeakMap<RunPlan, Frame['nodes']>();

/** The moment nearest to `at` that can be looked at; null for what is no moment: the head. */
export function momentIn({ store, horizon }: Run, at: Micros | null): Micros | null {
  if (at === null || !Number.isFinite(at)) return null;
  return Math.max(store.beginsAt, Math.min(Math.round(at), horizon));
}

/** The live frame of a run. Parts that did not change keep their identity, so that the page renders nothing twice. */
export function frameOf(run: Run, inputs: FrameInputs): Frame {
  const { executor, protocol } = run;
  const { info, plan } = executor;
  const slow = slowPartOf(run);
  const suite = plan.validators[0]?.suite ?? '';
  return {
    runId: run.runId,
    scenario: run.scenario,
    declaration: protocol.declaration,
    nodes: nodesOf(plan),
    status: inputs.status,
    speed: inputs.speed,
    head: run.horizon,
    playhead: inputs.playhead,
    following: inputs.following,
    eventCount: run.store.eventCount,
    trace: { beginsAt: run.store.beginsAt, isLoading: run.shelf.isLoading },
    fingerprint: inputs.fingerprint,
    interventions: interventionsOf(run),
    ...slow,
    runtime: {
      executor: info.kind,
      workers: info.workers,
      suite,
      engine: info.engine,
      verifyAhead: info.verifyAhead,
      notice: inputs.notice,
    },
  };
}

function slowPartOf(run: Run): Slow {
  const known = slowParts.get(run.status);
  if (known !== undefined) return known;
  const { declaration } = run.protocol;
  const { plan } = run.executor;
  const naming = namingOf(plan);
  const nodes = nodeSummaries(run.status, declaration, naming);
  const slow: Slow = {
    checks: checksOf(run.status),
    faults: activeFaults(run.status, naming),
    metrics: metricsOf(run.status, declaration, plan),
    leader: leaderOf(nodes, declaration),
    view: viewOf(nodes),
    height: run.status.height,
  };
  slowParts.set(run.status, slow);
  return slow;
}

function nodesOf(plan: RunPlan): Frame['nodes'] {
  const known = nodeLists.get(plan);
  if (known !== undefined) return known;
  const count = plan.validators.length;
  const naming = namingOf(plan);
  const validators = plan.validators.map(({ region, stake, suite }, index: NodeIndex) => {
    return { id: nodeName(index, naming), index, kind: 'validator' as const, region, stake, suite };
  });
  const suite = plan.validators[0]?.suite ?? '';
  const clients = Array.from({ length: plan.clientCount }, (_, position) => {
    const index = count + position;
    const region = plan.validators[position % count]?.region ?? '';
    return { id: nodeName(index, naming), index, kind: 'client' as const, region, stake: 0, suite };
  });
  const nodes = [...validators, ...clients];
  nodeLists.set(plan, nodes);
  return nodes;
}
