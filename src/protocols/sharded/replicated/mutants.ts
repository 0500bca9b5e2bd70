/** Known-broken variants of replicated shards. */
import type { Mutant } from '../../protocol.ts';

export const replicatedMutants: readonly Mutant[] = [
  {
    name: 'shard-word-of-one',
    breaks: 'safety',
    what: 'What one validator says in the name of its shard counts as the shard: no quorum of signatures is asked for.',
    source:
      'Castro, Liskov, Practical Byzantine Fault Tolerance, OSDI 1999, §4.1: what f + 1 say alike, a correct one says',
    scenario: 'mutant-shard-word-of-one',
    check: 'atomicity',
  },
  {
    name: 'shard-words-replayed',
    breaks: 'safety',
    what: 'The numbers of what a shard says may be taken twice, and a vote binds no transaction: an old YES counts for a new one.',
    source: 'Sonnino, Bano, Al-Bassam, Danezis, Replay Attacks and Defenses Against Cross-shard Consensus, 2019, §4',
    scenario: 'mutant-shard-words-replayed',
    check: 'serializability',
  },
  {
    name: 'linear-any-proposal',
    breaks: 'safety',
    what:
      'Where votes go to the leader, the next leader proposes what it likes and the others vote for it: nobody asks for the highest ' +
      'certificate of a quorum.',
    source: 'Yin et al., HotStuff, PODC 2019, §4.2 (safeNode); Gelashvili et al., Jolteon and Ditto, FC 2022, §3',
    scenario: 'mutant-linear-any-proposal',
    check: 'replicas-alike',
    needs: { ordering: 'linear' },
  },
];
