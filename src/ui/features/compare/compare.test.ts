import { describe, expect, it } from 'vitest';
import { measure, measureById, planComparison, requestOf, SHIPPED } from '../../../explore/compare/index.ts';
import { checked } from '../../../explore/index.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { CompareDesk, type CompareWorker } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import {
  choiceOf,
  choiceProblem,
  curvesOf,
  figures,
  phaseBars,
  PRESENT,
  requestFor,
  shippedOf,
  varyLabel,
  varyOptions,
} from './selectors.ts';

const BASE = checked({
  name: 'small',
  protocol: { name: 'svbft' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { ratePerSecond: 2 },
  stop: { ms: 5000 },
});
const REQUEST = {
  name: 'small',
  base: BASE,
  protocols: ['svbft', 'raft'],
  vary: { kind: 'validators', counts: [4, 5] },
  realSignatures: false,
} as const;

/** Runs what it is given when told to. */
class FakeWorker implements CompareWorker {
  readonly posted: ToWorker[] = [];
  isTerminated = false;
  #listener: (message: FromWorker) => void = () => undefined;

  post(message: ToWorker): void {
    this.posted.push(message);
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(message: FromWorker): void {
    this.#listener(message);
  }

  async work(): Promise<void> {
    const task = this.posted.at(-1);
    if (task === undefined) throw new Error('nothing to do');
    this.say({ kind: 'progress', index: task.index, share: 0.5 });
    this.say({ kind: 'measured', index: task.index, measured: await measure(task.cell) });
  }
}

function open(poolSize: number): { readonly desk: CompareDesk; readonly workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const spawn = (): CompareWorker => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  return { desk: new CompareDesk(spawn, poolSize), workers };
}

describe('a comparison of the page', () => {
  it('shares its runs among the workers, whatever their order, and lets them go', async () => {
    const { desk, workers } = open(3);
    desk.start(REQUEST);
    expect(workers).toHaveLength(3);
    expect(desk.store.getState()).toMatchObject({ phase: 'running', runs: 4, runsDone: 0 });
    const [first, second, third] = workers as [FakeWorker, FakeWorker, FakeWorker];
    await third.work();
    expect(desk.store.getState()).toMatchObject({ runsDone: 1, share: 0.25 });
    await third.work();
    await second.work();
    await first.work();
    const { comparison, phase, isOpen, answered } = desk.store.getState();
    expect({ phase, isOpen, answered }).toEqual({ phase: 'done', isOpen: true, answered: REQUEST });
    expect(workers.every(({ isTerminated }) => isTerminated)).toBe(true);
    const runs = comparison?.rows.flatMap(({ cells }) => cells.map(({ scenario }) => scenario)) ?? [];
    expect(runs).toEqual(planComparison(REQUEST).cells.map(({ scenario }) => scenario));
  });

  it('can be cancelled and begun again; late words of a worker that was let go are not heard', async () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    desk.cancel();
    expect(desk.store.getState()).toMatchObject({ phase: 'idle', comparison: null });
    expect(workers[0]?.isTerminated).toBe(true);
    desk.start(REQUEST);
    await workers[0]?.work();
    expect(desk.store.getState()).toMatchObject({ phase: 'running', runsDone: 0 });
  });

  it('says what a worker failed of', () => {
    const { desk, workers } = open(1);
    desk.start(REQUEST);
    workers[0]?.say({ kind: 'failed', text: 'out of memory' });
    expect(desk.store.getState()).toMatchObject({ phase: 'idle', problem: 'out of memory' });
    expect(() => desk.start({ ...REQUEST, protocols: ['svbft'] })).toThrow(/2 to 4/);
  });
});

describe('the form', () => {
  it('begins with the run at hand and two others, and refuses too few or the same twice', () => {
    const all = [...PROTOCOLS.keys()];
    const choice = choiceOf(PRESENT, 'raft', all);
    expect(choice.protocols[0]).toBe('raft');
    expect(new Set(choice.protocols.filter((name) => name !== '')).size).toBe(3);
    expect(choice.protocols).toHaveLength(4);
    expect(choiceProblem(choice)).toBeNull();
    expect(choiceProblem({ ...choice, protocols: ['raft', '', '', ''] })).toMatch(/at least 2/);
    expect(choiceProblem({ ...choice, protocols: ['raft', 'pbft', 'raft', ''] })).toMatch(/once/);
    expect(requestFor(choice, BASE)).toMatchObject({ base: BASE, vary: { kind: 'none' } });
    expect(requestFor(choice, null)).toBeNull();
  });

  it('gives each shipped comparison as it is, and knows it again', () => {
    for (const { id } of SHIPPED) {
      const request = requestFor(choiceOf(id, '', []), null);
      if (request === null) throw new Error(id);
      expect(request).toEqual(requestOf(SHIPPED.find((shipped) => shipped.id === id) as (typeof SHIPPED)[number]));
      expect(shippedOf(request)).toBe(id);
      expect(shippedOf({ ...request, protocols: request.protocols.slice(1) })).toBeNull();
    }
  });

  it('offers rows of its own beside the usual ones', () => {
    expect(varyOptions('faults').map(({ value }) => value)).not.toContain('validators:4,5');
    expect(varyOptions('validators:4,5').at(-1)).toEqual({ value: 'validators:4,5', label: 'Validators: 4, 5' });
    expect(varyLabel('faults:none,one-liar')).toBe('Faults: no fault, the leader lies');
  });
});

describe('the table', () => {
  it('marks differences in words, bars and curves hold what was counted', async () => {
    const plan = planComparison(REQUEST);
    const measured = await Promise.all(plan.cells.map((cell) => measure(cell)));
    const cells = measured.slice(0, 2);
    const perDecision = measureById('messages-per-decision');
    if (perDecision === null) throw new Error('no such measure');
    const shown = figures(perDecision, cells);
    expect(shown.filter(({ isBest }) => isBest)).toHaveLength(1);
    expect(shown.find(({ isBest }) => !isBest)?.worse).toMatch(/^×\d+\.\d$/);
    for (const [i, bar] of phaseBars(plan.columns, cells).entries()) {
      const sum = bar.parts.reduce((total, { perDecision: part }) => total + part, 0);
      expect(sum).toBeCloseTo(bar.total ?? 0, 9);
      expect(bar.total).toBeCloseTo((cells[i]?.messages ?? 0) / (cells[i]?.decisions ?? 1), 9);
      expect(bar.parts.some(({ phase }) => phase === 'client')).toBe(false);
    }
    const rows = plan.rows.map((heading, row) => ({ ...heading, cells: measured.slice(row * 2, row * 2 + 2) }));
    const comparison = { format: 'testnet-comparison/1', name: '', seed: 1, columns: plan.columns, rows } as const;
    const curves = curvesOf(comparison, perDecision);
    expect(curves.map(({ points }) => points.map(({ n }) => n))).toEqual([
      [4, 5],
      [4, 5],
    ]);
    expect(curvesOf({ ...comparison, rows: rows.slice(0, 1) }, perDecision)).toEqual([]);
  });
});
