/** How the fast path describes itself: views, legend and checkers are made from this. */
import { awaitable, fastQuorumSize, quorumSize } from '../../core/quorum.ts';
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
    explain: 'The primary proposes a block; in later views it proves that the block may be chosen.',
  },
  vote: {
    label: 'VOTE',
    phase: 'first',
    exclusive: true,
    vote: true,
    quorum: fastQuorumSize,
    explain: 'A replica accepts the block in this view; a fast quorum decides it at once, a quorum prepares it.',
  },
  commit: {
    label: 'COMMIT',
    phase: 'second',
    exclusive: true,
    vote: true,
    explain: 'Fall-back: a replica has seen a quorum of VOTEs but no fast quorum; a quorum of COMMITs decides.',
  },
  'view-change': {
    label: 'VIEW-CHANGE',
    phase: 'change',
    exclusive: false,
    vote: true,
    quorum: awaitable,
    explain: 'A replica gave up on the primary; it reports what it voted for last and what it had prepared.',
  },
  status: {
    label: 'STATUS',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A replica that hears nothing says where it stands.',
  },
  'sync-request': {
    label: 'SYNC-REQUEST',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A replica that is behind asks for decided blocks.',
  },
  'sync-response': {
    label: 'SYNC-RESPONSE',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'Decided blocks with the certificates that prove them.',
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
  name: 'fastpath',
  title: 'Optimistic fast path',
  summary:
    'If everybody votes for the proposal in time, one round decides; if somebody is silent or lies, a second round does, as in PBFT. ' +
    'View changes report what everybody voted for, so that a block decided fast is found again.',
  paper:
    'Gueta et al., SBFT: a Scalable and Decentralized Trust Infrastructure, DSN 2019, arXiv 1804.01626, §V; safe rules of ' +
    'recovery: Abraham et al., arXiv 1712.01367',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: { epoch: 'view', slot: 'height', leader: 'primary', change: 'view change' },
  quorum: quorumSize,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  net,
};
