/**
 * Tendermint as a Petri net: which step must come before which. One slot is one height, an epoch a round, a value a block hash;
 * votes are tokens by power. Ref: arXiv 1807.04938, Algorithm 1.
 */
import type { NetDeclaration, NetPlace, NetTransition } from '../net.ts';
import { totalOf } from './proposer.ts';
import { quorumOf } from './rules.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'may-propose',
    label: 'may propose',
    explain: 'The validator has proposed nothing in this round.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'proposals',
    label: 'PROPOSALs',
    explain: 'Proposals of this block that were sent in this round.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'in-round',
    label: 'in round',
    explain: 'The round in which the validator spoke last; it never goes back to an earlier one.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'first',
  },
  {
    id: 'may-prevote',
    label: 'may prevote',
    explain: 'The validator has prevoted neither a block nor nil in this round.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'prevotes',
    label: 'PREVOTEs',
    explain: 'Power that prevoted this block in this round; a quorum is a polka.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'all-prevotes',
    label: 'any PREVOTEs',
    explain: 'Power that prevoted in this round, whatever for.',
    owner: 'shared',
    colours: ['slot', 'epoch'],
    initial: 'none',
  },
  {
    id: 'may-precommit',
    label: 'may precommit',
    explain: 'The validator has precommitted neither a block nor nil in this round.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'precommits',
    label: 'PRECOMMITs',
    explain: 'Power that precommitted this block in this round.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'decided',
    label: 'decided',
    explain: 'The validator has decided this height.',
    owner: 'node',
    colours: ['slot'],
    initial: 'none',
  },
];

const IN_ROUND = { place: 'in-round', epoch: 'up-to' } as const;

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'propose',
    label: 'propose',
    explain: 'The proposer of the round proposes one block, a new one or one that had a polka. Lines 14 to 19.',
    on: { kind: 'send', type: 'proposal' },
    take: [IN_ROUND, { place: 'may-propose' }],
    put: [{ place: 'in-round' }, { place: 'proposals' }],
  },
  {
    id: 'prevote',
    label: 'prevote',
    explain: 'Finds the proposed block acceptable. Lines 22 to 33.',
    on: { kind: 'send', type: 'prevote' },
    value: 'some',
    take: [IN_ROUND, { place: 'may-prevote' }],
    test: [{ place: 'proposals' }],
    put: [{ place: 'in-round' }, { place: 'prevotes' }, { place: 'all-prevotes' }],
  },
  {
    id: 'prevote-nil',
    label: 'prevote nil',
    explain: 'Refuses the proposal, or has waited for one in vain. Lines 26, 32 and 59.',
    on: { kind: 'send', type: 'prevote' },
    value: 'none',
    take: [IN_ROUND, { place: 'may-prevote' }],
    put: [{ place: 'in-round' }, { place: 'all-prevotes' }],
  },
  {
    id: 'precommit',
    label: 'precommit',
    explain: 'Locks the block of a polka. Lines 36 to 43.',
    on: { kind: 'send', type: 'precommit' },
    value: 'some',
    take: [IN_ROUND, { place: 'may-precommit' }],
    test: [{ place: 'prevotes', weight: 'quorum' }],
    put: [{ place: 'in-round' }, { place: 'precommits' }],
  },
  {
    id: 'precommit-nil',
    label: 'precommit nil',
    explain: 'Two thirds of the power have prevoted, but not for one block. Lines 44 to 46 and 63.',
    on: { kind: 'send', type: 'precommit' },
    value: 'none',
    take: [IN_ROUND, { place: 'may-precommit' }],
    test: [{ place: 'all-prevotes', weight: 'quorum' }],
    put: [{ place: 'in-round' }],
  },
  {
    id: 'decide',
    label: 'decide',
    explain:
      'Two thirds of the power precommitted the block in one round, whatever round it is in itself. Lines 49 to 54.',
    on: { kind: 'decide' },
    take: [{ place: 'in-round', epoch: 'any' }],
    test: [{ place: 'precommits', weight: 'quorum' }],
    put: [{ place: 'decided' }],
  },
];

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'sequence',
  showsVotes: ['polka'],
  sentWithDecision: ['proposal', 'prevote', 'precommit'],
  electorate(_slot, _history, { validatorCount, stakes }) {
    const powers = stakes.slice(0, validatorCount);
    return { members: powers.map((_, node) => node), quorum: quorumOf(totalOf(powers), null), powers };
  },
};
