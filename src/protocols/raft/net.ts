/**
 * Raft as a Petri net: which step must come before which. One slot is one log index, an epoch a term, a value the hash of an
 * entry's block or, in elections, a server. Terms belong to the whole run. Ref: Ongaro & Ousterhout, extended version, §5.
 */
import { majority } from '../../core/quorum.ts';
import type { NetDeclaration, NetElectorate, NetPlace, NetTransition } from '../net.ts';
import type { RaftConfig } from './config.ts';
import { voteDigest } from './signing.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'in-term',
    label: 'in term',
    explain: 'The term in which the server spoke last; it never goes back to a lower one.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'first',
  },
  {
    id: 'may-vote',
    label: 'may vote',
    explain: 'The server has given its vote of this term to nobody, itself included.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'votes',
    label: 'votes',
    explain: 'Servers that voted for this server in this term.',
    owner: 'shared',
    colours: ['epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'may-lead',
    label: 'may lead',
    explain: 'The server has sent no heartbeat in this term.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'leads',
    label: 'leader heard',
    explain: 'Messages of this term that only its leader sends.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'none',
  },
  {
    id: 'may-append',
    label: 'may append',
    explain: 'The server has put nothing at this index as leader of this term.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'entries',
    label: 'APPENDs',
    explain: 'The leader of this term has sent this block for this index.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'may-acknowledge',
    label: 'to copy',
    explain: 'The server has not said in this term that its log agrees up to this index.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'copies',
    label: 'ACKs',
    explain: 'Followers whose logs agree with that of the leader of this term up to this index or beyond.',
    owner: 'shared',
    colours: ['slot', 'epoch'],
    initial: 'none',
  },
  {
    id: 'uncommitted',
    label: 'uncommitted',
    explain: 'The server does not know this index to be committed.',
    owner: 'node',
    colours: ['slot'],
    initial: 'every',
  },
  {
    id: 'committed',
    label: 'committed',
    explain: 'The server knows this index to be committed, and has executed it.',
    owner: 'node',
    colours: ['slot'],
    initial: 'none',
  },
];

const IN_TERM = { place: 'in-term', epoch: 'up-to' } as const;
const ELECTED = { place: 'votes', weight: 'quorum', about: 'self' } as const;

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'campaign',
    label: 'campaign',
    explain: 'Begins a higher term with its own vote for itself. §5.2.',
    on: { kind: 'send', type: 'request-vote' },
    epochs: 'later',
    take: [{ place: 'in-term', epoch: 'lower' }, { place: 'may-vote' }],
    put: [{ place: 'in-term' }, { place: 'votes', about: 'self' }],
  },
  {
    id: 'vote',
    label: 'vote',
    explain: 'Gives its one vote of this term to a candidate. §5.2.',
    on: { kind: 'send', type: 'vote' },
    epochs: 'later',
    take: [IN_TERM, { place: 'may-vote' }],
    put: [{ place: 'in-term' }, { place: 'votes' }],
  },
  {
    id: 'lead',
    label: 'heartbeat',
    explain: 'A majority of votes makes it leader of the term: it tells everyone. §5.2.',
    on: { kind: 'send', type: 'heartbeat' },
    epochs: 'later',
    take: [IN_TERM, { place: 'may-lead' }],
    test: [ELECTED],
    put: [{ place: 'in-term' }, { place: 'leads' }],
  },
  {
    id: 'append',
    label: 'append',
    explain: 'The leader of the term, elected by a majority, sends one block for an index, never another. §5.3.',
    on: { kind: 'send', type: 'append' },
    epochs: 'later',
    take: [IN_TERM, { place: 'may-append' }],
    test: [ELECTED],
    put: [{ place: 'in-term' }, { place: 'leads' }, { place: 'entries' }],
  },
  {
    id: 'acknowledge',
    label: 'acknowledge',
    explain: 'Its log agrees with that of the leader up to here; what holds for an index holds for all below. §5.3.',
    on: { kind: 'send', type: 'append-reply', covers: 'lower-slots' },
    epochs: 'later',
    take: [IN_TERM, { place: 'may-acknowledge' }],
    test: [{ place: 'leads' }],
    put: [{ place: 'in-term' }, { place: 'copies' }],
  },
  {
    id: 'commit',
    label: 'commit',
    explain:
      'A majority, its leader included, holds the same log up to here in the term of the entry or a later one. §5.3.',
    on: { kind: 'decide' },
    take: [{ place: 'uncommitted' }],
    test: [{ place: 'copies', weight: 'quorum-1', epoch: 'from' }],
    put: [{ place: 'committed' }],
  },
];

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'independent',
  sentWithDecision: [],
  slotsAhead: 1024,
  epochsMin: 2,
  electorate: (_slot, _history, ctx) => electorateOf(ctx.validatorCount, ctx.config as RaftConfig | undefined),
  nodeValue: (node) => voteDigest(node).slice(0, 16),
};

/**
 * All servers, and the smallest majority of the sets that may ever vote: which set counts at an index stands in entries that the
 * trace does not show, so where the membership changes the net is lenient. §6.
 */
function electorateOf(validatorCount: number, config: RaftConfig | undefined): NetElectorate {
  const members = Array.from({ length: validatorCount }, (_, node) => node);
  const sets = [config?.members ?? members, ...(config?.membershipChanges ?? []).map((change) => change.members)];
  return { members, quorum: Math.min(...sets.map((set) => majority(set.length))) };
}
