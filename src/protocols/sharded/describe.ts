/** How the protocol describes itself: views, legend and checkers are made from this. */
import { majority } from '../../core/quorum.ts';
import type { Declaration, MessageDeclaration } from '../protocol.ts';
import { COUNCIL_MESSAGES } from './council/describe.ts';
import { FIELDS } from './inspect.ts';
import { ORDER_MESSAGES } from './replicated/describe.ts';
import { MESSAGE_TYPES } from './signing.ts';
import { transactions } from './steps.ts';

type Described = Omit<MessageDeclaration, 'type'>;
const message = (
  label: string,
  phase: Described['phase'],
  explain: string,
  marks: Partial<Pick<Described, 'exclusive' | 'vote' | 'among'>> = {},
): Described => ({ label, phase, exclusive: false, vote: false, ...marks, explain });

const MESSAGES: Readonly<Record<(typeof MESSAGE_TYPES)[number], Described>> = {
  'prepare-request': message(
    'PREPARE',
    'propose',
    'Phase 1: the coordinator asks a shard to check its part, lock its accounts and vote.',
  ),
  vote: message('VOTE', 'first', 'YES: locked, and the part cannot fail any more. NO: the transaction is off.', {
    exclusive: true,
    vote: true,
    among: 'parts',
  }),
  'pre-commit': message(
    'PRE-COMMIT',
    'second',
    'Phase 2 of three: write down what the outcome is to be; a majority of all shards makes it stand.',
  ),
  'pre-acknowledge': message('WRITTEN', 'second', 'The shard has written the outcome down in this ballot.', {
    vote: true,
  }),
  'commit-request': message('COMMIT', 'cross', 'The decision: execute your part and release its locks.', {
    exclusive: true,
  }),
  'abort-request': message('ABORT', 'cross', 'The decision: give up your part and release its locks.'),
  acknowledge: message('ACK', 'third', 'The decision was carried out; the coordinator may forget.'),
  'status-query': message('STATUS?', 'change', 'A shard in doubt asks what became of a transaction.'),
  'status-reply': message('STATUS', 'change', 'What this shard knows of the transaction.'),
  heartbeat: message('HEARTBEAT', 'sync', 'The shard is up.'),
  result: message('RESULT', 'sync', 'The coordinator tells the client what became of its transaction.'),
  wound: message('WOUND', 'change', 'An older transaction waits for this one, which has voted YES: is it decided yet?'),
  bundle: message('BUNDLE', 'cross', 'Several messages about several transactions, under one signature.'),
  refusal: message('REFUSED', 'sync', 'The coordinator has more than it can do: come again later.'),
  reshard: message(
    'RESHARD',
    'change',
    'A shard has too much to do, or too little: it is to split, or to merge with another.',
  ),
  'account-parcel': message('PARCEL', 'sync', 'An account moves to another shard, with a proof of its balance.'),
  'account-receipt': message('RECEIPT', 'sync', 'The account has arrived.'),
  'channel-hello': message('HELLO', 'sync', 'A shard offers suites for an encrypted channel, best first.', {
    exclusive: true,
  }),
  'channel-answer': message('ANSWER', 'sync', 'The suite that was chosen, and a secret for whoever made the offer.'),
  'channel-confirmation': message('CONFIRM', 'sync', 'Both have seen the same: the channel is open.'),
  'channel-lost': message('LOST', 'sync', 'A shard cannot open what was sealed for it: it needs another channel.'),
  'account-moved': message('MOVED', 'sync', 'Where accounts are now.'),
  submit: message('SUBMIT', 'client', 'A client hands a signed transaction to the shard of its first input.'),
};

export const declaration: Declaration = {
  name: 'sharded',
  title: 'Sharded commit',
  summary:
    'Every shard keeps its own accounts. A transaction that touches several is prepared by all of them, which lock what it ' +
    'needs and vote; it is committed everywhere or nowhere. In two phases a dead coordinator blocks, in three it does not.',
  paper:
    'Gray, Notes on Data Base Operating Systems, 1978; Bernstein, Hadzilacos, Goodman, Concurrency Control and Recovery in ' +
    'Database Systems, 1987, ch. 7; Skeen, Nonblocking Commit Protocols, SIGMOD 1981; Keidar, Dolev, JCSS 57(3), 1998',
  messages: [...MESSAGE_TYPES.map((type) => ({ type, ...MESSAGES[type] })), ...ORDER_MESSAGES, ...COUNCIL_MESSAGES],
  fields: FIELDS,
  faultModel: 'crash',
  words: { epoch: 'incarnation', slot: 'transaction', leader: 'coordinator', change: 'restart', value: 'transaction' },
  epochs: { of: 'node' },
  regimes: [{ field: 'ordering', since: 'orderingFrom' }],
  hasLeader: false,
  quorum: majority,
  behaviours: ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate'],
  guarantees: ['agreement', 'one-vote', 'liveness', 'no-stale-lock'],
  transactions,
};
