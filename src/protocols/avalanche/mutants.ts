/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'snow-alpha-half',
    breaks: 'safety',
    what: 'Half of the sample makes a poll succeed: two colours can both have that.',
    source: 'Rocket et al., arXiv 1906.08936, Snowflake (α > k/2)',
    scenario: 'mutant-snow-alpha-half',
    needs: { mode: 'snowflake', sampleSize: 4 },
    check: 'agreement',
  },
  {
    name: 'snow-no-reset',
    breaks: 'safety',
    what: 'The counter of successes is not reset by a change of mind nor by a failed poll: it no longer counts polls in a row.',
    source: 'Rocket et al., arXiv 1906.08936, Snowflake',
    scenario: 'mutant-snow-no-reset',
    needs: { mode: 'snowflake', sampleSize: 4 },
    check: 'agreement',
  },
  {
    name: 'snow-rebalance',
    breaks: 'liveness',
    what: 'α is four fifths of the sample however many may lie: who answers for the colour behind keeps the network in balance.',
    source: 'Kniep, Laval, Sliwinski, Wattenhofer, arXiv 2409.02217',
    scenario: 'mutant-snow-rebalance',
    needs: { mode: 'snowball', patienceMs: 20_000 },
    check: 'liveness',
  },
  {
    name: 'avalanche-no-noops',
    breaks: 'liveness',
    what: 'A node with nothing to propose issues nothing: the last vertices are never built on, so never accepted.',
    source: 'Rocket et al., arXiv 1906.08936, implementation (no-op transactions)',
    scenario: 'mutant-avalanche-no-noops',
    check: 'liveness',
  },
];
