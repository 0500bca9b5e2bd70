/** What a sweep adds up: violations by check, and proof that it was not vacuous. */
import type { SeedOutcome } from './sweep.ts';

export class SweepSummary {
  runs = 0;
  /** Runs in which some check was violated, or that stopped on a bug of ours. */
  bad = 0;
  events = 0;
  decisions = 0;
  viewChanges = 0;
  evidence = 0;
  /** Runs with at least one piece of evidence. */
  convicted = 0;
  /** Runs without any decision. */
  undecided = 0;
  readonly violations = new Map<string, number>();
  readonly faults = new Map<string, number>();
  /** Of transactions between shards. */
  readonly between = new Map<string, number>();
  slowest: { readonly ms: number; readonly seed: number } | null = null;

  /** True where the run is fine. */
  add(outcome: SeedOutcome): boolean {
    this.runs++;
    if ('error' in outcome) {
      this.bad++;
      count(this.violations, 'internal error', 1);
      return false;
    }
    const { result, tally, evidenceCount } = outcome;
    const broken = result.checks.filter(({ verdict }) => verdict === 'violated');
    for (const { name } of broken) count(this.violations, name, 1);
    if (broken.length > 0) this.bad++;
    this.events += result.events;
    this.decisions += tally.decisions;
    if (tally.decisions === 0) this.undecided++;
    this.viewChanges += result.metrics.viewChanges;
    this.evidence += evidenceCount;
    if (evidenceCount > 0) this.convicted++;
    for (const [kind, times] of Object.entries(tally.faults)) count(this.faults, kind, times);
    for (const [kind, times] of Object.entries(tally.between)) count(this.between, kind, times);
    const waited = tally.recoveryMsMax;
    if (waited !== null && waited > (this.slowest?.ms ?? -1)) this.slowest = { ms: waited, seed: result.seed };
    return broken.length === 0;
  }

  /** `wallMs`: how long the sweep took. */
  text(wallMs: number): string {
    const rate = (this.runs * 1000) / Math.max(1, wallMs);
    const recovery =
      this.slowest === null ? 'none needed' : `${(this.slowest.ms / 1000).toFixed(3)} s (seed ${this.slowest.seed})`;
    const rows: readonly (readonly [string, string])[] = [
      ['runs', `${whole(this.runs)} in ${(wallMs / 1000).toFixed(1)} s, ${rate.toFixed(1)} seeds/s`],
      ['violations', this.bad === 0 ? 'none' : `${whole(this.bad)} runs: ${list(this.violations)}`],
      ['events', whole(this.events)],
      [
        'decisions',
        `${whole(this.decisions)}${this.undecided > 0 ? `; ${whole(this.undecided)} runs without one` : ''}`,
      ],
      ['view changes', whole(this.viewChanges)],
      ['faults', this.faults.size === 0 ? 'none' : list(this.faults)],
      ...(this.between.size === 0 ? [] : [['between shards', list(this.between)] as const]),
      ['evidence', `${whole(this.evidence)} in ${whole(this.convicted)} runs`],
      ['slowest recovery', recovery],
    ];
    return rows.map(([name, value]) => `${name.padEnd(17)} ${value}\n`).join('');
  }
}

function count(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

/** Largest first. */
function list(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, times]) => `${name} ${whole(times)}`)
    .join(', ');
}

const whole = (value: number): string => value.toLocaleString('en-US');
