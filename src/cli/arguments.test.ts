import { describe, expect, it } from 'vitest';
import { parseSimArguments } from './arguments.ts';

const RUN = {
  kind: 'run',
  source: 'storm',
  seed: null,
  seeds: null,
  executor: 'inprocess',
  set: [],
  json: false,
  jobs: null,
  exports: { requests: [], window: {} },
};

describe('arguments of sim', () => {
  it.each([
    [['storm'], {}],
    [['storm', '--seed', '7'], { seed: 7 }],
    [['--seed=4294967295', 'storm'], { seed: 4294967295 }],
    [['storm', '--seeds', '1..20000', '--jobs', '2'], { seeds: { first: 1, last: 20000 }, jobs: 2 }],
    [['storm', '--seeds', '5..5'], { seeds: { first: 5, last: 5 } }],
    [['storm', '--set', 'a=1', '--set=b=c=d', '--json'], { set: ['a=1', 'b=c=d'], json: true }],
    [['storm', '--executor', 'workers'], { executor: 'workers' }],
    [['storm', '--seed', '1', '--seed', '2'], { seed: 2 }],
    [['--', '--odd-name'], { source: '--odd-name' }],
    [
      ['storm', '--export', 'itf', '--export=mermaid=a=b.mmd', '--from', '10.5', '--to=20'],
      {
        exports: {
          requests: [
            { format: 'itf', path: null },
            { format: 'mermaid', path: 'a=b.mmd' },
          ],
          window: { fromMs: 10.5, toMs: 20 },
        },
      },
    ],
  ])('%j', (args, expected) => {
    expect(parseSimArguments(args)).toEqual({ ...RUN, ...expected });
  });

  it('lists, with or without JSON, and helps', () => {
    expect(parseSimArguments(['--list'])).toEqual({ kind: 'list', json: false });
    expect(parseSimArguments(['--json', '--list'])).toEqual({ kind: 'list', json: true });
    expect(parseSimArguments(['storm', '--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [[], 'scenario'],
    [['a', 'b'], 'argument'],
    [['storm', '--sed', '1'], 'option'],
    [['storm', '--seed'], '--seed'],
    [['storm', '--seed', '-1'], '--seed'],
    [['storm', '--seed', '1.5'], '--seed'],
    [['storm', '--seed', '0x10'], '--seed'],
    [['storm', '--seed', '4294967296'], '--seed'],
    [['storm', '--seed', ''], '--seed'],
    [['storm', '--seeds', '1..'], '--seeds'],
    [['storm', '--seeds', '2..1'], '--seeds'],
    [['storm', '--seeds', '1..2..3'], '--seeds'],
    [['storm', '--seeds', '7'], '--seeds'],
    [['storm', '--seeds', '1..2', '--seed', '1'], '--seeds'],
    [['storm', '--executor', 'threads'], '--executor'],
    [['storm', '--jobs', '0'], '--jobs'],
    [['storm', '--jobs', '1000'], '--jobs'],
    [['storm', '--executor', 'workers', '--jobs', '2'], '--jobs'],
    [['storm', '--json=yes'], '--json'],
    [['storm', '--list'], '--list'],
    [['storm', '--export', 'pdf'], '--export'],
    [['storm', '--export', 'itf='], '--export'],
    [['storm', '--export', 'itf', '--export', 'trace'], '--export'],
    [['storm', '--export', 'itf', '--seeds', '1..2'], '--export'],
    [['storm', '--export', 'itf', '--from', 'now'], '--from'],
    [['storm', '--export', 'itf', '--from', '5', '--to', '4'], '--to'],
    [['storm', '--from', '5'], '--from, --to'],
    [['--list', '--seed', '1'], '--list'],
  ])('%j is refused at %s', (args, path) => {
    const parsed = parseSimArguments(args);
    expect(parsed).toMatchObject({ problem: { path } });
    expect('problem' in parsed && parsed.problem.expected).not.toBe('');
  });
});
