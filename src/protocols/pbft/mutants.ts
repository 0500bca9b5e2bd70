/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'svbft-vc-forgets',
    breaks: 'safety',
    what: 'A VIEW-CHANGE carries no prepared certificates, so a new primary reassigns a number that somebody executed.',
    source: 'Castro & Liskov, OSDI 1999, §4.4 (the set P)',
    scenario: 'mutant-pbft-svbft-vc-forgets',
    check: 'agreement',
  },
  {
    name: 'quorum-2f+1-any-n',
    breaks: 'safety',
    what: 'A quorum is 2f+1 whatever n is: with n = 6 and f = 1 two quorums of 3 share nobody.',
    source: 'Castro & Liskov, OSDI 1999, §4 (n = 3f+1 is assumed)',
    scenario: 'mutant-pbft-quorum-2f+1-any-n',
    check: 'agreement',
  },
  {
    name: 'quorum-2f',
    breaks: 'safety',
    what: 'A quorum is 2f: with n = 4 an equivocating primary and one backup on each side are enough.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (2f+1 counting the pre-prepare)',
    scenario: 'mutant-quorum-2f',
    check: 'agreement',
  },
  {
    name: 'votes-not-distinct',
    breaks: 'safety',
    what: 'Votes are counted by message, so that one replica that repeats itself is a quorum.',
    source: 'csienslab/BFT-Simulator (message counters)',
    scenario: 'mutant-pbft-votes-not-distinct',
    check: 'certificates',
  },
  {
    name: 'slot-conflict',
    breaks: 'safety',
    what: 'A second pre-prepare for the same view and number is accepted and voted for like the first.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (third condition on a pre-prepare); ByzzBench',
    scenario: 'mutant-slot-conflict',
    check: 'one-vote',
  },
  {
    name: 'timer-not-doubled',
    breaks: 'liveness',
    what: 'Every view has the same time: on a network slower than that no view is ever long enough.',
    source: 'Castro & Liskov, OSDI 1999, §4.5.2 (first rule)',
    scenario: 'mutant-pbft-timer-not-doubled',
    check: 'liveness',
  },
  {
    name: 'unverified',
    breaks: 'safety',
    what: 'Signatures are not verified: whoever names another as sender speaks for it.',
    source: 'Castro & Liskov, OSDI 1999, §2 (messages are signed)',
    scenario: 'mutant-pbft-unverified',
    check: 'agreement',
  },
  {
    name: 'no-domain-separation',
    breaks: 'safety',
    what: 'A signature covers the digest alone: a PREPARE passes as a COMMIT of the same replica.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (phase, view and sequence number are part of what is signed)',
    scenario: 'mutant-pbft-no-domain-separation',
    check: 'agreement',
  },
];
