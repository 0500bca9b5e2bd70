/** Which behaviours a traitor of a protocol is capable of. */
import type { Behaviour } from '../kernel/plan.ts';
import type { Declaration } from '../protocols/protocol.ts';
import { BEHAVIOURS } from './schema.ts';

/** Behaviours that need a hook of the protocol; without it they would do nothing. */
const HOOKED: ReadonlySet<Behaviour> = new Set([
  'equivocate',
  'double-vote',
  'forged-sender',
  'transplant',
  'inflate-certificate',
]);

export function behavioursOf(declaration: Pick<Declaration, 'behaviours'>): Behaviour[] {
  return BEHAVIOURS.filter((behaviour) => !HOOKED.has(behaviour) || declaration.behaviours.includes(behaviour));
}
