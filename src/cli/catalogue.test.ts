import { describe, expect, it } from 'vitest';
import { presetById } from '../scenario/index.ts';
import { catalogue, catalogueText } from './catalogue.ts';

describe('catalogue', () => {
  const listed = catalogue();

  it('names the default protocol, and scenarios by unique ids', () => {
    expect(listed.protocols.map(({ name }) => name)).toContain('svbft');
    const ids = listed.presets.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, name } of listed.presets) expect([id, name]).not.toContain('');
  });

  it('gives each mutant a preset that sets it and names the check that fires', () => {
    expect(listed.mutants.length).toBeGreaterThan(0);
    for (const { name, protocol, scenario, check } of listed.mutants) {
      const preset = presetById(scenario);
      expect(preset?.scenario.protocol, name).toMatchObject({ name: protocol, mutant: name });
      expect(preset?.violates, name).toBe(check);
    }
  });

  it('reads as lines', () => {
    const text = catalogueText(listed);
    for (const { id } of listed.presets) expect(text).toContain(`\n  ${id} `);
    for (const { name } of listed.mutants) expect(text).toContain(`\n  ${name} `);
  });
});
