import { describe, expect, it } from 'vitest';
import { describeProblem } from '../core/problem.ts';
import { fakeProtocols } from './fake-protocol.ts';
import { parseScenarioText, validateScenario } from './validate.ts';

const protocol = { name: 'fake' };
const crash = (target: string, at: number, until?: number) => ({
  kind: 'crash',
  target,
  at,
  ...(until === undefined ? {} : { until }),
});

function problemsIn(raw: unknown): string[] {
  const result = validateScenario(raw, fakeProtocols);
  return 'problems' in result ? result.problems.map(describeProblem) : [];
}

describe('accepts', () => {
  it.each([
    ['the least there is', {}],
    ['each node described', { validators: [{ stake: 10, region: 'eu-west', suite: 'ed25519' }, {}] }],
    ['two crashes of one node that touch', { faults: [crash('v0', 1, 2), crash('v0', 2, 3)] }],
    ['crashes of two nodes at once', { faults: [crash('v0', 1), crash('v1', 1)] }],
    ['conditions', { faults: [{ kind: 'slow', target: 'c0', when: 'height >= 5', untilWhen: 'view > 0' }] }],
    [
      'a client that spends what is not its own',
      { clients: 2, transactions: [{ from: 'a0', to: 'a1', amount: 1, client: 'c1' }] },
    ],
    ['names with anything in them', { name: '<b>\u202e\u0000</b>' }],
    ['absent values of a JavaScript object', { seed: undefined }],
    ['a mutant of the protocol', { protocol: { name: 'fake', mutant: 'broken' } }],
  ])('%s', (_, extra) => {
    expect(problemsIn({ protocol, ...extra })).toEqual([]);
  });
});

describe('shape', () => {
  it.each([
    [null, 'document: found null, expected a scenario: an object with at least `protocol`'],
    [[], 'document: found [], expected a scenario: an object with at least `protocol`'],
    [{}, 'protocol: found nothing, expected an object'],
    [{ protocol, seed: -1 }, 'seed: found -1, expected a whole number from 0 to 4294967295'],
    [{ protocol, seed: 2 ** 32 }, 'seed: found 4294967296, expected a whole number from 0 to 4294967295'],
    [{ protocol, seed: '7' }, 'seed: found "7", expected a whole number from 0 to 4294967295'],
    [
      { protocol, validators: 0 },
      'validators: found 0, expected a whole number from 1 to 256 or a list of 1 to 256 entries',
    ],
    [
      { protocol, validators: 'four' },
      'validators: found "four", expected a whole number from 1 to 256 or a list of 1 to 256 entries',
    ],
    [
      { protocol, validators: [{ stake: 0 }] },
      'validators[0].stake: found 0, expected a whole number from 1 to 1000000',
    ],
    [{ protocol, format: 'testnet-scenario/2' }, 'format: found "testnet-scenario/2", expected "testnet-scenario/1"'],
    [{ protocol, name: 'x'.repeat(201) }, `name: found "${'x'.repeat(60)}…", expected text of at most 200 characters`],
    [{ protocol, name: 3 }, 'name: found 3, expected text of at most 200 characters'],
    [{ protocol, shards: { count: 0 } }, 'shards.count: found 0, expected a whole number from 1 to 64'],
    [
      { protocol, network: { latency: { kind: 'gamma' } } },
      'network.latency.kind: found "gamma", expected "constant", "uniform", "normal", "log-normal", "pareto" or "regions"',
    ],
    [
      { protocol, network: { latency: { kind: 'constant', ms: 0 } } },
      'network.latency.ms: found 0, expected a number from 0.001 to 100000',
    ],
    [
      { protocol, faults: [{ kind: 'partition', groups: [['v0']] }] },
      'faults[0].groups: found [["v0"]], expected a list of 2 to 16 entries',
    ],
    [{ protocol, faults: [{ kind: 'crash' }] }, 'faults[0].target: found nothing, expected text of 1 to 16 characters'],
    [
      { protocol, faults: [{ kind: 'crash', target: 'v0', at: 'soon' }] },
      'faults[0].at: found "soon", expected a number from 0 to 1000000000 or null',
    ],
    [
      { protocol, faults: [{ kind: 'slow', target: 'v0', colour: 'red' }] },
      'faults[0].colour: found an unknown key with "red", expected only "kind", "target", "factor", "at", "when", "until" or "untilWhen"',
    ],
    [
      { protocol, storm: { healed: { x: 1 } } },
      'storm.healed.x: found an unknown key, expected the id of a fault of the storm, like "f0"',
    ],
    [{ protocol, 'a\u0000b': 1, stop: [] }, 'stop: found [], expected an object'],
  ])('%j', (raw, message) => {
    expect(problemsIn(raw)).toContain(message);
  });

  it('names unknown keys with nothing invisible in them', () => {
    expect(problemsIn({ protocol, 'a\u202eb': '\u0007' })[0]).toMatch(
      /^\["a\\u202eb"\]: found an unknown key with "\\u0007", expected only "format"/,
    );
  });
});

describe('meaning', () => {
  it.each([
    [{ protocol: { name: 'raft' } }, 'protocol.name: found "raft", expected "fake"'],
    [{ protocol: { name: 'fake', mutant: 'x' } }, 'protocol.mutant: found "x", expected null, "broken"'],
    [
      { protocol: { name: 'fake', config: { speed: 1 } } },
      'protocol.config.speed: found an unknown key, expected blockTimeMs',
    ],
    [
      { network: { latency: { kind: 'uniform', minMs: 9, maxMs: 3 } } },
      'network.latency.maxMs: found 3, expected at least minMs (9)',
    ],
    [
      { network: { latency: { kind: 'constant', ms: 600 } } },
      'network.synchrony.deltaMs: found 500, expected at least the smallest latency (600)',
    ],
    [{ shards: { count: 4 } }, 'shards: found {"count":4}, expected null: only the protocol "sharded" has shards'],
    [{ shards: { count: 3 }, validators: 5 }, 'validators: found 5, expected 3, as `shards` says, or nothing'],
    [
      { faults: [{ kind: 'crash', target: 'v0', point: { on: 'send', type: 'nonsense' } }] },
      'faults[0].point.type: found "nonsense", expected "proposal", "prepare" or "commit"',
    ],
    [
      { workload: { crossShard: 0.5 } },
      'workload.crossShard: found 0.5, expected 0: only the protocol "sharded" has shards',
    ],
    [{ faults: [crash('v4', 0)] }, 'faults[0].target: found "v4", expected a validator from v0 to v3'],
    [
      { protocol: { name: 'sharded' }, shards: { count: 2, validatorsPerShard: 4 }, faults: [crash('s2v0', 0)] },
      'faults[0].target: found "s2v0", expected a validator from s0v0 to s1v3',
    ],
    [{ faults: [crash('c0', 0)] }, 'faults[0].target: found "c0", expected a validator from v0 to v3'],
    [
      { faults: [{ kind: 'slow', target: 'c1' }] },
      'faults[0].target: found "c1", expected a validator from v0 to v3 or c0',
    ],
    [{ faults: [crash('v0', 5, 5)] }, 'faults[0].until: found 5, expected later than its begin (5)'],
    [
      { faults: [{ kind: 'crash', target: 'v0', at: 1, when: 'view > 0' }] },
      'faults[0].when: found "view > 0", expected either `at` or `when`',
    ],
    [
      { faults: [{ kind: 'crash', target: 'v0', until: 1, untilWhen: 'view > 0' }] },
      'faults[0].untilWhen: found "view > 0", expected either `until` or `untilWhen`',
    ],
    [
      { faults: [{ kind: 'crash', target: 'v0', when: 'view ~ 0' }] },
      'faults[0].when: found "~" at column 6, expected ">=", ">", "<=", "<" or "=="',
    ],
    [
      {
        faults: [
          {
            kind: 'partition',
            groups: [
              ['v0', 'v1'],
              ['v1', 'v9'],
            ],
          },
        ],
      },
      'faults[0].groups[1][0]: found "v1", expected each node in one group (it is in group 0)',
    ],
    [
      {
        faults: [
          {
            kind: 'partition',
            groups: [
              ['v0', 'v1'],
              ['v1', 'v9'],
            ],
          },
        ],
      },
      'faults[0].groups[1][1]: found "v9", expected a validator from v0 to v3 or c0',
    ],
    [{ faults: [{ kind: 'link', from: ['v0', 'v0'] }] }, 'faults[0].from[1]: found "v0", expected each node once'],
    [
      { faults: [{ kind: 'link', types: ['gossip'] }] },
      'faults[0].types[0]: found "gossip", expected "proposal", "prepare" or "commit"',
    ],
    [
      { faults: [crash('v0', 9, 12), crash('v1', 9), crash('v0', 3, 10)] },
      'faults[0].at: found 9, expected not during faults[2], when v0 is down already',
    ],
    [
      { faults: [crash('v0', 1), crash('v0', 500)] },
      'faults[1].at: found 500, expected not during faults[0], when v0 is down already',
    ],
    [
      { transactions: [{ from: 'a100', to: 'a1', amount: 1 }] },
      'transactions[0].from: found "a100", expected an account from a0 to a99',
    ],
    [
      { transactions: [{ from: 'a1', to: 'a1', amount: 1 }] },
      'transactions[0].to: found "a1", expected another account than `from`',
    ],
    [
      { transactions: [{ from: 'a0', to: 'a1', amount: 1, client: 'v0' }] },
      'transactions[0].client: found "v0", expected a client from c0 to c0',
    ],
    [
      {
        expect: [
          { name: 'x', ltl: 'G a' },
          { name: 'x', ltl: 'F a' },
        ],
      },
      'expect[1].name: found "x", expected a name that no other expectation has',
    ],
    [
      { storm: { startMs: 30_000 } },
      'storm.startMs: found 30000, expected a storm of at least 1 s (it begins at 30000 ms and ends at 20000 ms)',
    ],
  ])('%j', (extra, message) => {
    expect(problemsIn({ protocol, ...extra })).toContain(message);
  });

  it('refuses a behaviour for which the protocol has no hook', () => {
    const [problem] = problemsIn({ protocol, faults: [{ kind: 'byzantine', target: 'v0', behaviour: 'transplant' }] });
    expect(problem).toMatch(/^faults\[0\].behaviour: found "transplant", expected "silent", .* or "twins"$/);
  });
});

describe('hostile values', () => {
  const cyclic: Record<string, unknown> = { protocol };
  cyclic.description = cyclic;
  const throwing = {
    protocol,
    get seed(): number {
      throw new Error('no');
    },
  };
  it.each([
    ['a cycle', cyclic],
    ['a getter that throws', throwing],
    ['a function', { protocol, name: () => 'x' }],
    ['not a number', { protocol, seed: Number.NaN }],
    ['a bigint', { protocol, seed: 1n }],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    ],
    ['a prototype to pollute', JSON.parse('{"protocol":{"name":"fake","config":{"__proto__":{"polluted":1}}}}')],
    ['a symbol', Symbol('x')],
    ['nothing', undefined],
  ])('%s is one problem', (_, raw) => {
    expect(problemsIn(raw)).toHaveLength(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('reports at most fifty problems', () => {
    const faults = Array.from({ length: 1000 }, () => ({ kind: 'crash', target: 'v9', colour: 1 }));
    expect(problemsIn({ protocol, faults })).toHaveLength(50);
    expect(problemsIn({ protocol, faults: faults.map(({ kind, target }) => ({ kind, target })) })).toHaveLength(50);
    const [tooMany, ...rest] = problemsIn({
      protocol,
      faults: faults.map(({ kind, target }) => ({ kind, target })).concat(faults[0] ?? []),
    });
    expect(rest).toEqual([]);
    expect(tooMany).toMatch(/^faults: found \[.{1,82}…, expected a list of at most 1000 entries$/);
  });

  it('leaves what it was given alone', () => {
    const raw = Object.freeze({ protocol: Object.freeze({ name: 'fake' }) });
    expect(problemsIn(raw)).toEqual([]);
  });
});

it('reads text: syntax problems have line and column, others a path', () => {
  expect(parseScenarioText('{"protocol": {"name": "fake"}}', fakeProtocols)).toHaveProperty('scenario.seed', 1);
  expect(parseScenarioText('{"protocol" {}', fakeProtocols)).toEqual({
    problems: [{ path: 'line 1, column 13', found: '{}', expected: 'a colon' }],
  });
  expect(parseScenarioText('{"seed": 1}', fakeProtocols)).toEqual({
    problems: [{ path: 'protocol', found: 'nothing', expected: 'an object' }],
  });
});
