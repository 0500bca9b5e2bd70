/** How the council declares its messages. */
import { supermajority } from '../../../core/quorum.ts';
import type { FieldDeclaration, MessageDeclaration } from '../../protocol.ts';
import { COUNCIL_TYPES, type CouncilMessage } from './messages.ts';

type Described = Omit<MessageDeclaration, 'type'>;

const said = (
  label: string,
  phase: Described['phase'],
  explain: string,
  marks: Partial<Pick<Described, 'exclusive' | 'vote' | 'quorum'>> = {},
): Described => ({ label, phase, exclusive: false, vote: false, ...marks, explain });

const MESSAGES: Readonly<Record<CouncilMessage['type'], Described>> = {
  'council-request': said('WANTED', 'sync', 'Council: a shard asks all others for a change.'),
  'council-proposal': said('PROPOSED', 'propose', 'Council: the leader of the round proposes a change.', {
    exclusive: true,
  }),
  'council-vote': said('VOTE', 'first', 'Council, first vote: the change is right as this shard sees it.', {
    exclusive: true,
    vote: true,
    quorum: supermajority,
  }),
  'council-confirm': said('CONFIRMED', 'second', 'Council, second vote: two thirds have voted for it.', {
    exclusive: true,
    vote: true,
    quorum: supermajority,
  }),
  'council-decided': said('DECIDED', 'cross', 'Council: this change is in force from here on, the epoch is over.'),
  'council-lapsed': said('FAILED', 'change', 'Council: the change was not decided in time, this shard gives it up.'),
};

export const COUNCIL_MESSAGES: readonly MessageDeclaration[] = COUNCIL_TYPES.map((type) => ({
  type,
  ...MESSAGES[type],
}));

/** Fields of runs with a council, behind all others; `observeCouncil` writes them. */
export const COUNCIL_FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'councilEpoch',
    label: 'Council epoch',
    kind: 'count',
    isOptional: true,
    explain: 'Where shards form a council: the epoch to be decided next, as this node knows; one less are decided.',
  },
  {
    name: 'isOut',
    label: 'Is out',
    kind: 'boolean',
    isOptional: true,
    explain: 'Where shards form a council: it has decided that the shard of this node is out, and the node knows.',
  },
  {
    name: 'shardsOut',
    label: 'Shards out',
    kind: 'count',
    isOptional: true,
    explain: 'Where shards form a council: how many shards are out by its decisions, as this node knows.',
  },
  {
    name: 'lastOut',
    label: 'Last to go out',
    kind: 'node',
    isOptional: true,
    explain: 'Where shards form a council: of the shards that are out the one marked so last, by its first validator.',
  },
];
