import { describe, expect, it } from 'vitest';
import { ProgressBar } from './progress.ts';
import type { RunOutcome } from './run.ts';
import { SweepSummary } from './summary.ts';

function outcome(seed: number, broken: string[], recoveryMsMax: number | null): RunOutcome {
  const checks = ['agreement', 'liveness'].map((name) => {
    return {
      name,
      kind: 'invariant' as const,
      verdict: broken.includes(name) ? ('violated' as const) : ('holds' as const),
      atMs: null,
      detail: '',
    };
  });
  const result = { seed, checks, events: 1000, metrics: { viewChanges: 2 } } as unknown as RunOutcome['result'];
  return {
    result,
    evidenceCount: seed,
    tally: {
      faults: { crash: 1, twins: seed },
      between: { commits: 3, waits: seed },
      decisions: 10 * seed,
      recoveryMsMax,
    },
  };
}

describe('summary of a sweep', () => {
  it('adds up runs, violations by check, faults and the slowest recovery', () => {
    const summary = new SweepSummary();
    expect(summary.add(outcome(0, [], null))).toBe(true);
    expect(summary.add(outcome(1, ['agreement'], 5000))).toBe(false);
    expect(summary.add(outcome(2, ['agreement', 'liveness'], 1234))).toBe(false);
    expect(summary.add({ seed: 3, error: 'InvariantError: x', link: '#s=' })).toBe(false);
    const text = summary.text(2000);
    expect(text).toContain('4 in 2.0 s, 2.0 seeds/s');
    expect(text).toContain('3 runs: agreement 2, internal error 1, liveness 1');
    expect(text).toMatch(/^events +3,000$/m);
    expect(text).toMatch(/^decisions +30; 1 runs without one$/m);
    expect(text).toMatch(/^view changes +6$/m);
    expect(text).toMatch(/^faults +crash 3, twins 3$/m);
    expect(text).toMatch(/^between shards +commits 9, waits 3$/m);
    expect(text).toMatch(/^evidence +3 in 2 runs$/m);
    expect(text).toMatch(/^slowest recovery +5\.000 s \(seed 1\)$/m);
  });
});

describe('progress bar', () => {
  it('draws on a terminal only, at most ten times a second', () => {
    const written: string[] = [];
    let now = 0;
    const write = (text: string): number => written.push(text);
    const hidden = new ProgressBar({ write }, () => now);
    hidden.show(0.5, 'half');
    hidden.clear();
    expect(written).toEqual([]);
    const bar = new ProgressBar({ isTTY: true, write }, () => now);
    bar.show(0.5, 'half');
    now = 50;
    bar.show(0.6, 'too soon');
    now = 120;
    bar.show(1, 'done');
    expect(written).toHaveLength(2);
    expect(written[0]?.match(/█/g)).toHaveLength(15);
    expect(written[1]).toContain('done');
  });
});
