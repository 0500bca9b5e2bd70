import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../protocols/registry.ts';
import { compileScenario } from './compile.ts';
import { DEFAULT_PRESET_ID, presetById, presets } from './library.ts';
import { encodeLink } from './link.ts';
import { validateScenario } from './validate.ts';

describe.each(presets)('$id', (preset) => {
  const validated = validateScenario(preset.scenario, PROTOCOLS);

  it('is valid, has a plan and comes to an end', () => {
    if ('problems' in validated) expect(validated.problems).toEqual([]);
    else {
      const { stop } = compileScenario(validated.scenario, PROTOCOLS);
      expect(stop.height !== null || stop.at !== null).toBe(true);
    }
  });

  it('carries its title and one sentence as name and description', () => {
    expect(validated).toMatchObject({ scenario: { name: preset.title, description: preset.teaches } });
    expect(preset.teaches).toMatch(/^[A-Z][^.]{20,160}\.$/);
    expect(preset.id).toMatch(/^[a-z0-9]+([-+][a-z0-9]+)*$/);
  });

  it('fits into a link that can be sent anywhere', async () => {
    const link = await encodeLink('scenario' in validated ? validated.scenario : preset.scenario);
    expect(link.length).toBeLessThan(1500);
  });
});

it('ids and titles are unique, and the default exists', () => {
  expect(new Set(presets.map((preset) => preset.id)).size).toBe(presets.length);
  expect(new Set(presets.map((preset) => preset.title)).size).toBe(presets.length);
  expect(presetById(DEFAULT_PRESET_ID)).toBe(presets[0]);
  expect(presetById('nothing-like-it')).toBeNull();
});

it('every mutant has the scenario it names, which selects it and names its check', () => {
  for (const protocol of PROTOCOLS.values()) {
    for (const mutant of protocol.mutants) {
      const preset = presetById(mutant.scenario);
      expect(preset?.scenario.protocol).toMatchObject({ name: protocol.declaration.name, mutant: mutant.name });
      expect(preset?.violates).toBe(mutant.check);
    }
  }
});

it('only scenarios of mutants and those beyond the fault model expect a violation', () => {
  for (const preset of presets) {
    const isMutant = (preset.scenario.protocol.mutant ?? null) !== null;
    expect(preset.violates !== null, preset.id).toBe(isMutant || preset.level === 'beyond the model');
  }
});
