/**
 * One scenario for each known-broken variant: it makes the named check fire, and the correct protocol passes the same script.
 * Height h is proposed about (h − 1) seconds into a run, by v(h mod n) in view 0: the times below build on that.
 */
import { brokenOf } from './broken.ts';
import { lost } from './faults.ts';
import type { Preset } from './preset.ts';

const broken = brokenOf('svbft', { config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } });

export const mutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-svbft-vc-forgets',
    mutant: 'svbft-vc-forgets',
    title: 'Broken: view changes forget',
    teaches:
      'Without prepared certificates in its view changes, a new primary replaces a block that one validator decided.',
    violates: 'agreement',
    // Only v0 hears the COMMITs of height 4, decides alone and is cut off; the others change the view.
    faults: [
      lost(null, ['v1', 'v2', 'v3'], ['commit'], 2900, 5000),
      { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], cut: 'lost', at: 3600, until: 9000 },
    ],
    stopMs: 20_000,
  }),
  broken({
    id: 'mutant-quorum-2f+1-any-n',
    mutant: 'quorum-2f+1-any-n',
    title: 'Broken: quorum 2f+1 of six',
    teaches:
      'With six validators f is one and 2f+1 is three: each half of a split network is a quorum, and both decide.',
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
        until: 9000,
      },
    ],
    stopMs: 20_000,
  }),
  broken({
    id: 'mutant-votes-not-distinct',
    mutant: 'votes-not-distinct',
    title: 'Broken: votes counted by message',
    teaches: 'Counting messages instead of distinct voters lets one validator that repeats itself make a quorum alone.',
    violates: 'certificates',
    faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'duplicate-votes', at: 2000 }],
    stopMs: 12_000,
  }),
  broken({
    id: 'mutant-timer-not-doubled',
    mutant: 'timer-not-doubled',
    title: 'Broken: timeouts never grow',
    teaches: 'Where a view takes longer than its constant timeout, every view is abandoned before it can decide.',
    violates: 'liveness',
    config: { viewChangeTimeoutMs: 250 },
    network: { latency: { kind: 'uniform', minMs: 350, maxMs: 450 } },
    faults: [],
    stopMs: 80_000,
  }),
  broken({
    id: 'mutant-unverified',
    mutant: 'unverified',
    title: 'Broken: nobody checks signatures',
    teaches: 'If signatures are not verified, one traitor speaks for everybody and tells two halves two stories.',
    violates: 'agreement',
    faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'forged-sender', at: 2000 }],
    stopMs: 20_000,
  }),
  broken({
    id: 'mutant-no-domain-separation',
    mutant: 'no-domain-separation',
    title: 'Broken: signatures without a domain',
    teaches:
      'When a signature does not bind its phase, stolen PREPAREs pass as COMMITs for a block that was never prepared.',
    violates: 'agreement',
    // In height 5 only v3 hears PREPAREs: it turns them into COMMITs that only v0 hears. Then v3 forgets, and v0 is cut off.
    faults: [
      { kind: 'byzantine', target: 'v3', behaviour: 'transplant', at: 2000 },
      lost(null, ['v0', 'v1', 'v2'], ['prepare'], 3900, 5900),
      lost(['v0'], ['v3'], ['prepare'], 3900, 5900),
      lost(null, ['v1', 'v2'], ['commit'], 3900, 5900),
      { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], cut: 'lost', at: 4400, until: 14_000 },
      { kind: 'crash', target: 'v3', restart: 'amnesia', at: 4500, until: 5000 },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-qc-repeated-signers',
    mutant: 'qc-repeated-signers',
    title: 'Broken: certificates name one signer twice',
    teaches: 'If a certificate may repeat its signers, one signature is enough to feed a block to whoever catches up.',
    violates: 'certificates',
    faults: [
      { kind: 'byzantine', target: 'v1', behaviour: 'inflate-certificate', at: 0 },
      { kind: 'crash', target: 'v0', at: 3000, until: 8000 },
    ],
    stopMs: 20_000,
  }),
];
