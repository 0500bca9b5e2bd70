/** How Raft describes itself: views, legend and checkers are made from this. */
import { majority } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { FIELDS } from './inspect.ts';
import { net } from './net.ts';
import { MESSAGE_TYPES } from './signing.ts';

type Row = readonly [
  label: string,
  phase: MessageDeclaration['phase'],
  explain: string,
  marks?: 'exclusive' | 'vote' | 'both',
];

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Row>> = {
  append: [
    'APPEND',
    'propose',
    'The leader sends log entries, each a block, after one that the follower must hold already.',
    'exclusive',
  ],
  'append-reply': [
    'ACK',
    'first',
    'A server has the same log as the leader up to an index; a majority commits it.',
    'vote',
  ],
  'append-refusal': [
    'MISMATCH',
    'sync',
    'The entry before is missing or of another term: the leader must go further back.',
  ],
  heartbeat: ['HEARTBEAT', 'sync', 'The leader lives, and tells how far the log is committed.'],
  'pre-vote': ['PRE-VOTE', 'change', 'A server that heard no leader asks whether an election would be welcome.'],
  'pre-vote-reply': ['PRE-VOTE REPLY', 'change', 'Whether a server hears no leader either and would give its vote.'],
  'request-vote': [
    'REQUEST-VOTE',
    'change',
    'A candidate begins a new term and asks for votes; it says where its log ends.',
  ],
  vote: ['VOTE', 'change', 'The one vote a server has in a term, for a log no older than its own.', 'both'],
  'vote-refusal': ['NO VOTE', 'change', 'The vote is given away already, or the log of the candidate is too old.'],
  'install-snapshot': [
    'SNAPSHOT',
    'sync',
    'The leader discarded what a server lacks and sends the state of its ledger instead.',
  ],
  'timeout-now': ['TIMEOUT-NOW', 'change', 'The leader hands over: the receiver is to stand for election at once.'],
  submit: ['SUBMIT', 'client', 'A client hands in a signed batch of transfers.'],
  read: ['READ', 'client', 'A client asks for a balance.'],
  'read-reply': ['READ REPLY', 'client', 'A balance, read by a leader that made sure it still leads.'],
  redirect: ['REDIRECT', 'client', 'Another server leads: the client is to ask there.'],
};

export const declaration: Declaration = {
  name: 'raft',
  title: 'Raft',
  summary:
    'A leader, elected for a term by a majority, puts blocks into its log and copies it to all; what a majority holds is ' +
    'committed. Randomised timeouts replace a failed leader. Servers may crash and return, but not lie.',
  paper:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended version), 2014; Ongaro, Consensus: ' +
    'Bridging Theory and Practice (thesis), Stanford 2014',
  messages: MESSAGE_TYPES.map((type) => {
    const [label, phase, explain, marks] = MESSAGES[type];
    const [exclusive, vote] = [marks === 'exclusive' || marks === 'both', marks === 'vote' || marks === 'both'];
    return { type, label, phase, exclusive, vote, explain };
  }),
  fields: FIELDS,
  faultModel: 'crash',
  words: { epoch: 'term', slot: 'index', leader: 'leader', change: 'election' },
  epochs: { of: 'run' },
  quorum: majority,
  behaviours: ['equivocate'],
  guarantees: ['agreement', 'prefix-consistency', 'validity', 'one-vote', 'liveness'],
  net,
};
