/** How SVBFT describes itself: views, legend and checkers are made from this. */
import { quorumSize } from '../../core/quorum.ts';
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
  prepare: {
    label: 'PREPARE',
    phase: 'first',
    exclusive: true,
    vote: true,
    explain: 'A validator accepts the block in this view; a quorum makes it the only one this view can have.',
  },
  commit: {
    label: 'COMMIT',
    phase: 'second',
    exclusive: true,
    vote: true,
    explain: 'A validator has seen a quorum of PREPAREs; a quorum of COMMITs makes the block final.',
  },
  'view-change': {
    label: 'VIEW-CHANGE',
    phase: 'change',
    exclusive: false,
    vote: true,
    explain: 'A validator gave up on the primary; it carries what it had prepared.',
  },
  status: {
    label: 'STATUS',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A validator that hears nothing says where it stands.',
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
  name: 'svbft',
  title: 'Quantum SVBFT',
  summary:
    'A primary proposes a block, two rounds of votes make it final at once; a failed primary is replaced by a view change ' +
    'that carries what may have been decided. All messages are signed with a post-quantum signature.',
  paper:
    'Castro & Liskov, Practical Byzantine Fault Tolerance, OSDI 1999; one height at a time as in IBFT, arXiv 2002.03613',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: { epoch: 'view', slot: 'height', leader: 'primary', change: 'view change' },
  quorum: quorumSize,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  net,
};
