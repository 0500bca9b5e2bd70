/**
 * When did it become inevitable? From snapshots along a run that ends in a violation, many futures are run: the same states and
 * messages in flight, faults in force go on and end as planned, but no fault that has not begun yet ever does, and every
 * link draws its latencies and losses from another stream. The share of futures that ends in the same violation nevertheless
 * is the answer for that moment: an estimate from samples.
 */
import type { NodeIndex } from '../core/ids.ts';
import { PURPOSE, streamKey } from '../core/prng.ts';
import { microsFromMs, msFromMicros } from '../core/time.ts';
import type { HostSnapshot } from '../kernel/host/snapshot.ts';
import type { FaultPlan } from '../kernel/plan.ts';
import type { RunSnapshot } from '../runtime/executor.ts';
import { packHosts, unpackHosts } from '../runtime/hosts.ts';
import type { Scenario } from '../scenario/index.ts';
import { openJudged, probe } from './probe.ts';

export interface Moment {
  /** Virtual ms of the snapshot. */
  readonly atMs: number;
  readonly futures: number;
  /** Futures in which the check was violated before the end. */
  readonly violated: number;
}

export interface FutureOptions {
  readonly check: string;
  /** Snapshots along the run, evenly spaced from the start to the violation. */
  readonly moments: number;
  readonly futuresPerMoment: number;
  onProgress?(done: number, total: number): void;
  /** Asked between futures: true ends early with the moments so far. */
  isCancelled?(): boolean;
}

/** Beyond the recorded run a future gets this much more time, virtual ms: bad luck may come later. */
const EXTRA_MS = 2000;

/** Moments in ascending order. Empty when the scenario does not violate the check. */
export async function futures(scenario: Scenario, options: FutureOptions): Promise<Moment[]> {
  const { check, moments: count, futuresPerMoment } = options;
  const { findings } = await probe(scenario, check);
  const finding = findings.find((each) => each.check === check);
  if (finding === undefined) return [];
  const endMs = Math.max(finding.atMs, scenario.stop.ms ?? 0) + EXTRA_MS;
  const longer: Scenario = { ...scenario, stop: { height: null, ms: Math.ceil(endMs) } };
  const snapshots = await snapshotsOf(longer, finding.atMs, count);
  const total = snapshots.length * futuresPerMoment;
  const moments: Moment[] = [];
  for (const [position, { atMs, snapshot }] of snapshots.entries()) {
    let violated = 0;
    for (let k = 0; k < futuresPerMoment; k++) {
      if (options.isCancelled?.() === true) return moments;
      if (await endsInViolation(longer, snapshot, k + 1, check)) violated++;
      options.onProgress?.(position * futuresPerMoment + k + 1, total);
    }
    moments.push({ atMs, futures: futuresPerMoment, violated });
  }
  return moments;
}

async function snapshotsOf(
  scenario: Scenario,
  untilMs: number,
  count: number,
): Promise<{ readonly atMs: number; readonly snapshot: RunSnapshot }[]> {
  const { run } = await openJudged(scenario);
  const taken: { atMs: number; snapshot: RunSnapshot }[] = [];
  for (let k = 0; k < count; k++) {
    const until = microsFromMs((untilMs * k) / Math.max(1, count - 1));
    const { horizon } = run.run({ until, windows: Number.POSITIVE_INFINITY, goal: null });
    taken.push({ atMs: msFromMicros(horizon), snapshot: await run.capture() });
  }
  return taken;
}

async function endsInViolation(
  scenario: Scenario,
  snapshot: RunSnapshot,
  future: number,
  check: string,
): Promise<boolean> {
  const { run, judge } = await openJudged(scenario);
  await run.restore(withOtherLinks(withoutNewFaults(snapshot), scenario.seed, future));
  for (let until = snapshot.control.horizon; ; ) {
    until += 500_000;
    const { reason, horizon } = run.run({ until, windows: Number.POSITIVE_INFINITY, goal: null });
    judge.onHorizon(horizon);
    if (judge.violations.has(check)) return true;
    if (reason !== 'limit') return false;
  }
}

/** The same moment, after which nothing more goes wrong: faults that have not begun never do. */
export function withoutNewFaults(snapshot: RunSnapshot): RunSnapshot {
  const { control } = snapshot;
  const begun = new Set(control.active.map(({ fault }) => fault.id));
  const stays = (event: object): boolean => !('fault' in event) || begun.has((event as { fault: FaultPlan }).fault.id);
  const hosts = changeHosts(snapshot, (_, host) => ({
    ...host,
    queue: host.queue.filter(({ payload }) => stays(payload)),
  }));
  return {
    ...snapshot,
    control: { ...control, upcoming: control.upcoming.filter(stays), waiting: control.waiting.filter(stays) },
    hosts,
  };
}

/** The same moment, with other luck on every link from here on. */
export function withOtherLinks(snapshot: RunSnapshot, seed: number, future: number): RunSnapshot {
  const other = (seed + Math.imul(future, 0x9e3779b1)) >>> 0;
  const hosts = changeHosts(snapshot, (node, host) => {
    const keys = host.links.keys.slice();
    for (let to = 0; 2 * to < keys.length; to++) {
      const key = streamKey(other, PURPOSE.latency, node, to);
      keys[2 * to] = key.k0;
      keys[2 * to + 1] = key.k1;
    }
    return { ...host, links: { ...host.links, keys } };
  });
  return { ...snapshot, hosts };
}

function changeHosts(
  { hosts }: RunSnapshot,
  change: (node: NodeIndex, host: HostSnapshot) => HostSnapshot,
): RunSnapshot['hosts'] {
  const changed = unpackHosts(hosts).map(({ node, snapshot }) => ({ node, snapshot: change(node, snapshot) }));
  return packHosts(changed);
}
