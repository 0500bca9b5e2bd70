/** A short real run as judges hear it, to be played to them as it was or altered. */
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { FaultBody, FaultPlan, FaultTiming } from '../../kernel/plan.ts';
import type { DecideHighlight, Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { openInProcess } from '../../runtime/inprocess.ts';
import { planOf } from '../../runtime/testing/scenarios.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import { ENVIRONMENT } from '../../core/ids.ts';
import { Judge } from '../judge.ts';

export interface Tape {
  readonly world: WorldConstants;
  readonly highlights: readonly Highlight[];
}

/** Four validators that decide some blocks with transfers in them. */
export async function record(changes: Partial<ScenarioInput> = {}): Promise<Tape> {
  const plan = planOf({
    seed: 5,
    protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { ratePerSecond: 20, accounts: 10 },
    stop: { height: 4 },
    ...changes,
  });
  const highlights: Highlight[] = [];
  const tape: RunObserver = {
    name: 'tape',
    onHighlight: (highlight) => void highlights.push(highlight),
    onHorizon: () => undefined,
    report: () => null,
    capture: () => null,
    restore: () => undefined,
  };
  let world: WorldConstants | null = null;
  const executor = await openInProcess(plan, { keepWords: false, highlights: 'all' }, (known) => {
    world = known;
    return [tape];
  });
  executor.run({ until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null });
  if (world === null) throw new Error('the run has no world');
  return { world, highlights };
}

/** A judge that has heard all of it. */
export function judged({ world }: Tape, highlights: readonly Highlight[]): Judge {
  const judge = new Judge(world);
  for (const highlight of highlights) judge.onHighlight(highlight);
  return judge;
}

export function decisions(highlights: readonly Highlight[]): DecideHighlight[] {
  return highlights.filter((highlight) => highlight.kind === 'decide');
}

export function messages(highlights: readonly Highlight[]): MessageHighlight[] {
  return highlights.filter((highlight) => highlight.kind === 'message');
}

/** Replaces decisions as told; null leaves one out. */
export function redecide(
  highlights: readonly Highlight[],
  change: (highlight: DecideHighlight) => DecideHighlight | null,
): Highlight[] {
  return highlights.flatMap((highlight): Highlight[] => {
    if (highlight.kind !== 'decide') return [highlight];
    const changed = change(highlight);
    return changed === null ? [] : [changed];
  });
}

const TIMING: FaultTiming = { id: 'f0', at: 0, when: null, until: null, untilWhen: null };

export function fault(body: FaultBody, id = 'f0'): FaultPlan {
  return { ...TIMING, id, ...body };
}

export function begins(body: FaultBody, t: number, id = 'f0'): Highlight {
  return { kind: 'fault', t, node: ENVIRONMENT, fault: fault(body, id) };
}

export function ends(body: FaultBody, t: number, id = 'f0'): Highlight {
  return { kind: 'heal', t, node: ENVIRONMENT, fault: fault(body, id) };
}

export function liar(target: number): FaultBody {
  return { kind: 'byzantine', target, behaviour: 'equivocate', peers: null, types: null };
}

export function crash(target: number, disk: 'durable' | 'amnesia' | 'torn' = 'durable'): FaultBody {
  return { kind: 'crash', target, disk };
}
