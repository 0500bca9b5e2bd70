/** Known-broken variants of nested shards. */
import type { Mutant } from '../../protocol.ts';

export const nestedMutants: readonly Mutant[] = [
  {
    name: 'nested-parent-early-yes',
    breaks: 'safety',
    what: 'The head of a parent votes YES to the upper level before the leaves of the parent have voted.',
    source:
      'Mohan, Lindsay, Obermarck, ACM TODS 11(4), 1986, hierarchical 2P (a YES of a subtree is a YES of each of its processes)',
    scenario: 'mutant-nested-parent-early-yes',
    check: 'atomicity',
  },
];
