/** How Tendermint describes itself: views, legend and checkers are made from this. */
import { supermajority } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Omit<MessageDeclaration, 'type'>>> = {
  proposal: {
    label: 'PROPOSAL',
    phase: 'propose',
    exclusive: true,
    vote: false,
    explain: 'The proposer of the round proposes a new block, or again one that had a polka in an earlier round.',
  },
  prevote: {
    label: 'PREVOTE',
    phase: 'first',
    exclusive: true,
    vote: true,
    explain: 'A validator finds the block acceptable, or votes nil; two thirds of the power for one block are a polka.',
  },
  precommit: {
    label: 'PRECOMMIT',
    phase: 'second',
    exclusive: true,
    vote: true,
    explain: 'A validator saw a polka and locks the block, or votes nil; two thirds of the power decide.',
  },
  polka: {
    label: 'POLKA',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'The prevotes of a polka, for a validator that missed it.',
  },
  heartbeat: {
    label: 'HEARTBEAT',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A validator without a decision says where it stands; the others send what it lacks.',
  },
  'sync-request': {
    label: 'SYNC-REQUEST',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A validator that is behind asks for decided blocks.',
  },
  'sync-response': {
    label: 'SYNC-RESPONSE',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'Decided blocks with the precommits that prove them.',
  },
  submit: {
    label: 'SUBMIT',
    phase: 'client',
    exclusive: false,
    vote: false,
    explain: 'A client hands in a signed batch of transfers.',
  },
};

export const declaration: Declaration = {
  name: 'tendermint',
  title: 'Tendermint',
  summary:
    'Proposers take turns by voting power. A block is proposed, prevoted and precommitted; more than two thirds of the power ' +
    'decide it. A round that fails is followed by the next, and what a validator locked it gives up only for a newer polka.',
  paper: 'Buchman, Kwon, Milosevic, The latest gossip on BFT consensus, arXiv 1807.04938',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: { epoch: 'round', slot: 'height', leader: 'proposer', change: 'next round' },
  quorum: supermajority,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  net,
};
