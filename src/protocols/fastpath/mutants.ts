/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'fastpath-75',
    breaks: 'safety',
    what: "Three quarters of the votes decide fast: two liars' worth of doubt, and the view change cannot find the block again.",
    source:
      'Abraham et al., arXiv 1712.01367 (what a fast quorum must leave behind); SBFT, arXiv 1804.01626, §V-C (3f+c+1 votes)',
    scenario: 'mutant-fastpath-75',
    check: 'agreement',
  },
  {
    name: 'zyzzyva-view-change',
    breaks: 'safety',
    what: 'A new primary prefers any prepared certificate to a majority of votes, even one of an older view.',
    source:
      'Abraham et al., Revisiting Fast Practical Byzantine Fault Tolerance, arXiv 1712.01367 (the flaw in Zyzzyva)',
    scenario: 'mutant-zyzzyva-view-change',
    check: 'agreement',
  },
  {
    name: 'svbft-vc-forgets',
    breaks: 'safety',
    what: 'A VIEW-CHANGE reports neither vote nor certificate, so a new primary replaces a block that somebody decided.',
    source: 'Castro & Liskov, OSDI 1999, §4.4 (the set P); SBFT, arXiv 1804.01626, §V-G',
    scenario: 'mutant-fastpath-vc-forgets',
    check: 'agreement',
  },
  {
    name: 'quorum-2f+1-any-n',
    breaks: 'safety',
    what: 'A quorum of the normal path is 2f+1 whatever n is: with n = 6 and f = 1 two quorums of 3 share nobody.',
    source: 'Castro & Liskov, OSDI 1999, §4 (n = 3f+1 is assumed)',
    scenario: 'mutant-fastpath-quorum-2f+1-any-n',
    check: 'agreement',
  },
  {
    name: 'votes-not-distinct',
    breaks: 'safety',
    what: 'Votes are counted by message, so that one replica that repeats itself makes the round look unanimous.',
    source: 'csienslab/BFT-Simulator (message counters)',
    scenario: 'mutant-fastpath-votes-not-distinct',
    check: 'certificates',
  },
  {
    name: 'timer-not-doubled',
    breaks: 'liveness',
    what: 'Every view has the same time: on a network slower than that no view is ever long enough.',
    source: 'Castro & Liskov, OSDI 1999, §4.5.2 (first rule)',
    scenario: 'mutant-fastpath-timer-not-doubled',
    check: 'liveness',
  },
  {
    name: 'unverified',
    breaks: 'safety',
    what: 'Signatures are not verified: whoever names another as sender speaks for it.',
    source: 'Castro & Liskov, OSDI 1999, §2 (messages are signed)',
    scenario: 'mutant-fastpath-unverified',
    check: 'agreement',
  },
  {
    name: 'no-domain-separation',
    breaks: 'safety',
    what: 'A signature covers the block hash alone: a VOTE passes as a COMMIT of the same replica.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (phase, view and sequence number are part of what is signed)',
    scenario: 'mutant-fastpath-no-domain-separation',
    check: 'agreement',
  },
  {
    name: 'qc-repeated-signers',
    breaks: 'safety',
    what: 'A certificate may name one signer several times, so that one signature is a quorum.',
    source: 'Castro & Liskov, OSDI 1999, §4.2 (different replicas)',
    scenario: 'mutant-fastpath-qc-repeated-signers',
    check: 'certificates',
  },
];
