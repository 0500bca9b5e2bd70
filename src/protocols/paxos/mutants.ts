/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'paxos-own-value',
    breaks: 'safety',
    what: 'A proposer keeps its own value though promises carry another, which may be chosen already.',
    source: 'Lamport, Paxos Made Simple, §2.2 (P2c)',
    scenario: 'mutant-paxos-own-value',
    check: 'agreement',
  },
  {
    name: 'paxos-amnesia',
    breaks: 'safety',
    what: 'A promise is not on disk: after a restart the acceptor takes part in a ballot it had renounced.',
    source: 'Lamport, Paxos Made Simple, §2.5',
    scenario: 'mutant-paxos-amnesia',
    check: 'agreement',
  },
  {
    name: 'paxos-duel',
    breaks: 'liveness',
    what: 'Who is refused tries a higher ballot at once: two proposers overtake each other for ever.',
    source: 'Lamport, Paxos Made Simple, §2.4',
    scenario: 'mutant-paxos-duel',
    check: 'liveness',
  },
];
