/** Faults that scenarios of several protocols are made of. */
import type { FaultInput } from '../schema.ts';

/** What `from` says of `types` to `to` is lost; null: whoever says it, to whomever, whatever it is. */
export function lost(
  from: string[] | null,
  to: string[] | null,
  types: string[] | null,
  at: number,
  until: number,
): FaultInput {
  return { kind: 'link', from, to, types, symmetric: false, loss: 1, at, until };
}
