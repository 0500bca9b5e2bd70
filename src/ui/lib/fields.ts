/** The declared fields of a node's state, for people. Pure. */
import type { FieldDeclaration } from '../../protocols/protocol.ts';
import type { Frame, NodeMoment } from '../../session/view.ts';
import { shortHash } from './format.ts';

const HASH = /^[0-9a-f]{16,}$/;

/** A field's value: nodes by name, hashes shortened, nothing as a dash. */
export function fieldText(field: FieldDeclaration, value: unknown, nodes: Frame['nodes']): string {
  if (value === null || value === undefined) return '–';
  if (field.kind === 'node' && typeof value === 'number') return nodes[value]?.id ?? String(value);
  if (field.kind === 'boolean' && value !== '') return value === 1 || value === true ? 'yes' : 'no';
  return typeof value === 'string' && HASH.test(value) ? shortHash(value) : String(value);
}

export interface Change {
  readonly field: FieldDeclaration;
  readonly was: unknown;
  readonly is: unknown;
}

/** The declared fields that differ between two moments, in the order of the declaration. */
export function changesBetween(
  before: Pick<NodeMoment, 'fields'>,
  after: Pick<NodeMoment, 'fields'>,
  fields: readonly FieldDeclaration[],
): readonly Change[] {
  return fields.flatMap((field) => {
    const [was, is] = [before.fields[field.name], after.fields[field.name]];
    return was === is ? [] : [{ field, was, is }];
  });
}
