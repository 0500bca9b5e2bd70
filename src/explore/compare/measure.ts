/** One run of a comparison, in this thread, and what it showed. */
import { checksIn } from '../../checks/report.ts';
import { required } from '../../core/assert.ts';
import { type Micros, microsFromMs, msFromMicros, SECOND } from '../../core/time.ts';
import type { Declaration, PhaseRole } from '../../protocols/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type InProcessExecutor, openInProcess } from '../../runtime/inprocess.ts';
import {
  compileScenario,
  type FaultInput,
  nodeNames,
  type Scenario,
  validatorCount,
  namingOfScenario,
} from '../../scenario/index.ts';
import type { Metrics } from '../../session/api.ts';
import { runObservers } from '../../session/index.ts';
import { metricsOf } from '../../session/metrics.ts';
import { leaderOf, nodeSummaries } from '../../session/state.ts';
import { checked } from '../plain.ts';
import { toleratedBy } from './cases.ts';
import { goesOn, Pace, type PaceReport } from './pace.ts';
import type { Aim, Cell, Measured, PhaseCount } from './types.ts';

/** A run that stops by height is given up here. Virtual µs. */
const RUN_LIMIT: Micros = 600 * SECOND;
/** So often progress is reported. */
const SLICES = 20;
/** A slow node computes so many times slower. */
export const SLOW_FACTOR = 400;

const PHASES: readonly PhaseRole[] = ['propose', 'first', 'second', 'third', 'change', 'cross', 'sync', 'client'];

/** `onProgress`: share of virtual time that has passed, 0 … 1. @throws TestnetError `bad-input` for faults that do not fit */
export async function measure(cell: Cell, onProgress: (share: number) => void = () => undefined): Promise<Measured> {
  const aimed = cell.aim === null ? { scenario: cell.scenario, notes: [] } : await takeAim(cell.scenario, cell.aim);
  const { scenario } = aimed;
  const protocol = required(PROTOCOLS.get(scenario.protocol.name), 'the protocol of a cell');
  const run = await open(scenario);
  await runToEnd(run, onProgress);
  const status = await run.status();
  const metrics = metricsOf(status, protocol.declaration, run.plan);
  const pace = status.reports['pace'] as PaceReport;
  const violated = checksIn(status.reports, true)
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ name, atMs, detail }) => ({ name, atMs, detail }));
  const phases = phasesOf(metrics, protocol.declaration);
  const between = phases.filter(({ phase }) => phase !== 'client');
  return {
    validatorCount: validatorCount(scenario),
    faultCount: scenario.faults.length,
    tolerates: toleratedBy(protocol, validatorCount(scenario)),
    isBeyondModel: pace.isBeyondModel,
    fingerprint: run.fingerprintNow(),
    timeMs: msFromMicros(status.horizon),
    events: status.events,
    decisions: pace.height,
    phases,
    messages: between.reduce((sum, { count }) => sum + count, 0),
    bytes: between.reduce((sum, { bytes }) => sum + bytes, 0),
    blockLatencyMs: metrics.blockLatencyMs,
    transactionLatencyMs: metrics.transactionLatencyMs,
    blocksPerSecond: metrics.blocksPerSecond,
    transactionsPerSecond: metrics.transactionsPerSecond,
    viewChanges: metrics.viewChanges,
    signatures: { made: metrics.signatures.made, verified: metrics.signatures.verified },
    longestPauseMs: msFromMicros(pace.longestPause),
    lastDecisionMs: pace.lastDecisionAt === null ? null : msFromMicros(pace.lastDecisionAt),
    goesOn: goesOn(pace, status.horizon),
    violated,
    scenario,
    notes: [...cell.notes, ...aimed.notes],
  };
}

function open(scenario: Scenario): Promise<InProcessExecutor> {
  const options = { keepWords: false, highlights: 'all' } as const;
  const plan = compileScenario(scenario, PROTOCOLS);
  return openInProcess(plan, options, (world) => [...runObservers(world), new Pace(world)]);
}

async function runToEnd(run: InProcessExecutor, onProgress: (share: number) => void): Promise<void> {
  const end = run.plan.stop.at ?? RUN_LIMIT;
  const slice = Math.ceil(end / SLICES);
  for (let until = slice; ; until += slice) {
    const { reason } = run.run({ until, windows: Number.POSITIVE_INFINITY, goal: null });
    onProgress(Math.min(1, until / end));
    // Lets a progress bar or a cancel in between.
    await Promise.resolve();
    if (reason !== 'limit' || until >= end) return;
  }
}

/**
 * The scenario with the faults aimed at whoever leads when they begin. Runs are exact: until then the run with the faults is the
 * one without them.
 */
export async function takeAim(
  scenario: Scenario,
  aim: Aim,
): Promise<{ readonly scenario: Scenario; readonly notes: readonly string[] }> {
  const { declaration } = required(PROTOCOLS.get(scenario.protocol.name), 'the protocol of a cell');
  const run = await open(scenario);
  run.run({ until: microsFromMs(aim.atMs), windows: Number.POSITIVE_INFINITY, goal: null });
  const count = validatorCount(scenario);
  const leader = leaderOf(nodeSummaries(await run.status(), declaration, namingOfScenario(scenario)), declaration);
  const names = nodeNames(scenario).slice(0, count);
  const start = leader === null ? 0 : names.indexOf(leader) + (aim.from === 'leader' ? 0 : 1);
  const targets = Array.from({ length: aim.count }, (_, i) => names[(start + i) % count] as string);
  const peers = fooledHalf(names, targets);
  const faults = targets.map((target) => faultOn(target, aim, declaration, peers));
  const who = leader === null ? 'nobody leads' : `${declaration.words.leader} then: ${leader}`;
  return {
    scenario: checked({ ...scenario, faults: [...scenario.faults, ...faults] }),
    notes: [`${targets.join(', ')} from ${aim.atMs} ms on (${who})`],
  };
}

/**
 * Liars tell one story to each other and to half of the correct nodes, and another to the rest: with f+1 liars among 3f+1 both
 * halves can be quorums.
 */
function fooledHalf(names: readonly string[], liars: readonly string[]): string[] {
  const correct = names.filter((name) => !liars.includes(name));
  const half = correct.slice(0, Math.floor(correct.length / 2));
  return names.filter((name) => liars.includes(name) || half.includes(name));
}

function faultOn(
  target: string,
  { what, atMs }: Aim,
  { behaviours }: Declaration,
  peers: readonly string[],
): FaultInput {
  if (what === 'crash') return { kind: 'crash', target, at: atMs };
  if (what === 'slow') return { kind: 'slow', target, factor: SLOW_FACTOR, at: atMs };
  // Every protocol has messages that can be kept from some; telling two stories takes a hook of its own.
  const behaviour = behaviours.includes('equivocate') ? 'equivocate' : 'selective';
  return { kind: 'byzantine', target, behaviour, peers: [...peers], at: atMs };
}

function phasesOf({ messages }: Metrics, declaration: Declaration): PhaseCount[] {
  return PHASES.flatMap((phase) => {
    let [count, bytes] = [0, 0];
    for (const kind of declaration.messages) {
      if (kind.phase !== phase) continue;
      count += messages[kind.type]?.count ?? 0;
      bytes += messages[kind.type]?.bytes ?? 0;
    }
    return count === 0 ? [] : [{ phase, count, bytes }];
  });
}
