/** Traitors for the tests, from this folder's own adversary hooks. */
import { traitorsOf } from '../../common/testing/traitors.ts';
import { adversary } from '../adversary.ts';

export const { equivocate, doubleVote, lieInViewChange, silent, selective, forge, inflate, repeatVotes } = traitorsOf(
  adversary,
  'proposal',
);
