import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from './near.ts';

const KNOWN = ['happy-path', 'primary-crash', 'equivocating-primary', 'equivocating-shard', 'storm', 'storm-mix'];

describe('what somebody may have meant', () => {
  it('is what takes the fewest changes', () => {
    expect(nearest('primary-crsh', KNOWN)).toEqual(['primary-crash']);
    expect(nearest('Strom', KNOWN)).toEqual(['storm']);
    expect(nearest('storms', KNOWN)).toEqual(['storm', 'storm-mix']);
  });

  it('is also what begins like it', () => {
    expect(nearest('equivocation', KNOWN)).toEqual(['equivocating-shard', 'equivocating-primary']);
  });

  it('is nothing where nothing is like it', () => {
    expect(nearest('twins', KNOWN)).toEqual([]);
    expect(nearest('', KNOWN)).toEqual([]);
    expect(didYouMean('x'.repeat(100_000), KNOWN)).toBe('');
  });

  it('reads as a question', () => {
    expect(didYouMean('storms', KNOWN)).toBe(' (did you mean storm or storm-mix?)');
  });
});
