/** The broken variants that the literature and the field's incidents ask for: each can be chosen, by this name, in its protocols. */
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from './registry.ts';

/** Name, what it breaks, protocols. */
const WANTED: readonly (readonly [string, 'safety' | 'liveness', readonly string[]])[] = [
  // Castro & Liskov, OSDI 1999: what a view change carries, what a quorum is, whom and what a vote counts for, how long a view is.
  ['svbft-vc-forgets', 'safety', ['svbft', 'pbft']],
  ['quorum-2f+1-any-n', 'safety', ['svbft', 'pbft', 'tendermint']],
  ['quorum-2f', 'safety', ['pbft']],
  ['votes-not-distinct', 'safety', ['svbft', 'pbft', 'tendermint']],
  ['slot-conflict', 'safety', ['pbft']],
  ['timer-not-doubled', 'liveness', ['svbft', 'pbft', 'tendermint']],
  ['unverified', 'safety', ['svbft', 'pbft', 'tendermint']],
  ['no-domain-separation', 'safety', ['svbft', 'pbft', 'tendermint']],
  ['qc-repeated-signers', 'safety', ['svbft', 'hotstuff']],
  // arXiv 1807.04938; arXiv 1809.09858.
  ['tendermint-no-lock', 'safety', ['tendermint']],
  ['tendermint-no-valid-value', 'liveness', ['tendermint']],
  // arXiv 1803.05069.
  ['hotstuff-height-lock', 'safety', ['hotstuff']],
  ['hotstuff-two-phase', 'liveness', ['hotstuff']],
  ['hotstuff-gap-commit', 'safety', ['hotstuff']],
  // Ongaro & Ousterhout, ATC 2014; Ongaro's thesis; raft-dev, 2015.
  ['raft-figure-8', 'safety', ['raft']],
  ['raft-forgets-vote', 'safety', ['raft']],
  ['raft-no-log-check', 'safety', ['raft']],
  ['raft-majority-of-peers', 'safety', ['raft']],
  ['raft-single-step-membership', 'safety', ['raft']],
  ['raft-no-random-timeout', 'liveness', ['raft']],
  ['raft-no-prevote', 'liveness', ['raft']],
  ['raft-stale-read', 'safety', ['raft']],
  // Lamport, Paxos Made Simple, 2001.
  ['paxos-own-value', 'safety', ['paxos']],
  ['paxos-amnesia', 'safety', ['paxos']],
  ['paxos-duel', 'liveness', ['paxos']],
  // arXiv 1906.08936; arXiv 2409.02217.
  ['snow-rebalance', 'liveness', ['avalanche']],
  // arXiv 1712.01367; Abraham et al., 2017.
  ['fastpath-75', 'safety', ['fastpath']],
  ['zyzzyva-view-change', 'safety', ['fastpath']],
];

describe.each(WANTED)('%s', (name, breaks, protocols) => {
  it.each(protocols)('is a variant of %s, with a scenario of its own', (protocol) => {
    const mutants = PROTOCOLS.get(protocol)?.mutants ?? [];
    expect(mutants.map((mutant) => mutant.name)).toContain(name);
    const found = mutants.find((mutant) => mutant.name === name);
    expect(found).toMatchObject({ breaks, scenario: expect.stringMatching(/^mutant-/) });
  });
});

it('no two variants share a scenario, and none of a protocol shares a name', () => {
  const all = [...PROTOCOLS.values()].flatMap(({ mutants, declaration }) =>
    mutants.map(({ name, scenario }) => ({ scenario, key: `${declaration.name}/${name}` })),
  );
  expect(new Set(all.map(({ scenario }) => scenario)).size).toBe(all.length);
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
});
