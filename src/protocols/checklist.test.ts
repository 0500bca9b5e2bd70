/** What CONTRIBUTING asks of a new protocol, as far as it can be looked up: nobody has to remember the list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { presets } from '../scenario/library.ts';
import { PROTOCOLS } from './registry.ts';

const FILES = [
  'README.md',
  'messages.ts',
  'state.ts',
  'step.ts',
  'rules.ts',
  'describe.ts',
  'adversary.ts',
  'mutants.ts',
  'golden.test.ts',
];

describe.each([...PROTOCOLS])('%s', (name, { declaration, mutants, properties = [] }) => {
  const folder = join(import.meta.dirname, name);
  const isSharded = declaration.transactions !== undefined;

  it('has its files, under the name that it declares', () => {
    expect(declaration.name).toBe(name);
    expect(FILES.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    // Between shards the sweeps are among the checks, over whole testnets.
    expect(existsSync(join(folder, 'property.test.ts'))).toBe(!isSharded);
  });

  it('tells at least three stories', () => {
    const traces = readdirSync(join(folder, 'traces')).filter((file) => file.endsWith('.txt'));
    expect(traces.length).toBeGreaterThanOrEqual(3);
  });

  it('promises something that can be checked', () => {
    expect(declaration.guarantees?.length ?? 1).toBeGreaterThan(0);
    expect(declaration.net !== undefined || properties.length > 0).toBe(true);
    expect(declaration.net !== undefined).toBe(!isSharded);
  });

  it('has scenarios: some that go well, one for each broken variant', () => {
    const own = presets.filter(({ scenario }) => scenario.protocol.name === name);
    const intact = own.filter(({ scenario }) => (scenario.protocol.mutant ?? null) === null);
    expect(intact.length).toBeGreaterThanOrEqual(2);
    const ids = new Set(own.map(({ id }) => id));
    expect(mutants.filter(({ scenario }) => !ids.has(scenario)).map((mutant) => mutant.name)).toEqual([]);
  });
});

it('each has a scenario beyond its fault model', () => {
  const broken = new Set(
    presets.filter(({ level }) => level === 'beyond the model').map((p) => p.scenario.protocol.name),
  );
  expect([...PROTOCOLS.keys()].filter((name) => !broken.has(name))).toEqual([]);
});
