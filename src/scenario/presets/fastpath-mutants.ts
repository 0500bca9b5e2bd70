/**
 * One scenario for each known-broken variant of the fast path: it makes the named check fire, and the correct protocol passes the
 * same script. Height h is proposed (h − 1)/2 seconds into a run by v((h + view) mod n).
 */
import { SPLIT_AT_HEIGHT_5 } from './fastpath.ts';
import { brokenOf } from './broken.ts';
import { lost } from './faults.ts';
import type { Preset } from './preset.ts';

const EVERYONE = ['v0', 'v1', 'v2', 'v3'];
const broken = brokenOf('fastpath', {
  config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 300 },
  network: { latency: { kind: 'constant', ms: 10 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
});

export const fastpathMutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-fastpath-75',
    mutant: 'fastpath-75',
    title: 'Broken fast path: three quarters',
    teaches:
      'One primary lies and one replica decides with three of four votes; the reports of the others disagree about it.',
    violates: 'agreement',
    faults: SPLIT_AT_HEIGHT_5,
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-zyzzyva-view-change',
    mutant: 'zyzzyva-view-change',
    title: 'Broken fast path: an old certificate wins',
    teaches:
      'A certificate of view 0 beats the votes that decided another block in view 1: two kinds of reports need one order.',
    violates: 'agreement',
    // Height 5, view 0: v3 alone is prepared; v1 forgets, so that view 1 is free to choose. There v0 alone decides, fast.
    faults: [
      lost(['v1'], ['v0'], ['proposal'], 1900, 2600),
      lost(['v3'], EVERYONE, ['vote'], 1900, 2900),
      lost(['v3'], EVERYONE, ['commit', 'view-change'], 1900, 3100),
      { kind: 'crash', target: 'v1', restart: 'amnesia', at: 2600, until: 2700 },
      lost(EVERYONE, ['v1', 'v2', 'v3'], ['vote'], 2950, 4900),
      lost(['v0'], EVERYONE, ['status', 'sync-response'], 1900, 12_000),
    ],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-vc-forgets',
    mutant: 'svbft-vc-forgets',
    title: 'Broken fast path: a view change that forgets',
    teaches: 'One replica decides alone; only the votes that the others report keep them from deciding something else.',
    violates: 'agreement',
    config: { statusPeriodMs: 700 },
    faults: [
      { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], oneWay: true, cut: 'lost', at: 0, until: 8000 },
      lost(EVERYONE, ['v1', 'v2', 'v3'], ['vote'], 0, 990),
    ],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-quorum-2f+1-any-n',
    mutant: 'quorum-2f+1-any-n',
    title: 'Broken fast path: quorum 2f+1 of six',
    teaches: 'With six replicas 2f+1 is three: one primary with two proposals has a quorum on either side.',
    violates: 'agreement',
    validators: 6,
    // v1 proposes height 7 at 3 s.
    faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'equivocate', peers: ['v0', 'v2'], at: 2800 }],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-votes-not-distinct',
    mutant: 'votes-not-distinct',
    title: 'Broken fast path: votes counted by message',
    teaches: 'A replica that repeats its vote must not make a round look unanimous.',
    violates: 'certificates',
    network: {
      latency: { kind: 'uniform', minMs: 5, maxMs: 80 },
      synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 },
    },
    faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'duplicate-votes', at: 0 }],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-timer-not-doubled',
    mutant: 'timer-not-doubled',
    title: 'Broken fast path: a timeout that never grows',
    teaches: 'On a network slower than the timeout every view ends too early, unless the next one lasts longer.',
    violates: 'liveness',
    config: { viewChangeTimeoutMs: 500, statusPeriodMs: 2000 },
    network: { latency: { kind: 'constant', ms: 600 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 650 } },
    faults: [],
    stopMs: 90_000,
  }),
  broken({
    id: 'mutant-fastpath-unverified',
    mutant: 'unverified',
    title: 'Broken fast path: nobody checks signatures',
    teaches: 'A primary shows two blocks and casts all the votes for both itself: without signatures nobody notices.',
    violates: 'agreement',
    faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'forged-sender', when: 'height >= 4' }],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-no-domain-separation',
    mutant: 'no-domain-separation',
    title: 'Broken fast path: a vote that says too little',
    teaches:
      'A primary passes the VOTE of another off as a COMMIT, and v0 decides what too few have prepared and voted for.',
    violates: 'agreement',
    config: { statusPeriodMs: 700 },
    // Height 5: v3 gets no proposal, v2 no votes. v0 and v1 are prepared and commit; then v1 forgets, and v0 is not heard.
    faults: [
      { kind: 'byzantine', target: 'v1', behaviour: 'transplant', at: 1900, until: 2600 },
      lost(EVERYONE, ['v3'], ['proposal'], 1900, 2950),
      lost(EVERYONE, ['v2', 'v3'], ['vote', 'commit'], 1900, 2950),
      lost(['v0'], EVERYONE, ['status', 'sync-response', 'view-change'], 1900, 9000),
      { kind: 'crash', target: 'v1', restart: 'amnesia', at: 2700, until: 2800 },
    ],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-fastpath-qc-repeated-signers',
    mutant: 'qc-repeated-signers',
    title: 'Broken fast path: a certificate with one signer',
    teaches: 'Who was away catches up from a liar, whose certificates name the same replica again and again.',
    violates: 'certificates',
    faults: [
      { kind: 'byzantine', target: 'v2', behaviour: 'inflate-certificate', at: 0 },
      { kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 700, until: 4000 },
      lost(['v0', 'v1'], ['v3'], ['sync-response'], 0, 9000),
    ],
    stopMs: 30_000,
  }),
];
