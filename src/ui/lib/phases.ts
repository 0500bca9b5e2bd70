/** The one table of what each phase looks like: colour token, shape and letter. Never colour alone. */
import type { Declaration, PhaseRole } from '../../protocols/protocol.ts';

export type Shape = 'square' | 'circle' | 'triangle' | 'diamond' | 'ring' | 'padlock' | 'dash';

export interface PhaseLook {
  /** Custom property in tokens.css. */
  readonly token: string;
  readonly shape: Shape;
  /** '' where the shape alone says enough. */
  readonly letter: string;
  readonly label: string;
}

export const PHASES: Readonly<Record<PhaseRole, PhaseLook>> = {
  propose: { token: '--phase-propose', shape: 'square', letter: 'P', label: 'proposal' },
  first: { token: '--phase-first', shape: 'circle', letter: '1', label: 'first vote' },
  second: { token: '--phase-second', shape: 'triangle', letter: '2', label: 'second vote' },
  third: { token: '--phase-third', shape: 'diamond', letter: '3', label: 'third vote' },
  change: { token: '--phase-change', shape: 'ring', letter: 'V', label: 'change of leader' },
  cross: { token: '--phase-cross', shape: 'padlock', letter: 'X', label: 'cross-shard' },
  sync: { token: '--phase-sync', shape: 'dash', letter: '', label: 'synchronisation' },
  client: { token: '--phase-client', shape: 'dash', letter: '', label: 'client' },
};

export const PHASE_ROLES = Object.keys(PHASES) as readonly PhaseRole[];

const CHANGE_WORDS = /change|elect|candidate|recover|timeout/i;

/**
 * The phase role that a value of the declared `phase` field belongs to, found by comparing it with the declared
 * messages ("prepared" goes with the message "prepare"); null for idle and unknown values.
 */
export function phaseRoleOf(declaration: Declaration, phase: string): PhaseRole | null {
  let known = rolesByPhase.get(declaration);
  if (known === undefined) {
    known = new Map();
    rolesByPhase.set(declaration, known);
  }
  let role = known.get(phase);
  if (role === undefined) {
    role = findPhaseRole(declaration, phase);
    known.set(phase, role);
  }
  return role;
}

/** Found once: it is asked for every node of every picture, and a declaration has a handful of phases. */
const rolesByPhase = new WeakMap<Declaration, Map<string, PhaseRole | null>>();

function findPhaseRole(declaration: Declaration, phase: string): PhaseRole | null {
  const word = letters(phase);
  let best: PhaseRole | null = null;
  let bestLength = 3;
  for (const message of declaration.messages) {
    const length = commonPrefix(word, letters(message.type));
    if (length > bestLength) {
      best = message.phase;
      bestLength = length;
    }
  }
  return best ?? (CHANGE_WORDS.test(phase) ? 'change' : null);
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
