import { describe, expect, it } from 'vitest';
import type { CheckResult, Verdict } from '../../../session/api.ts';
import type { Frame, Marker, TraceView } from '../../../session/view.ts';
import { agreementAt, checkSummary, earliest, newsOf } from './selectors.ts';

const nodes = [0, 1, 2, 3].map((index) => ({ index, kind: 'validator' })) as unknown as Frame['nodes'];
const trace = (blocks: ReturnType<TraceView['blocksAt']>) => ({ blocksAt: () => blocks }) as unknown as TraceView;
const block = (height: number, digest: string, ...by: number[]) => ({
  height,
  digest,
  epoch: 0,
  decidedBy: by.map((node) => ({ node, at: height })),
});
const check = (name: string, verdict: Verdict): CheckResult => ({
  name,
  verdict,
  kind: 'invariant',
  atMs: null,
  detail: '',
});

describe('agreement', () => {
  it('counts validators that are behind on the same chain', () => {
    expect(agreementAt(trace([block(1, 'a', 0, 1, 2, 3), block(2, 'b', 0, 1)]), nodes, 9)).toEqual({
      agreeing: 4,
      validators: 4,
    });
  });

  it('does not count one that decided otherwise', () => {
    expect(agreementAt(trace([block(1, 'a', 0, 1, 2), block(1, 'x', 3)]), nodes, 9).agreeing).toBe(3);
  });

  it('holds before anything is decided', () => {
    expect(agreementAt(trace([]), nodes, 0)).toEqual({ agreeing: 4, validators: 4 });
  });
});

describe('the checks in one line', () => {
  it('name what is violated before anything else', () => {
    expect(checkSummary([check('agreement', 'violated'), check('validity', 'holds')]).text).toBe(
      '1 violated: agreement',
    );
    expect(checkSummary([check('a', 'holds'), check('b', 'pending')]).text).toBe('1 check holds, 1 pending');
    expect(checkSummary([check('a', 'holds'), check('b', 'holds')]).text).toBe('2 checks hold');
  });
});

describe('what is read out', () => {
  const mark = (kind: Marker['kind'], label: string): Marker => ({ kind, label, at: 0, seq: 0 });

  it('is every mark but decisions, the newest three in full', () => {
    expect(
      newsOf([mark('decision', 'Height 1 decided'), mark('viewChange', 'View change: height 2 enters view 1')]),
    ).toBe('View change: height 2 enters view 1. ');
    expect(newsOf(['a', 'b', 'c', 'd', 'e'].map((label) => mark('fault', label)))).toBe('2 earlier events. c. d. e. ');
    expect(newsOf([mark('decision', 'Height 1 decided')])).toBe('');
  });

  it('goes to the first violation', () => {
    expect(earliest([])).toBeNull();
    expect(
      earliest([
        { ...check('a', 'violated'), atMs: 90 },
        { ...check('b', 'violated'), atMs: 30 },
      ]),
    ).toBe(30);
    expect(earliest([check('a', 'violated')])).toBeNull();
  });
});
