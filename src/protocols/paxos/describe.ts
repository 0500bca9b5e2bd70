/** How Paxos describes itself: views, legend and checkers are made from this. */
import { majority } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Omit<MessageDeclaration, 'type'>>> = {
  prepare: {
    label: 'PREPARE',
    phase: 'change',
    exclusive: false,
    vote: false,
    explain: 'Phase 1a: a proposer asks for promises to take part in no ballot below its own.',
  },
  promise: {
    label: 'PROMISE',
    phase: 'change',
    exclusive: false,
    vote: true,
    explain: 'Phase 1b: an acceptor promises, and says what it has accepted so far.',
  },
  accept: {
    label: 'ACCEPT',
    phase: 'propose',
    exclusive: true,
    vote: false,
    explain: 'Phase 2a: the proposer asks to accept a block; if one may be chosen already, it is that one.',
  },
  accepted: {
    label: 'ACCEPTANCE',
    phase: 'first',
    exclusive: true,
    vote: true,
    explain: 'Phase 2b: an acceptor has accepted the block; accepted by a majority in one ballot it is chosen.',
  },
  refusal: {
    label: 'REFUSAL',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'The acceptor has promised a higher ballot.',
  },
  heartbeat: {
    label: 'HEARTBEAT',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'The distinguished proposer lives, and tells the learners how much is chosen.',
  },
  'learn-request': {
    label: 'LEARN-REQUEST',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'A learner asks for chosen blocks it has missed.',
  },
  learn: {
    label: 'LEARN',
    phase: 'sync',
    exclusive: false,
    vote: false,
    explain: 'Chosen blocks, for a learner that has missed them.',
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
  name: 'paxos',
  title: 'Paxos',
  summary:
    'A proposer first collects promises of a majority, and with them what may be chosen already; then it asks to accept a ' +
    'block. With a stable proposer the first phase is done once for all instances. Servers may crash, but not lie.',
  paper: 'Lamport, Paxos Made Simple, ACM SIGACT News 32(4), 2001; Lamport, The Part-Time Parliament, TOCS 16(2), 1998',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'crash',
  words: { epoch: 'ballot', slot: 'instance', leader: 'proposer', change: 'new ballot' },
  epochs: { of: 'run' },
  quorum: majority,
  behaviours: ['equivocate'],
  guarantees: ['agreement', 'prefix-consistency', 'validity', 'one-vote', 'liveness'],
  net,
};
