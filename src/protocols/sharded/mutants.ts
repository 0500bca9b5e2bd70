/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: '2pc-release-after-yes',
    breaks: 'safety',
    what: 'A shard that voted YES and hears of no decision for too long releases its locks and forgets the transaction.',
    source:
      'Gray, Notes on Data Base Operating Systems, 1978, §5.8.3.3: after its YES a participant may not decide alone',
    scenario: 'mutant-2pc-release-after-yes',
    check: 'atomicity',
  },
  {
    name: '2pc-decision-not-logged',
    breaks: 'safety',
    what: 'The coordinator tells COMMIT before it is on its disk; restarted, it presumes abort.',
    source: 'Bernstein, Hadzilacos, Goodman, 1987, §7.4 (the commit record)',
    scenario: 'mutant-2pc-decision-not-logged',
    check: 'atomicity',
  },
  {
    name: '2pc-blocking',
    breaks: 'liveness',
    what: 'Two phases instead of three: not a bug but the limit of the protocol. With its coordinator dead, a YES holds its locks.',
    source: 'Skeen, Nonblocking Commit Protocols, SIGMOD 1981',
    scenario: 'mutant-2pc-blocking',
    check: 'no-stale-lock',
  },
  {
    name: '2pc-execute-can-fail',
    breaks: 'safety',
    what: 'A shard votes YES without locks or a look at the balances, and finds out at COMMIT that it cannot.',
    source: 'Bernstein, Hadzilacos, Goodman, 1987, §7.3 (a YES gives up the right to abort)',
    scenario: 'mutant-2pc-execute-can-fail',
    check: 'atomicity',
  },
  {
    name: 'lock-order-deadlock',
    breaks: 'liveness',
    what: 'Everybody waits for locks without regard to age and without a timeout: two transactions wait for each other.',
    source: 'Rosenkrantz, Stearns, Lewis, TODS 3(2), 1978',
    scenario: 'mutant-lock-order-deadlock',
    check: 'deadlock-free',
  },
  {
    name: 'migration-double',
    breaks: 'safety',
    what: 'An account moves to another shard although a transaction holds it: its units are lost or doubled.',
    source: 'Das, Agrawal, El Abbadi, Albatross, PVLDB 4(8), 2011, §4 (what live migration must not do)',
    scenario: 'mutant-migration-double',
    check: 'conservation',
  },
  {
    name: 'xshard-replay',
    breaks: 'safety',
    what: 'A vote does not bind its transaction: an old YES of a shard counts for a new one.',
    source: 'Sonnino, Bano, Al-Bassam, Danezis, Replay Attacks and Defenses Against Cross-shard Consensus, 2019, §4',
    scenario: 'mutant-xshard-replay',
    check: 'serializability',
  },
  {
    name: '3pc-partition',
    breaks: 'safety',
    what: 'Three phases without majorities: behind a cut, the side that heard PRE-COMMIT commits and the other aborts.',
    source: 'Skeen, A Quorum-Based Commit Protocol, 1982; Keidar, Dolev, 1998, §1',
    scenario: 'mutant-3pc-partition',
    check: 'atomicity',
  },
];
