/** Known-broken variants of the council. */
import type { Mutant } from '../../protocol.ts';

export const councilMutants: readonly Mutant[] = [
  {
    name: 'council-half',
    breaks: 'safety',
    what: 'More than half of the shards decide instead of 67 %: one that says this to some and that to others makes two decisions.',
    source:
      'Pease, Shostak, Lamport, Reaching Agreement in the Presence of Faults, JACM 27(2), 1980 (more than two thirds)',
    scenario: 'mutant-council-half',
    check: 'council-agreement',
    needs: { council: true },
  },
];
