/**
 * One scenario for each known-broken variant of PBFT: it makes the named check fire, and the correct protocol passes the same
 * script. Number n is assigned about (n − 1) seconds into a run, by v0, the primary of view 0: the times below build on that.
 */
import { brokenOf } from './broken.ts';
import { lost } from './faults.ts';
import type { Preset } from './preset.ts';

const broken = brokenOf('pbft', { config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } });

export const pbftMutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-pbft-svbft-vc-forgets',
    mutant: 'svbft-vc-forgets',
    title: 'Broken PBFT: view changes forget',
    teaches:
      'Without the set P in its view changes, a new primary gives a number that somebody executed to another request.',
    violates: 'agreement',
    config: { statusPeriodMs: 4000 },
    // Only v3 hears the COMMITs for number 4, executes it alone and is cut off; the others change the view.
    faults: [
      lost(null, ['v0', 'v1', 'v2'], ['commit'], 2900, 5000),
      { kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 3700, until: 10_000 },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-pbft-quorum-2f+1-any-n',
    mutant: 'quorum-2f+1-any-n',
    title: 'Broken PBFT: quorum 2f+1 of six',
    teaches:
      'With six replicas 2f+1 is three: one half goes on in view 0, the other changes the view, and both execute.',
    violates: 'agreement',
    validators: 6,
    faults: [
      {
        kind: 'partition',
        groups: [
          ['v0', 'v2', 'v4'],
          ['v1', 'v3', 'v5'],
        ],
        cut: 'lost',
        at: 3500,
        until: 12_000,
      },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-quorum-2f',
    mutant: 'quorum-2f',
    title: 'Broken PBFT: quorum 2f of four',
    teaches:
      'Two votes of four make no majority of the correct: an equivocating primary finds one backup for either story.',
    violates: 'agreement',
    faults: [{ kind: 'byzantine', target: 'v0', behaviour: 'equivocate', at: 2000 }],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-pbft-votes-not-distinct',
    mutant: 'votes-not-distinct',
    title: 'Broken PBFT: votes counted by message',
    teaches: 'Counting messages instead of distinct replicas lets one that repeats itself make a quorum alone.',
    violates: 'certificates',
    faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'duplicate-votes', at: 2000 }],
    stopMs: 12_000,
  }),
  broken({
    id: 'mutant-slot-conflict',
    mutant: 'slot-conflict',
    title: 'Broken PBFT: two requests for one number',
    teaches:
      'A backup that takes a second pre-prepare for the same view and number votes for both, and quorums mean nothing.',
    violates: 'one-vote',
    config: { blockTimeMs: 250, statusPeriodMs: 500 },
    network: { latency: { kind: 'uniform', minMs: 80, maxMs: 160 } },
    // v2 is told another story and falls behind; when it says so, others pass on what the primary told them.
    faults: [{ kind: 'byzantine', target: 'v0', behaviour: 'equivocate', at: 2000 }],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-pbft-timer-not-doubled',
    mutant: 'timer-not-doubled',
    title: 'Broken PBFT: timeouts never grow',
    teaches:
      'Where a view takes longer than its constant timeout, every view is abandoned before it can execute anything.',
    violates: 'liveness',
    config: { blockTimeMs: 100, viewChangeTimeoutMs: 250 },
    network: { latency: { kind: 'uniform', minMs: 350, maxMs: 450 } },
    faults: [],
    stopMs: 90_000,
  }),
  broken({
    id: 'mutant-pbft-unverified',
    mutant: 'unverified',
    title: 'Broken PBFT: nobody checks signatures',
    teaches:
      'If signatures are not verified, a lying primary also casts the votes of everybody, for two stories at once.',
    violates: 'agreement',
    faults: [{ kind: 'byzantine', target: 'v0', behaviour: 'forged-sender', at: 2000 }],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-pbft-no-domain-separation',
    mutant: 'no-domain-separation',
    title: 'Broken PBFT: signatures without a domain',
    teaches:
      'When a signature does not bind its phase, stolen PREPAREs pass as COMMITs for a request that nobody prepared.',
    violates: 'agreement',
    config: { viewChangeTimeoutMs: 3000, statusPeriodMs: 6000 },
    // For number 5 only v3 hears a PREPARE, that of v1. It turns it and the pre-prepare into COMMITs that only v2 hears.
    // Then v3 forgets, and v2 is cut off.
    faults: [
      { kind: 'byzantine', target: 'v3', behaviour: 'transplant', at: 2000 },
      lost(null, ['v0', 'v1', 'v2'], ['prepare'], 3900, 6900),
      lost(['v2'], ['v3'], ['prepare'], 3900, 6900),
      lost(null, ['v0', 'v1'], ['commit'], 3900, 6900),
      { kind: 'partition', groups: [['v2'], ['v0', 'v1', 'v3']], cut: 'lost', at: 4500, until: 16_000 },
      { kind: 'crash', target: 'v3', restart: 'amnesia', at: 4600, until: 5000 },
      lost(null, ['v3'], ['pre-prepare', 'prepare'], 4500, 6900),
    ],
    stopMs: 30_000,
  }),
];
