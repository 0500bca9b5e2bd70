/** How HotStuff describes itself: views, legend and checkers are made from this. */
import { quorumSize } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

const VOTE = { exclusive: true, vote: true } as const;
const SHOWN = { exclusive: true, vote: false } as const;
const OTHER = { exclusive: false, vote: false } as const;

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Omit<MessageDeclaration, 'type'>>> = {
  proposal: {
    label: 'PROPOSAL',
    phase: 'propose',
    ...SHOWN,
    explain: 'The leader of a view proposes a block on top of the highest certified one it knows.',
  },
  vote: {
    label: 'VOTE',
    phase: 'first',
    ...VOTE,
    explain: 'A replica accepts the block of the view; the collector makes a certificate of a quorum of votes.',
  },
  'pre-commit': {
    label: 'PRE-COMMIT',
    phase: 'second',
    ...SHOWN,
    explain: 'The leader shows that a quorum accepted its block (basic form).',
  },
  'pre-commit-vote': {
    label: 'PRE-COMMIT VOTE',
    phase: 'second',
    ...VOTE,
    explain: 'A replica has seen that certificate and will report it if the view changes.',
  },
  commit: {
    label: 'COMMIT',
    phase: 'third',
    ...SHOWN,
    explain: 'The leader shows that a quorum holds the certificate; whoever sees this locks the block (basic form).',
  },
  'commit-vote': {
    label: 'COMMIT VOTE',
    phase: 'third',
    ...VOTE,
    explain: 'A replica is locked on the block; a quorum of these decides it.',
  },
  decide: {
    label: 'DECIDE',
    phase: 'third',
    ...SHOWN,
    explain: 'The leader shows that a quorum is locked: the block is decided (basic form).',
  },
  'new-view': {
    label: 'NEW-VIEW',
    phase: 'change',
    ...OTHER,
    vote: true,
    explain: 'A replica asks for a view and passes on the highest certificate it knows.',
  },
  'sync-request': {
    label: 'SYNC-REQUEST',
    phase: 'sync',
    ...OTHER,
    explain: 'A replica holds a certificate for a block that it has not got.',
  },
  'sync-response': {
    label: 'SYNC-RESPONSE',
    phase: 'sync',
    ...OTHER,
    explain: 'Blocks with their certificates, and the highest certificate the sender knows.',
  },
  submit: { label: 'SUBMIT', phase: 'client', ...OTHER, explain: 'A client hands in a signed batch of transfers.' },
};

export const declaration: Declaration = {
  name: 'hotstuff',
  title: 'HotStuff',
  summary:
    'Every view has a leader and a block. Votes go to one collector, who makes a certificate of them and puts it into the next ' +
    'block: a phase costs n messages, and three certified blocks in a row decide the first of them.',
  paper:
    'Yin, Malkhi, Reiter, Golan Gueta & Abraham, HotStuff: BFT Consensus in the Lens of Blockchain, PODC 2019, arXiv 1803.05069; ' +
    'two-chain form: Gelashvili et al., Jolteon and Ditto, arXiv 2106.10362',
  messages: MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })),
  fields: FIELDS,
  faultModel: 'byzantine',
  words: { epoch: 'view', slot: 'height', leader: 'leader', change: 'new view' },
  epochs: { of: 'run', rotate: true },
  quorum: quorumSize,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  net,
};
