import { expect, it } from 'vitest';
import type { DecidedBlock } from '../protocols/protocol.ts';
import { remember } from './history.ts';

const block = (height: number, validators: readonly number[] | null = null): DecidedBlock => {
  const parent = String(height - 1);
  return { hash: String(height), parent, height, stateRoot: '', proposer: 0, batches: ['signed'], validators } as never;
};

it('forgets old blocks, but never who was appointed', () => {
  const history: DecidedBlock[] = [];
  for (let height = 1; height <= 3_000; height++) remember(history, block(height, height === 5 ? [0, 1] : null));
  expect(history.length).toBe(1_024);
  expect(history[0]).toMatchObject({ height: 5, validators: [0, 1] });
  expect(history.slice(1).map(({ height }) => height)).toEqual(Array.from({ length: 1_023 }, (_, i) => 1_978 + i));
  expect(history.every(({ batches }) => batches.length === 0)).toBe(true);
});

it('takes each height once, and none out of turn', () => {
  const history: DecidedBlock[] = [];
  for (const height of [1, 1, 3, 2, 3]) remember(history, block(height));
  expect(history.map(({ height }) => height)).toEqual([1, 2, 3]);
});
