/**
 * One scenario for each known-broken variant of HotStuff: it makes the named check fire, and the correct protocol passes the same
 * script. View v is led by v(v mod n) and begins about (v − 1) · 1.05 seconds into a run while all goes well.
 */
import type { FaultInput } from '../schema.ts';
import { brokenOf } from './broken.ts';
import type { Preset } from './preset.ts';

const broken = brokenOf('hotstuff', {
  config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000, statusPeriodMs: 10_000 },
  network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', deltaMs: 200 } },
});

/** Votes that are told to everybody after a timeout do not arrive. */
function votesLost(at: number, until: number): FaultInput {
  return { kind: 'link', types: ['vote'], loss: 1, at, until };
}

/** Nothing leaves or reaches this replica. */
function cutOff(node: string, others: string[], at: number, until: number): FaultInput {
  return { kind: 'partition', groups: [[node], others], cut: 'lost', at, until };
}

/** The traitor shows everybody another block than its own machine makes, on an older certificate, and votes for that. */
function forks(target: string, at: number, until: number): FaultInput {
  return {
    kind: 'byzantine',
    target,
    behaviour: 'equivocate',
    peers: [target],
    types: ['proposal', 'vote'],
    at,
    until,
  };
}

export const hotstuffMutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-hotstuff-height-lock',
    mutant: 'hotstuff-height-lock',
    title: 'Broken HotStuff: locked by height only',
    teaches:
      'If a vote only asks for a block above the lock, a traitor revives a dead branch that is tall enough, and it is decided too.',
    violates: 'agreement',
    ratePerSecond: 0,
    // v2 hides the certificate of view 9 and forks below it in view 10; v1 alone sees the fork decided; in view 14 v2 goes on
    // with the branch of view 9.
    faults: [
      forks('v2', 9000, 9700),
      votesLost(10_300, 11_480),
      cutOff('v1', ['v0', 'v2', 'v3'], 13_000, 36_000),
      votesLost(14_500, 19_360),
      forks('v2', 19_000, 19_800),
    ],
    stopMs: 60_000,
  }),
  broken({
    id: 'mutant-hotstuff-gap-commit',
    mutant: 'hotstuff-gap-commit',
    title: 'Broken HotStuff: decides across a gap',
    teaches:
      'Three certified blocks with a view left out between them decide nothing: in that view another branch was certified.',
    violates: 'agreement',
    ratePerSecond: 0,
    // v2 hides the certificate of view 9 and forks below it in view 10; v3 alone has the certificate of the fork. View 12 goes on
    // with the branch of views 8 and 9, and v1 alone sees that certified; then v1 is away and v3 is back.
    faults: [
      forks('v2', 9000, 9700),
      votesLost(10_300, 11_480),
      cutOff('v3', ['v0', 'v1', 'v2'], 11_560, 19_000),
      cutOff('v1', ['v0', 'v2', 'v3'], 19_000, 40_000),
    ],
    stopMs: 60_000,
  }),
  broken({
    id: 'mutant-hotstuff-two-phase',
    mutant: 'hotstuff-two-phase',
    title: 'Broken HotStuff: two phases, no patience',
    teaches:
      'With two phases a lock can be known to one replica alone: a leader that does not wait for its word proposes in vain.',
    violates: 'no-hidden-lock',
    config: { mode: 'basic', blockTimeMs: 200 },
    // v1 shows its certificate to v0 alone, and then keeps silent about it and votes for nobody else's block.
    faults: [
      { kind: 'byzantine', target: 'v1', behaviour: 'selective', peers: ['v0'], types: ['commit'], at: 5000 },
      { kind: 'byzantine', target: 'v1', behaviour: 'silent', types: ['new-view', 'vote'], at: 5000 },
    ],
    stopMs: 40_000,
  }),
  broken({
    id: 'mutant-hotstuff-qc-repeated-signers',
    mutant: 'qc-repeated-signers',
    title: 'Broken HotStuff: one signer, many votes',
    teaches: 'If a certificate may name a signer twice, one signature is a quorum, and decisions prove nothing.',
    violates: 'certificates',
    faults: [{ kind: 'byzantine', target: 'v2', behaviour: 'inflate-certificate', at: 3000 }],
    stopMs: 15_000,
  }),
  broken({
    id: 'mutant-hotstuff-two-chain-stale-qc',
    mutant: 'two-chain-stale-qc',
    title: 'Broken HotStuff: timeouts without certificates',
    teaches:
      'Two phases are enough only if timeouts report the highest certificate: else a leader builds below what was decided.',
    violates: 'agreement',
    config: { mode: 'two-chain' },
    // v0 alone makes the certificate of view 3, decides the block of view 2 and is not heard. v1 saw nothing of view 3 and leads view 5.
    faults: [
      { kind: 'link', from: ['v3'], to: ['v1'], types: ['proposal'], symmetric: false, loss: 1, at: 2000, until: 3000 },
      { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], oneWay: true, cut: 'lost', at: 2000, until: 18_000 },
    ],
    stopMs: 40_000,
  }),
];
