/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'svbft-vc-forgets',
    breaks: 'safety',
    what: 'A VIEW-CHANGE carries no prepared certificate, so a new primary replaces a block that somebody decided.',
    source: 'Castro & Liskov, OSDI 1999, §4.4 (the set P)',
    scenario: 'mutant-svbft-vc-forgets',
    check: 'agreement',
  },
  {
    name: 'quorum-2f+1-any-n',
    breaks: 'safety',
    what: 'A quorum is 2f+1 whatever n is: with n = 6 and f = 1 two quorums of 3 share nobody.',
    source: 'Castro & Liskov, OSDI 1999, §4 (n = 3f+1 is assumed)',
    scenario: 'mutant-quorum-2f+1-any-n',
    check: 'agreement',
  },
  {
    name: 'votes-not-distinct',
    breaks: 'safety',
    what: 'Votes are counted by message, so that one validator that repeats itself is a quorum.',
    source: 'csienslab/BFT-Simulator (message counters)',
    scenario: 'mutant-votes-not-distinct',
    check: 'certificates',
  },
  {
    name: 'timer-not-doubled',
    breaks: 'liveness',
    what: 'Every view has the same time: on a network slower than that no view is ever long enough.',
    source: 'Castro & Liskov, OSDI 1999, §4.5.2 (first rule)',
    scenario: 'mutant-timer-not-doubled',
    check: 'liveness',
  },
  {
    name: 'unverified',
    breaks: 'safety',
    what: 'Signatures are not verified: whoever names another as sender speaks for it.',
    source: 'Castro & Liskov, OSDI 1999, §2 (messages are signed)',
    scenario: 'mutant-unverified',
    check: 'agreement',
  },
  {
    name: 'no-domain-separation',
    breaks: 'safety',
    what: 'A signature covers the block hash alone: a PREPARE passes as a COMMIT of the same validator.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (phase, view and sequence number are part of what is signed)',
    scenario: 'mutant-no-domain-separation',
    check: 'agreement',
  },
  {
    name: 'qc-repeated-signers',
    breaks: 'safety',
    what: 'A certificate may name one signer several times, so that one signature is a quorum.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (different replicas)',
    scenario: 'mutant-qc-repeated-signers',
    check: 'certificates',
  },
];
