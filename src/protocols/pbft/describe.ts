/** How PBFT describes itself: views, legend and checkers are made from this. */
import { quorumSize } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Omit<MessageDeclaration, 'type'>>> = {
  'pre-prepare': {
    label: 'PRE-PREPARE',
    phase: 'propose',
    exclusive: true,
    vote: false,
    explain: 'The primary gives a request its sequence number; it counts as its vote for it.',
  },
  prepare: {
    label: 'PREPARE',
    phase: 'first',
    exclusive: true,
    vote: true,
    explain: 'A backup accepts the request under this number; a quorum makes it the only one this view can have.',
  },
  commit: {
    label: 'COMMIT',
    phase: 'second',
    exclusive: true,
    vote: true,
    explain: 'A replica has seen a quorum of PREPAREs; a quorum of COMMITs lets it execute in order.',
  },
  checkpoint: {
    label: 'CHECKPOINT',
    phase: 'third',
    exclusive: true,
    vote: true,
    explain: 'A replica names the state it reached; a quorum makes it stable and moves the watermarks.',
  },
  'view-change': {
    label: 'VIEW-CHANGE',
    phase: 'change',
    exclusive: false,
    vote: true,
    explain: 'A replica gave up on the primary; it carries its checkpoint and all that it had prepared above.',
  },
  'new-view': {
    label: 'NEW-VIEW',
    phase: 'change',
    exclusive: false,
    vote: false,
    explain: 'The new primary assigns again what may have been decided, with the view changes that leave it no choice.',
  },
  status: {
    label: 'STATUS',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A replica that executes nothing says where it stands.',
  },
  'state-request': {
    label: 'STATE-REQUEST',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A replica that is behind asks for what others executed.',
  },
  'state-response': {
    label: 'STATE-RESPONSE',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'Executed requests with the COMMITs that prove them, and the last stable checkpoint.',
  },
  fetch: {
    label: 'FETCH',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A replica asks for the request behind a digest that a new view assigned.',
  },
  fetched: {
    label: 'FETCHED',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'The request behind a digest.',
  },
  submit: {
    label: 'REQUEST',
    phase: 'client',
    exclusive: false,
    vote: false,
    explain: 'A client asks for a signed batch of transfers; first of the primary, later of everyone.',
  },
  reply: {
    label: 'REPLY',
    phase: 'client',
    exclusive: false,
    vote: false,
    explain: 'A replica tells the client the result; f+1 that say the same include a correct one.',
  },
};

export const declaration: Declaration = {
  name: 'pbft',
  title: 'PBFT',
  summary:
    'A primary gives client requests sequence numbers, many of them in flight at once; two rounds of votes commit each, they are ' +
    'executed in order, and checkpoints let the replicas forget. A failed primary is replaced by a view change.',
  paper: 'Castro & Liskov, Practical Byzantine Fault Tolerance, OSDI 1999, and ACM TOCS 20(4), 2002',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: { epoch: 'view', slot: 'sequence number', leader: 'primary', change: 'view change' },
  epochs: { of: 'run' },
  quorum: quorumSize,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  net,
};
