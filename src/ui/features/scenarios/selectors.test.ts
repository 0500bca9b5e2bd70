import { describe, expect, it } from 'vitest';
import { TestnetError } from '../../../core/problem.ts';
import { presets } from '../../../scenario/library.ts';
import type { Scenario } from '../../../scenario/types.ts';
import {
  byLevel,
  parseScenarioText,
  parseSeed,
  problemsOf,
  sizeChange,
  sizeOf,
  sizeOptions,
  validatorOptions,
} from './selectors.ts';

describe('seeds', () => {
  it('are whole numbers of 32 bits', () => {
    expect(parseSeed(' 7 ')).toBe(7);
    expect(parseSeed('4294967295')).toBe(4_294_967_295);
    for (const bad of ['4294967296', '-1', '1.5', '1e3', '', 'seven']) expect(parseSeed(bad), bad).toBeNull();
  });
});

describe('imported text', () => {
  it('must be a JSON object; what is wrong is said with its place', () => {
    expect(parseScenarioText('{"seed":1}')).toEqual({ scenario: { seed: 1 } });
    expect(parseScenarioText('[1]')).toEqual({
      problems: [{ path: '', found: 'an array', expected: 'a scenario object' }],
    });
    expect(parseScenarioText('{"a":')).toMatchObject({ problems: [{ path: 'line 1, column 6' }] });
    expect(parseScenarioText('"<script>"')).toMatchObject({ problems: [{ found: 'a string' }] });
  });
});

describe('problems', () => {
  it('come from the error where it has them', () => {
    const problem = { path: 'seed', found: '"x"', expected: 'a number' };
    expect(problemsOf(new TestnetError('bad-input', 'no', [problem]))).toEqual([problem]);
    expect(problemsOf(new Error('boom'))[0]?.found).toBe('boom');
  });
});

describe('what is on offer', () => {
  it('keeps every preset, in groups', () => {
    expect(byLevel(presets).flatMap((group) => group.presets)).toHaveLength(presets.length);
  });

  it('lists an unusual number of validators in its place', () => {
    expect(validatorOptions(9)).toContain(9);
    expect(validatorOptions(9)).toEqual([...validatorOptions(9)].sort((a, b) => a - b));
  });
});

describe('the size of a testnet', () => {
  const plain = { validators: 5, shards: null } as unknown as Scenario;
  const sharded = { validators: 4, shards: { count: 3, spare: 0, validatorsPerShard: 1 } } as unknown as Scenario;

  it('is its shards where it has them, else its validators, and that is what changes', () => {
    expect([sizeOf(plain), sizeOf(sharded)]).toEqual([5, 3]);
    expect(sizeChange(plain, 7)).toEqual({ validators: 7 });
    expect(sizeChange(sharded, 6)).toEqual({ shards: { count: 6, spare: 0, validatorsPerShard: 1 } });
  });

  it('is on offer in its own words', () => {
    expect(sizeOptions(plain)).toContainEqual({ value: '5', label: '5 validators' });
    expect(
      sizeOptions(sharded)
        .slice(0, 3)
        .map(({ label }) => label),
    ).toEqual(['1 shard', '2 shards', '3 shards']);
    const odd = { validators: 4, shards: { count: 7, spare: 0, validatorsPerShard: 4 } } as unknown as Scenario;
    expect(sizeOptions(odd)).toContainEqual({ value: '7', label: '7 shards of 4' });
    const spare = { validators: 4, shards: { count: 4, spare: 1, validatorsPerShard: 1 } } as unknown as Scenario;
    expect(sizeOptions(spare)).toContainEqual({ value: '4', label: '4 shards + 1 spare' });
  });
});
