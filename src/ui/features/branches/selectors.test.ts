import { describe, expect, it } from 'vitest';
import type { BranchInfo, Comparison } from '../../../session/branches/types.ts';
import { branchTitle, decisionsText, eventLine, grouped, sideOf, verdictText } from './selectors.ts';

const branch = (runId: string, part: Partial<BranchInfo> = {}): BranchInfo => ({
  runId,
  parentRunId: null,
  depth: 0,
  forkedAtMs: null,
  name: null,
  scenarioName: 'Happy path',
  atMs: 1_000,
  height: 1,
  createdAt: 0,
  isCurrent: false,
  isInCurrentTree: false,
  ...part,
});

describe('branches', () => {
  it('are called by their name, else by where they begin, else by their scenario', () => {
    expect(branchTitle(branch('a', { name: 'crash', forkedAtMs: 5 }))).toBe('crash');
    expect(branchTitle(branch('a', { forkedAtMs: 1_800 }))).toBe('From 1.800 s');
    expect(branchTitle(branch('a'))).toBe('Happy path');
  });

  it('of the tree at hand stand apart from the others', () => {
    const [a, b] = [branch('a'), branch('b', { isInCurrentTree: true })];
    expect(grouped([a, b])).toEqual({ current: [b], others: [a] });
  });
});

describe('a comparison', () => {
  const none: Comparison = {
    left: { title: 'a', atMs: 2_000, eventCount: 10 },
    right: { title: 'b', atMs: 3_000, eventCount: 20 },
    untilMs: 2_000,
    commonCount: 10,
    firstAtMs: null,
    rows: [],
    slots: [],
  };

  it('is summed up in a sentence', () => {
    expect(verdictText(none)).toBe('No difference up to 2.000 s: all 10 events are the same.');
    const slots = [{ slot: 3, left: [], right: [], verdict: 'different' as const }];
    expect(verdictText({ ...none, firstAtMs: 1_234.5, commonCount: 1, slots })).toBe(
      'The first difference is at 1.234 s, after 1 event in common; 1 slot decided differently.',
    );
    expect(verdictText({ ...none, firstAtMs: 1_000 })).toMatch(/no slot was decided differently\.$/);
  });

  it('names hashes with who decided them when', () => {
    expect(decisionsText([])).toBe('–');
    const digest = `${'3f9a'.padEnd(62, '0')}c2`;
    expect(decisionsText([{ digest, at: 1_234_000, nodeCount: 4 }])).toBe('3f9a…c2 by 4 at 1.23 s');
  });

  it('takes its sides from what was chosen', () => {
    expect(sideOf('seed:12')).toEqual({ seed: 12 });
    expect(sideOf('run:r-1')).toEqual({ runId: 'r-1' });
  });

  it('tells events apart in a line', () => {
    const base = { seq: 1, t: 1, node: 'v0' } as const;
    expect(eventLine({ ...base, kind: 'note', text: 'refused' })).toBe('v0 refused');
    expect(eventLine({ ...base, kind: 'decide', slot: 3, epoch: 0, digest: 'ab' })).toBe('v0 decides 3: ab');
    const send = { to: 'v1', type: 'prepare', slot: 2, epoch: 0, digest: '', bytes: 1, messageId: 'v0#1' };
    expect(eventLine({ ...base, kind: 'send', ...send, reason: 'lost' })).toMatch(/^v0 → v1 prepare 2 .*\(lost\)$/);
  });
});
