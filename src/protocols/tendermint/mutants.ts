/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'tendermint-no-lock',
    breaks: 'safety',
    what: 'Prevotes ignore the lock, so that a block which somebody decided is replaced in the next round.',
    source: 'Buchman, Kwon, Milosevic, arXiv 1807.04938, Algorithm 1, lines 23 and 29',
    scenario: 'mutant-tendermint-no-lock',
    check: 'agreement',
  },
  {
    name: 'tendermint-no-valid-value',
    breaks: 'liveness',
    what: 'Proposers forget the valid value, so that validators locked on a block wait for ever to see it again.',
    source: 'Amoussou-Guenou et al., Dissecting Tendermint, arXiv 1809.09858; arXiv 1807.04938, lines 15–18',
    scenario: 'mutant-tendermint-no-valid-value',
    check: 'liveness',
  },
  {
    name: 'quorum-2f+1-any-n',
    breaks: 'safety',
    what: 'A quorum is 2f+1 whatever the total power is: with a power of 6 and f = 1 two quorums of 3 share nobody.',
    source: 'arXiv 1807.04938, §2.2 (n = 3f+1 is assumed)',
    scenario: 'mutant-tendermint-quorum-2f+1-any-n',
    check: 'agreement',
  },
  {
    name: 'votes-not-distinct',
    breaks: 'safety',
    what: 'Votes are counted by message, so that one validator that repeats itself is two thirds of the power.',
    source: 'csienslab/BFT-Simulator (message counters)',
    scenario: 'mutant-tendermint-votes-not-distinct',
    check: 'certificates',
  },
  {
    name: 'unverified',
    breaks: 'safety',
    what: 'Signatures are not verified: whoever names another as sender speaks for it.',
    source: 'arXiv 1807.04938, §2.1 (messages are signed)',
    scenario: 'mutant-tendermint-unverified',
    check: 'agreement',
  },
  {
    name: 'no-domain-separation',
    breaks: 'safety',
    what: 'A signature covers the block hash alone: a proposal or PREVOTE passes as a PRECOMMIT of the same validator.',
    source: 'arXiv 1807.04938, Algorithm 1 (messages carry type, height and round)',
    scenario: 'mutant-tendermint-no-domain-separation',
    check: 'agreement',
  },
  {
    name: 'timer-not-doubled',
    breaks: 'liveness',
    what: 'Timeouts do not grow with the round: on a network slower than them no round is ever long enough.',
    source: 'arXiv 1807.04938, §3 (timeouts increase with every round)',
    scenario: 'mutant-tendermint-timer-not-doubled',
    check: 'liveness',
  },
];
