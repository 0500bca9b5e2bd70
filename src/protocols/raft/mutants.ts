/** Known-broken variants. Each weakens one rule where it stands (see `ctx.mutant`) and is caught by the named check. */
import type { Mutant } from '../protocol.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'raft-figure-8',
    breaks: 'safety',
    what: 'An entry of an older term is committed by counting its copies, so that a later leader can still replace it.',
    source: 'Ongaro & Ousterhout, extended version, §5.4.2 and figure 8',
    scenario: 'mutant-raft-figure-8',
    check: 'agreement',
  },
  {
    name: 'raft-forgets-vote',
    breaks: 'safety',
    what: 'The vote of a term is not on disk: after a restart it is given again, to somebody else.',
    source: 'Ongaro & Ousterhout, extended version, figure 2 (persistent state)',
    scenario: 'mutant-raft-forgets-vote',
    check: 'election-safety',
  },
  {
    name: 'raft-no-log-check',
    breaks: 'safety',
    what: 'A vote goes to any candidate, however old its log: the new leader lacks what was committed.',
    source: 'Ongaro & Ousterhout, extended version, §5.4.1',
    scenario: 'mutant-raft-no-log-check',
    check: 'agreement',
  },
  {
    name: 'raft-majority-of-peers',
    breaks: 'safety',
    what: 'The majority is taken of the peers, without the server itself: of four, two are enough, and two twos are four.',
    source: 'Ongaro & Ousterhout, extended version, §5.2 (a majority of the full cluster)',
    scenario: 'mutant-raft-majority-of-peers',
    check: 'agreement',
  },
  {
    name: 'raft-single-step-membership',
    breaks: 'safety',
    what: 'Members change in one step, before the new leader has committed anything: two configurations decide side by side.',
    source: 'Ongaro & Ousterhout, extended version, §6; Ongaro, raft-dev, July 2015 (bug in single-server changes)',
    scenario: 'mutant-raft-single-step-membership',
    needs: {
      members: ['v0', 'v1', 'v2', 'v3'],
      membershipChanges: [
        { atMs: 4500, members: ['v0', 'v1', 'v2', 'v3', 'v4'] },
        { atMs: 5500, members: ['v1', 'v2', 'v3'] },
      ],
    },
    check: 'agreement',
  },
  {
    name: 'raft-no-random-timeout',
    breaks: 'liveness',
    what: 'All servers wait equally long for a leader: they stand for election together, and the vote is split for ever.',
    source: 'Ongaro & Ousterhout, extended version, §5.2 and §9.3',
    scenario: 'mutant-raft-no-random-timeout',
    check: 'liveness',
  },
  {
    name: 'raft-no-prevote',
    breaks: 'liveness',
    what: 'A server that cannot hear the leader begins term after term and deposes leaders that all others can hear.',
    source: 'Ongaro, thesis, §9.6 and §4.2.3',
    scenario: 'mutant-raft-no-prevote',
    check: 'undisturbed-leader',
  },
  {
    name: 'raft-stale-read',
    breaks: 'safety',
    what: 'A leader answers reads without asking whether it still leads: a deposed one answers from the past.',
    source: 'Ongaro & Ousterhout, extended version, §8; Ongaro, thesis, §6.4',
    scenario: 'mutant-raft-stale-read',
    check: 'linearizable-reads',
  },
];
