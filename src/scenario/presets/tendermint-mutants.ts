/**
 * One scenario for each known-broken variant of Tendermint: it makes the named check fire, and the correct protocol passes the
 * same script. Height h begins about (h − 1) seconds into a run and is proposed by v((h − 1 + round) mod n).
 */
import { brokenOf } from './broken.ts';
import { lost } from './faults.ts';
import type { Preset } from './preset.ts';

const broken = brokenOf('tendermint', {
  config: { timeoutProposeMs: 1000, timeoutPrevoteMs: 500, timeoutPrecommitMs: 500 },
});

export const tendermintMutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-tendermint-no-lock',
    mutant: 'tendermint-no-lock',
    title: 'Broken Tendermint: locks forgotten',
    teaches:
      'Validators that prevote against their lock give a height that somebody decided to the block of the next round.',
    violates: 'agreement',
    config: { heartbeatMs: 10_000 },
    network: { latency: { kind: 'uniform', minMs: 40, maxMs: 80 } },
    // Height 4: v3 proposes, alone hears the precommits, decides and is cut off. v0 saw nothing of it and proposes next.
    faults: [
      lost(['v3'], ['v0'], null, 2900, 3900),
      lost(['v3'], ['v1', 'v2'], ['precommit'], 2900, 3900),
      { kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 3500, until: 14_000 },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-tendermint-no-valid-value',
    mutant: 'tendermint-no-valid-value',
    title: 'Broken Tendermint: no valid value',
    teaches: 'If no proposer proposes again what had a polka, validators locked on it refuse every block for ever.',
    violates: 'liveness',
    config: { timeoutProposeIncrementMs: 100, timeoutPrevoteIncrementMs: 100, timeoutPrecommitIncrementMs: 100 },
    network: { latency: { kind: 'uniform', minMs: 40, maxMs: 80 } },
    // Height 4: v1 and v2 lock the block of v3, which dies before it precommits; v0 saw nothing of it.
    faults: [lost(['v3'], ['v0'], null, 2900, 4500), { kind: 'crash', target: 'v3', at: 3085 }],
    stopMs: 120_000,
  }),
  broken({
    id: 'mutant-tendermint-quorum-2f+1-any-n',
    mutant: 'quorum-2f+1-any-n',
    title: 'Broken Tendermint: quorum 2f+1 of six',
    teaches:
      'With a total power of six 2f+1 is three: the two halves of a split network go on by themselves, and both decide.',
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
    id: 'mutant-tendermint-votes-not-distinct',
    mutant: 'votes-not-distinct',
    title: 'Broken Tendermint: votes counted by message',
    teaches:
      'Counting messages instead of distinct validators lets one that repeats itself decide with a certificate of one.',
    violates: 'certificates',
    faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'duplicate-votes', at: 2000 }],
    stopMs: 12_000,
  }),
  broken({
    id: 'mutant-tendermint-unverified',
    mutant: 'unverified',
    title: 'Broken Tendermint: nobody checks signatures',
    teaches:
      'If signatures are not verified, a lying proposer also casts the votes of everybody, for two blocks at once.',
    violates: 'agreement',
    faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'forged-sender', at: 2000 }],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-tendermint-no-domain-separation',
    mutant: 'no-domain-separation',
    title: 'Broken Tendermint: signatures without a domain',
    teaches:
      'When a signature does not bind its step, a stolen proposal passes as a PRECOMMIT of its proposer, who never locked.',
    violates: 'agreement',
    // Height 5: v1 gets no proposal, v0 hears no votes. v2 and v3 see a polka, v3 passes the proposal of v0 off as its PRECOMMIT,
    // and v2 decides. Then v3 forgets, and v2 is cut off.
    faults: [
      { kind: 'byzantine', target: 'v3', behaviour: 'transplant', at: 2000 },
      lost(['v0'], ['v1'], ['proposal'], 3900, 4900),
      lost(['v2', 'v3'], ['v0', 'v1'], null, 3900, 4700),
      { kind: 'partition', groups: [['v2'], ['v0', 'v1', 'v3']], cut: 'lost', at: 4600, until: 14_000 },
      { kind: 'crash', target: 'v3', restart: 'amnesia', at: 4600, until: 5000 },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-tendermint-timer-not-doubled',
    mutant: 'timer-not-doubled',
    title: 'Broken Tendermint: timeouts never grow',
    teaches:
      'Where proposals take longer than a constant timeout, every round ends with nil before it could decide anything.',
    violates: 'liveness',
    config: { timeoutProposeMs: 250, timeoutPrevoteMs: 150, timeoutPrecommitMs: 10, blockTimeMs: 100 },
    network: { latency: { kind: 'uniform', minMs: 350, maxMs: 450 } },
    faults: [],
    stopMs: 120_000,
  }),
];
