import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { sharded } from '../../protocols/sharded/index.ts';
import { behavioursOf } from '../../scenario/behaviours.ts';
import { faultSchema } from '../../scenario/schema.ts';
import { faultOn, paletteOf } from './palette.ts';

const traitors = (shards: Parameters<typeof paletteOf>[1], declaration = sharded.declaration): string[] =>
  paletteOf(declaration, shards)
    .filter(({ group }) => group === 'Byzantine')
    .map(({ label }) => label);

describe('the fault palette', () => {
  it('offers traitors in shards of several validators, and none in shards of one', () => {
    expect(traitors({ commit: '2pc', validatorsPerShard: 1 })).toEqual([]);
    expect(traitors({ commit: '2pc', validatorsPerShard: 4 })).toEqual(behavioursOf(sharded.declaration));
    expect(traitors({ commit: '2pc', validatorsPerShard: 4 })).toContain('inflate-certificate');
  });

  it('offers exactly the behaviours that a scenario may name', () => {
    for (const { declaration } of PROTOCOLS.values()) {
      const offered = traitors(null, declaration);
      expect(offered, declaration.name).toEqual(declaration.faultModel === 'crash' ? [] : behavioursOf(declaration));
    }
  });

  it('puts a traitor where it is one', () => {
    const nodes = ['s0v0', 's0v1', 's0v2', 's0v3', 'c0'].map((id, index) => ({
      id,
      index,
      kind: id === 'c0' ? ('client' as const) : ('validator' as const),
      region: 'local',
      stake: 1,
      suite: 'ed25519',
    }));
    const frame = (validatorsPerShard: number) => ({
      nodes,
      declaration: sharded.declaration,
      scenario: { shards: { commit: '2pc' as const, validatorsPerShard } },
    });
    const fault = faultOn('byzantine/equivocate', { kind: 'node', node: 2 }, frame(4));
    expect(fault).toEqual({ kind: 'byzantine', target: 's0v2', behaviour: 'equivocate' });
    expect(faultSchema.safeParse(fault).success).toBe(true);
    expect(faultOn('byzantine/equivocate', { kind: 'node', node: 4 }, frame(4))).toBeNull();
    expect(faultOn('byzantine/equivocate', { kind: 'node', node: 2 }, frame(1))).toBeNull();
  });
});
