import { describe, expect, it } from 'vitest';
import {
  foldIds,
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
  many,
  plainText,
  plural,
  sentence,
  shortHash,
  withArticle,
} from './format.ts';

describe('format', () => {
  it('writes virtual times with three decimals and their unit', () => {
    expect(formatTime(12_430_000)).toBe('12.430 s');
    expect(formatTime(0)).toBe('0.000 s');
  });

  it('chooses the unit of a duration by its size', () => {
    expect(formatDuration(840)).toBe('840 µs');
    expect(formatDuration(45_200)).toBe('45.2 ms');
    expect(formatDuration(450_000)).toBe('450 ms');
    expect(formatDuration(1_200_000)).toBe('1.20 s');
    expect(formatDuration(Number.POSITIVE_INFINITY)).toBe('–');
  });

  it('writes ids that follow each other as a range, and leaves all else alone', () => {
    expect(foldIds('v0, v1, v2, v3 | v4, v5, v6 (held)')).toBe('v0–v3 | v4–v6 (held)');
    expect(foldIds('v0, v1, v3, v8, v9, v10 cut off from v2')).toBe('v0, v1, v3, v8–v10 cut off from v2');
    expect(foldIds('s0v0, s0v1, s0v2, s1v0')).toBe('s0v0–s0v2, s1v0');
    expect(foldIds('s0v0, s1v0, s2v0')).toBe('s0v0, s1v0, s2v0');
    expect(foldIds('v0, v1')).toBe('v0, v1');
    expect(foldIds('v2, v1, v0')).toBe('v2, v1, v0');
  });

  it('makes many of one, and puts the article before it', () => {
    const words = ['view change', 'election', 'change of preference', 'index', 'ballot', 'entry'];
    expect(words.map(many)).toEqual([
      'view changes',
      'elections',
      'changes of preference',
      'indexes',
      'ballots',
      'entries',
    ]);
    expect(words.slice(0, 2).map(withArticle)).toEqual(['a view change', 'an election']);
  });

  it('shortens hashes and leaves short texts', () => {
    expect(shortHash('3f9a00000000c2')).toBe('3f9a…c2');
    expect(shortHash('3f9a')).toBe('3f9a');
  });

  it('writes declared names in sentence case', () => {
    expect(sentence('VIEW-CHANGE')).toBe('View change');
    expect(sentence('prepare')).toBe('Prepare');
    expect(sentence('Proposal')).toBe('Proposal');
  });

  it('groups thousands, counts in the singular, and scales bytes', () => {
    expect(formatCount(1_234_567)).toBe('1\u202f234\u202f567');
    expect(plural(1, 'node')).toBe('1 node');
    expect(plural(3, 'node')).toBe('3 nodes');
    expect(formatBytes(812)).toBe('812 B');
    expect(formatBytes(5_310)).toBe('5.3 kB');
  });

  it('shows control characters and direction marks instead of obeying them', () => {
    expect(plainText('a\u202egnp.exe')).toBe('a\ufffdgnp.exe');
    expect(plainText('x\u0000y\u0007')).toBe('x␀y␇');
    expect(plainText('<b>bold</b>')).toBe('<b>bold</b>');
    expect(plainText('one\ntwo')).toBe('one two');
    expect(plainText('z'.repeat(500))).toHaveLength(400);
  });
});
