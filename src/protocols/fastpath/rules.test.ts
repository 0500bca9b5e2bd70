import { describe, expect, it } from 'vitest';
import { awaitable, fastQuorumSize, majority, maxFaulty, quorumSize } from '../../core/quorum.ts';
import type { Claim, Report } from './messages.ts';
import { chooseValue, fastCandidate, isDecidedFast, mayVote, quorumsOf } from './rules.ts';

const X = 'a'.repeat(64);
const Y = 'b'.repeat(64);
const Z = 'c'.repeat(64);
const NOTHING: Report = { voted: null, prepared: null };
const at = (view: number, digest: string): Claim => ({ view, digest });
const voted = (digest: string, view = 0): Report => ({ voted: at(view, digest), prepared: null });
const times = (count: number, report: Report): Report[] => new Array<Report>(count).fill(report);

const SIZES = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/** Ways to split `total` into non-negative parts for x, y and neither. */
function* splits(total: number): Generator<readonly [number, number, number]> {
  for (let x = 0; x <= total; x++) for (let y = 0; y <= total - x; y++) yield [x, y, total - x - y];
}

/**
 * Everything that n − f replicas can report when x was decided with `fast` VOTEs of one view: so many correct ones voted for x that
 * f liars made up the rest; some of the n − f reports are the liars', who say what they like.
 */
function* reportsAfter(n: number, fast: number): Generator<readonly [number, number, number]> {
  const f = maxFaulty(n);
  for (const correct of splits(n - f)) {
    if (correct[0] + f < fast) continue;
    for (let liars = 0; liars <= f; liars++) {
      for (const heard of splits(awaitable(n) - liars)) {
        if (heard.some((count, i) => count > (correct[i] ?? 0))) continue;
        for (const lies of splits(liars)) yield [heard[0] + lies[0], heard[1] + lies[1], heard[2] + lies[2]];
      }
    }
  }
}

const asReports = ([x, y, none]: readonly [number, number, number]): Report[] => [
  ...times(y, voted(Y)),
  ...times(none, NOTHING),
  ...times(x, voted(X)),
];

describe('the fast quorum', () => {
  // Ref: README, "Why the fast quorum is safe"; Gueta et al., arXiv 1804.01626, §V (3f + c + 1 of 3f + 2c + 1).
  it.each(SIZES)('of %i replicas: whatever is reported afterwards, the block is found', (n) => {
    const { vouch } = quorumsOf(n, null, null);
    let tried = 0;
    for (const counts of reportsAfter(n, fastQuorumSize(n))) {
      expect(chooseValue(asReports(counts), vouch, null), counts.join()).toEqual({ digest: X, isPrepared: false });
      tried++;
    }
    expect(tried).toBeGreaterThan(0);
  });

  // Ref: Kuznetsov, Tonkikh & Zhang, arXiv 2102.12825 (lower bound by two worlds that look alike).
  it.each(SIZES)(
    'of %i replicas cannot be one less: two blocks could have been decided behind the same reports',
    (n) => {
      const after = (fast: number) => new Set([...reportsAfter(n, fast)].map(([x, y, none]) => `${x} ${y} ${none}`));
      const mirrored = (fast: number) => new Set([...reportsAfter(n, fast)].map(([x, y, none]) => `${y} ${x} ${none}`));
      const shared = (fast: number) => [...after(fast)].filter((counts) => mirrored(fast).has(counts));
      expect(shared(fastQuorumSize(n))).toEqual([]);
      expect(shared(fastQuorumSize(n) - 1).length).toBeGreaterThan(0);
    },
  );

  it('is all of 3f + 1, spares one of six, and is never below a quorum or above n', () => {
    expect([4, 7, 10, 13].map(fastQuorumSize)).toEqual([4, 7, 10, 13]);
    expect([5, 6, 8, 9, 11, 12].map((n) => n - fastQuorumSize(n))).toEqual([0, 1, 0, 1, 0, 1]);
    for (let n = 1; n <= 300; n++) {
      const f = maxFaulty(n);
      expect(fastQuorumSize(n)).toBeLessThanOrEqual(n);
      expect(fastQuorumSize(n)).toBeGreaterThanOrEqual(quorumSize(n));
      // More than f correct voters among any n − f, and a majority of them.
      expect(fastQuorumSize(n) - 2 * f).toBeGreaterThanOrEqual(majority(awaitable(n)));
      expect(fastQuorumSize(n) - 1 - 2 * f).toBeLessThan(majority(awaitable(n)));
      expect(majority(awaitable(n))).toBeGreaterThan(f);
      // The certificate of a COMMIT quorum is in any n − f reports of correct replicas.
      expect(quorumSize(n) - 2 * f).toBeGreaterThan(0);
    }
  });

  it('of three quarters is too small for four, and for every 3f + 1', () => {
    const { fast, vouch } = quorumsOf(4, null, 'fastpath-75');
    expect(fast).toBe(3);
    const choices = [...reportsAfter(4, fast)].map((counts) => chooseValue(asReports(counts), vouch, null)?.digest);
    expect(choices).toContain(Y);
    expect([7, 10, 13].every((n) => quorumsOf(n, null, 'fastpath-75').fast < fastQuorumSize(n))).toBe(true);
  });

  it('decides nothing once two proposals are known', () => {
    const quorums = quorumsOf(4, null, null);
    const votes = [0, 1, 2, 3].map((signer) => ({ signer, signature: new Uint8Array(0) }));
    expect(isDecidedFast(votes, quorums, false)).toBe(true);
    expect(isDecidedFast(votes, quorums, true)).toBe(false);
    expect(isDecidedFast(votes.slice(1), quorums, false)).toBe(false);
  });
});

describe('the choice of a new primary', () => {
  const certified = (view: number, digest: string): Report => ({ voted: at(view, digest), prepared: at(view, digest) });
  const choose = (reports: readonly Report[], mutant: string | null = null) => chooseValue(reports, 2, mutant);

  // Ref: Abraham et al., arXiv 1712.01367 (Zyzzyva: a certificate of an older view beats f + 1 newer order requests).
  it('goes by views: votes of a later view beat a certificate of an earlier one, and only Zyzzyva did not see it', () => {
    const reports = [{ voted: at(1, Y), prepared: at(0, X) }, voted(Y, 1), voted(Y, 1)];
    expect(choose(reports)).toEqual({ digest: Y, isPrepared: false });
    expect(choose(reports, 'zyzzyva-view-change')).toEqual({ digest: X, isPrepared: true });
  });

  it('goes by views the other way round too: a later certificate beats earlier votes', () => {
    expect(choose([certified(2, X), voted(Y, 1), voted(Y, 1)])).toEqual({ digest: X, isPrepared: true });
  });

  // Ref: Abraham et al., arXiv 1712.01367 (FaB Paxos: reports that vouch for no value leave its leader without a move).
  it('is free where nobody can have decided, however many different votes there are', () => {
    expect(choose([voted(X), voted(Y), voted(Z)])).toBeNull();
    expect(choose([voted(X), voted(Y), NOTHING])).toBeNull();
    expect(choose(times(3, NOTHING))).toBeNull();
  });

  it('counts a block from the view in which the last of its voters voted, whatever one liar adds', () => {
    expect(fastCandidate([voted(X, 1), voted(X, 3), NOTHING], 2)).toEqual(at(1, X));
    expect(fastCandidate([voted(X, 1), voted(X, 3), voted(X, 2)], 2)).toEqual(at(2, X));
    // f = 1: a single report from the future of a certificate makes no candidate.
    expect(choose([voted(Z, 9), certified(2, X), voted(X, 2)])).toEqual({ digest: X, isPrepared: true });
  });

  it('finds a block that was decided fast in view 0 after its voters voted for it again in different views', () => {
    // n = 7, f = 2: five reports, three vouch.
    const reports = [voted(X, 0), voted(X, 2), voted(X, 1), voted(Y, 1), NOTHING];
    expect(chooseValue(reports, 3, null)).toEqual({ digest: X, isPrepared: false });
    expect(chooseValue([...reports.slice(0, 3), certified(0, X), NOTHING], 3, null)?.digest).toBe(X);
  });
});

describe('a vote', () => {
  // Ref: Castro & Liskov, OSDI '99, §4.2 (one pre-prepare a view, and none of a view that was left).
  it('is cast once a view, never below one’s own, and may be repeated', () => {
    expect(mayVote({ view: 1, voted: null }, 1, X)).toBe(true);
    expect(mayVote({ view: 1, voted: X }, 1, X)).toBe(true);
    expect(mayVote({ view: 1, voted: X }, 1, Y)).toBe(false);
    expect(mayVote({ view: 1, voted: X }, 2, Y)).toBe(true);
    expect(mayVote({ view: 1, voted: null }, 0, X)).toBe(false);
  });
});
