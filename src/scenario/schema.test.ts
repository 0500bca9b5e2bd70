import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BEHAVIOURS, scenarioJsonSchema, scenarioSchema, SUITES } from './schema.ts';

const PUBLISHED = new URL('../../public/testnet-scenario-1.schema.json', import.meta.url);

it('the published JSON Schema is this schema (UPDATE=1 writes it anew)', () => {
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  if (process.env.UPDATE === '1') writeFileSync(PUBLISHED, text);
  expect(readFileSync(PUBLISHED, 'utf8')).toBe(text);
});

it('everything but the protocol has a default', () => {
  expect(scenarioSchema.parse({ protocol: { name: 'svbft' } })).toEqual({
    format: 'testnet-scenario/1',
    name: 'Untitled',
    description: '',
    seed: 1,
    protocol: { name: 'svbft', config: {}, mutant: null },
    validators: 4,
    clients: 1,
    crypto: { suite: 'ml-dsa-65' },
    network: {
      latency: { kind: 'uniform', minMs: 20, maxMs: 80 },
      bandwidthMbps: 100,
      loss: 0,
      duplicate: 0,
      synchrony: { kind: 'partial', gstMs: 0, deltaMs: 500 },
    },
    workload: {
      kind: 'transfers',
      ratePerSecond: 50,
      batchMs: 200,
      accounts: 100,
      initialBalance: 1000,
      crossShard: 0,
      hotspot: null,
    },
    shards: null,
    faults: [],
    storm: null,
    transactions: [],
    stop: { height: null, ms: null },
    expect: [],
  });
  expect(scenarioSchema.safeParse({}).success).toBe(false);
});

it('every kind of latency, synchrony and fault needs no more than its kind and its target', () => {
  for (const kind of ['constant', 'uniform', 'normal', 'log-normal', 'pareto', 'regions'] as const) {
    const parsed = scenarioSchema.parse({ protocol: { name: 'x' }, network: { latency: { kind } } });
    expect(parsed.network.latency.kind).toBe(kind);
  }
  for (const kind of ['synchronous', 'partial', 'asynchronous'] as const) {
    expect(
      scenarioSchema.parse({ protocol: { name: 'x' }, network: { synchrony: { kind } } }).network.synchrony.kind,
    ).toBe(kind);
  }
  const faults = [
    { kind: 'crash', target: 'v0' },
    { kind: 'partition', groups: [['v0'], ['v1']] },
    { kind: 'link' },
    { kind: 'slow', target: 'c0' },
    { kind: 'byzantine', target: 'v0', behaviour: 'silent' },
  ];
  const parsed = scenarioSchema.parse({ protocol: { name: 'x' }, faults });
  expect(parsed.faults.map((fault) => [fault.kind, fault.at, fault.when, fault.until, fault.untilWhen])).toEqual(
    faults.map((fault) => [fault.kind, null, null, null, null]),
  );
});

it('parsing a complete scenario changes nothing', () => {
  const complete = scenarioSchema.parse({
    protocol: { name: 'x' },
    storm: {},
    validators: [{}, {}],
    faults: [{ kind: 'link' }],
  });
  expect(scenarioSchema.parse(complete)).toEqual(complete);
});

it('knows twelve suites and twelve behaviours, each once', () => {
  expect(new Set(SUITES).size).toBe(12);
  expect(new Set(BEHAVIOURS).size).toBe(12);
});
