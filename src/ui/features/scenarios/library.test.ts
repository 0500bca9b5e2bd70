import { describe, expect, it } from 'vitest';
import { presets } from '../../../scenario/index.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { ALL, byProtocol, matching, PRESENT, pictureOf, shelfOf } from './library.ts';

const ids = (query: string) => matching(presets, query).map(({ id }) => id);

describe('the library', () => {
  it('follows the running protocol, and shows everything where none runs yet', () => {
    const shelves = byProtocol(
      presets,
      [...PROTOCOLS.values()].map(({ declaration }) => declaration),
    );
    expect(shelfOf(PRESENT, 'raft', shelves)).toBe('raft');
    expect(shelfOf(PRESENT, '', shelves)).toBe(ALL);
    expect(shelfOf(PRESENT, 'without-a-scenario', shelves)).toBe(ALL);
    expect(shelfOf('paxos', 'raft', shelves)).toBe('paxos');
  });

  it('is found by title, protocol, kind of fault and behaviour, all words at once', () => {
    expect(ids('')).toHaveLength(presets.length);
    expect(ids('  Partition ')).toContain('partition-and-heal');
    expect(ids('equivocate')).toContain('equivocating-primary');
    expect(ids('raft crash').length).toBeGreaterThan(0);
    for (const id of ids('raft crash')) expect(id).toMatch(/raft/);
    expect(ids('no such thing')).toEqual([]);
  });

  it('has a shelf for every protocol, and every scenario on one of them', () => {
    const protocols = [...PROTOCOLS.values()].map(({ declaration: { name, title } }) => ({ name, title }));
    const shelves = byProtocol(presets, protocols);
    const stocked = protocols.filter(({ name }) => presets.some(({ scenario }) => scenario.protocol.name === name));
    expect(shelves.map(({ protocol }) => protocol)).toEqual(stocked.map(({ name }) => name));
    expect(shelves.length).toBeGreaterThan(6);
    expect(shelves.flatMap((shelf) => shelf.presets.map(({ id }) => id)).sort()).toEqual(
      presets.map(({ id }) => id).sort(),
    );
    for (const shelf of shelves) {
      for (const { scenario } of shelf.presets) expect(scenario.protocol.name).toBe(shelf.protocol);
    }
    expect(byProtocol(presets, [...protocols, { name: 'unheard-of', title: '' }])).toHaveLength(shelves.length);
  });

  it('shows the faults of each scenario in a picture that stays in its frame', () => {
    for (const preset of presets) {
      const { dots, radius, mutant } = pictureOf(preset, 34);
      expect(dots.length).toBeGreaterThan(0);
      for (const { x, y } of dots) {
        expect(Math.min(x, y) - radius).toBeGreaterThanOrEqual(0);
        expect(Math.max(x, y) + radius).toBeLessThanOrEqual(34);
      }
      expect(mutant).toBe(preset.id.startsWith('mutant-'));
    }
    const of = (id: string) => pictureOf(presets.find((preset) => preset.id === id) as (typeof presets)[number], 34);
    expect(of('primary-crash').dots.map(({ look }) => look)).toEqual(['crashed', 'correct', 'correct', 'correct']);
    expect(of('seven-validators-two-traitors').dots.filter(({ look }) => look === 'byzantine')).toHaveLength(2);
    expect([of('partition-and-heal').cut, of('happy-path').cut]).toEqual([true, false]);
  });
});
