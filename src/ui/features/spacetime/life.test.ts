import { expect, it } from 'vitest';
import type { TransactionStep } from '../../../protocols/crossing.ts';
import type { LifeStep, TransactionLife } from '../../../session/view.ts';
import { placeLife } from './life.ts';

const STEP: Record<TransactionStep['means'], TransactionStep> = {
  begin: { step: 'prepare', by: 'coordinator', means: 'begin', label: 'asks' },
  gather: { step: 'asks its leaves', by: 'coordinator', means: 'gather', label: 'asks its leaves' },
  promise: { step: 'prepared', by: 'participant', means: 'promise', label: 'votes YES' },
  decide: { step: 'commit', by: 'coordinator', means: 'decide', outcome: 'commit', label: 'decides' },
  end: { step: 'committed', by: 'participant', means: 'end', outcome: 'commit', label: 'commits' },
};

const step = (means: TransactionStep['means'], node: number, at: number): LifeStep => ({
  at,
  seq: at,
  node,
  shard: node,
  kind: 'step',
  step: STEP[means],
  account: '',
});

const LIFE: TransactionLife = {
  transaction: 9,
  steps: [
    step('begin', 0, 10),
    step('promise', 0, 10),
    step('promise', 1, 20),
    { ...step('begin', 1, 20), kind: 'lock', step: null, account: 'a3' },
    step('decide', 0, 30),
    step('end', 0, 30),
  ],
  copies: [],
  closedCount: 0,
};

it('a promise lasts until its end at that node, or until now', () => {
  const { promises, steps } = placeLife(LIFE, { lanes: [100, 200] }, (at) => at * 2, 500);
  expect(promises).toEqual([
    { u: 100, fromV: 20, toV: 60, isOpen: false },
    { u: 200, fromV: 40, toV: 500, isOpen: true },
  ]);
  expect(steps.map(({ u, v }) => [u, v])).toEqual([
    [100, 20],
    [100, 20],
    [200, 40],
    [100, 60],
    [100, 60],
  ]);
});

it('what happens at nodes without a lane is left out', () => {
  expect(placeLife(LIFE, { lanes: [100] }, (at) => at, 500).promises).toHaveLength(1);
});
