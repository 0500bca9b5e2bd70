import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { FieldDeclaration } from '../../../protocols/protocol.ts';
import type { Frame } from '../../../session/view.ts';
import { changesBetween, fieldText } from '../../lib/fields.ts';
import { recentOf } from './activity.ts';

const FIELDS: readonly FieldDeclaration[] = [
  { name: 'height', label: 'Height', kind: 'slot', explain: '' },
  { name: 'phase', label: 'Phase', kind: 'enum', values: ['a', 'b'], explain: '' },
];
const moment = (fields: Record<string, number | string>) => ({ alive: true, byzantine: null, fields, changedAt: 0 });

describe('what changed', () => {
  it('is what differs, in the order of the declaration', () => {
    const changes = changesBetween(moment({ height: 1, phase: 'a' }), moment({ phase: 'b', height: 2 }), FIELDS);
    expect(changes.map(({ field, was, is }) => [field.name, was, is])).toEqual([
      ['height', 1, 2],
      ['phase', 'a', 'b'],
    ]);
    expect(changesBetween(moment({ height: 1 }), moment({ height: 1 }), FIELDS)).toEqual([]);
  });

  it('is told with names, yes and no', () => {
    const nodes = [{ id: 'v0' }] as unknown as Frame['nodes'];
    const field = (kind: FieldDeclaration['kind']): FieldDeclaration => ({ name: 'x', label: 'X', kind, explain: '' });
    const told = (kind: FieldDeclaration['kind'], value: unknown) => fieldText(field(kind), value, nodes);
    expect([told('node', 0), told('node', 7), told('node', null)]).toEqual(['v0', '7', '–']);
    expect([told('boolean', true), told('boolean', false), told('boolean', 1)]).toEqual(['yes', 'no', 'yes']);
    expect([told('slot', 12), told('enum', 'idle'), told('enum', 'a'.repeat(64))]).toEqual(['12', 'idle', 'aaaa…aa']);
  });
});

describe('what happened just before', () => {
  const events = Array.from({ length: 900 }, (_, seq): TraceEvent => {
    const base = { seq, t: seq, node: seq % 3 === 0 ? 'v1' : 'v0' };
    const message = { type: 'prepare', messageId: `v2#${seq}`, slot: 1, epoch: 0, digest: '' };
    return seq % 2 === 0
      ? { ...base, kind: 'deliver', from: 'v2', arrivedAt: seq, ...message }
      : { ...base, kind: 'send', to: 'v2', bytes: 1, ...message };
  });
  const trace = {
    events: (from: number, to: number) => events.slice(from, to),
    positionAt: (at: number) => Math.min(events.length, Math.ceil(at)),
  };

  it('is told newest first, for this node and up to this moment only, across chunks', () => {
    const found = recentOf(trace, 'v1', 700, 120);
    expect(found).toHaveLength(117);
    expect(found[0]).toEqual({ key: 696, text: 'Prepare from v2', atMs: 696, messageId: 'v2#696' });
    expect(found.at(-1)?.key).toBe(0);
    expect(recentOf(trace, 'v1', 700, 3).map(({ key }) => key)).toEqual([696, 690, 684]);
    expect(recentOf(trace, 'v9', 700, 3)).toEqual([]);
  });
});
