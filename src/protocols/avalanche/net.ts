/**
 * The Avalanche family as a Petri net: which step must come before which. One slot is one conflict set, an epoch a poll, a value
 * the hash of a vertex. Polls belong to the whole run: one may be about many conflict sets, of which its messages show the first.
 * Counters and confidence are a node's own affair, and not to be seen here. Ref: arXiv 1906.08936, Slush to Avalanche.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { NetDeclaration, NetElectorate, NetPlace, NetTransition } from '../net.ts';
import { type AvalancheConfig, thresholdOf } from './config.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'may-issue',
    label: 'may issue',
    explain: 'The node has issued no vertex in this conflict set.',
    owner: 'node',
    colours: ['slot'],
    initial: 'every',
  },
  {
    id: 'vertices',
    label: 'vertices',
    explain: 'This vertex was issued in this conflict set.',
    owner: 'shared',
    colours: ['slot', 'value'],
    initial: 'none',
  },
  {
    id: 'latest-poll',
    label: 'latest poll',
    explain: 'The poll that the node began last; its numbers only rise.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'first',
  },
  {
    id: 'numbers',
    label: 'free numbers',
    explain: 'Nobody has begun the poll of this number.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'queries',
    label: 'QUERYs',
    explain: 'This poll has begun.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'none',
  },
  {
    id: 'may-answer',
    label: 'may answer',
    explain: 'The node has not answered in this poll.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'subjects',
    label: 'subjects',
    explain: 'The poll is about this vertex, and perhaps about more of which its message shows nothing.',
    owner: 'shared',
    colours: ['epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'answers',
    label: 'CHITs',
    explain: 'Nodes that have answered in this poll, whatever they said.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'none',
  },
  {
    id: 'preferences',
    label: 'preferences',
    explain: 'Nodes that have named this vertex in this poll.',
    owner: 'shared',
    colours: ['epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'undecided',
    label: 'undecided',
    explain: 'The node has accepted no vertex of this conflict set.',
    owner: 'node',
    colours: ['slot'],
    initial: 'every',
  },
  {
    id: 'accepted',
    label: 'accepted',
    explain: 'The node has accepted a vertex of this conflict set.',
    owner: 'node',
    colours: ['slot'],
    initial: 'none',
  },
];

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'issue',
    label: 'issue',
    explain: 'Issues one vertex in a conflict set. Avalanche (onGenerateTx); without DAG, a colour of its own.',
    on: { kind: 'send', type: 'vertex' },
    take: [{ place: 'may-issue' }],
    put: [{ place: 'vertices' }],
  },
  {
    id: 'query',
    label: 'query',
    explain: 'Asks a sample what it prefers, with a number of its own above those before. Slush, the query loop.',
    on: { kind: 'send', type: 'query' },
    epochs: 'later',
    value: 'some',
    take: [{ place: 'latest-poll', epoch: 'lower' }, { place: 'numbers' }],
    put: [{ place: 'latest-poll' }, { place: 'queries' }, { place: 'subjects' }],
  },
  {
    id: 'query-colourless',
    label: 'query, without colour',
    explain: 'Asks without preferring anything, because others are past this slot. Slush, the query loop.',
    on: { kind: 'send', type: 'query' },
    epochs: 'later',
    value: 'none',
    take: [{ place: 'latest-poll', epoch: 'lower' }, { place: 'numbers' }],
    put: [{ place: 'latest-poll' }, { place: 'queries' }],
  },
  {
    id: 'prefer',
    label: 'chit',
    explain: 'Answers a poll, once, with what it prefers. Slush (onQuery); Avalanche (isStronglyPreferred).',
    on: { kind: 'send', type: 'chit' },
    epochs: 'later',
    value: 'some',
    take: [{ place: 'may-answer' }],
    test: [{ place: 'queries' }],
    put: [{ place: 'answers' }, { place: 'preferences' }],
  },
  {
    id: 'deny',
    label: 'chit, no',
    explain: 'Answers a poll, once, without a yes to the vertex that it shows. Avalanche (isStronglyPreferred).',
    on: { kind: 'send', type: 'chit' },
    epochs: 'later',
    value: 'none',
    take: [{ place: 'may-answer' }],
    test: [{ place: 'queries' }],
    put: [{ place: 'answers' }],
  },
  {
    id: 'accept',
    label: 'accept',
    explain: 'At the end of its latest poll, in which α of the sample preferred this vertex. Snowflake, Snowball.',
    on: { kind: 'decide' },
    epochs: 'later',
    take: [{ place: 'undecided' }],
    test: [{ place: 'vertices' }, { place: 'latest-poll', epoch: 'up-to' }, { place: 'preferences', weight: 'quorum' }],
    put: [{ place: 'accepted' }],
  },
  {
    id: 'accept-ancestor',
    label: 'accept, with others',
    explain:
      'At the end of its latest poll, about what builds on the vertex or of which the message showed another; α answered. Avalanche.',
    on: { kind: 'decide' },
    epochs: 'later',
    take: [{ place: 'undecided' }],
    test: [{ place: 'vertices' }, { place: 'latest-poll', epoch: 'up-to' }, { place: 'answers', weight: 'quorum' }],
    inhibit: [{ place: 'subjects' }],
    put: [{ place: 'accepted' }],
  },
];

/** α stands for the quorum. Slush ends after its last poll whatever that brought: nothing is wanted of it. */
function electorate(
  _slot: number,
  _history: unknown,
  { validatorCount, config }: { readonly validatorCount: number; readonly config?: unknown },
): NetElectorate {
  const parsed = config as AvalancheConfig | undefined;
  // Where only the trace is known, α is not.
  if (parsed === undefined) return { members: everyone(validatorCount), quorum: Math.min(1, validatorCount - 1) };
  const known = electorates.get(parsed);
  if (known?.members.length === validatorCount) return known;
  const quorum = parsed.mode === 'slush' ? 0 : thresholdOf(parsed, validatorCount);
  const made = { members: everyone(validatorCount), quorum };
  electorates.set(parsed, made);
  return made;
}

/** The same for every slot of a run: remembering it changes no result. */
const electorates = new WeakMap<AvalancheConfig, NetElectorate>();

function everyone(validatorCount: number): NodeIndex[] {
  return Array.from({ length: validatorCount }, (_, node) => node);
}

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'independent',
  sentWithDecision: [],
  // Each period brings a slot for every node, and nodes accept in different orders.
  slotsKept: 1024,
  slotsAhead: 65_536,
  epochsMin: 2,
  electorate,
};
