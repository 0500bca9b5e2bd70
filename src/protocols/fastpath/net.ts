/**
 * The fast path as a Petri net: which step must come before which. One slot is one height, an epoch a view, a value a block hash.
 * Votes lie in shared places once they are cast, so that a quorum is an arc of that weight. Ref: SBFT, arXiv 1804.01626, §V-C (fast
 * path), §V-E (fall-back), §V-G (view changes); PBFT §4.2.
 */
import type { NetDeclaration, NetElectorate, NetPlace, NetTransition } from '../net.ts';
import type { DecidedBlock } from '../protocol.ts';
import type { FastPathConfig } from './config.ts';
import { quorumsOf } from './rules.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'may-propose',
    label: 'may propose',
    explain: 'The replica has proposed nothing in this view.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'in-view',
    label: 'in view',
    explain: 'The replica works in this view; a view that it has left it never enters again.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'first',
  },
  {
    id: 'may-vote',
    label: 'may vote',
    explain: 'The replica has voted for no block in this view.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'proposals',
    label: 'proposals',
    explain: 'Proposals of this block that were sent in this view.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'votes',
    label: 'VOTEs',
    explain: 'Replicas that sent VOTE for this block in this view.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'voted',
    label: 'voted',
    explain: 'The replica voted for this block and has not fallen back.',
    owner: 'node',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'commits',
    label: 'COMMITs',
    explain: 'Replicas that sent COMMIT for this block in this view.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'committed',
    label: 'committed',
    explain: 'The replica fell back: it saw a quorum of VOTEs and committed to this block.',
    owner: 'node',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'changes',
    label: 'VIEW-CHANGEs',
    explain: 'Replicas that asked for this view.',
    owner: 'shared',
    colours: ['slot', 'epoch'],
    initial: 'none',
  },
  {
    id: 'decided',
    label: 'decided',
    explain: 'The replica has decided this height.',
    owner: 'node',
    colours: ['slot'],
    initial: 'none',
  },
];

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'propose',
    label: 'propose',
    explain: 'The primary of the first view proposes a block, once. PBFT §4.2.',
    on: { kind: 'send', type: 'proposal' },
    epochs: 'first',
    take: [{ place: 'may-propose' }],
    test: [{ place: 'in-view' }],
    put: [{ place: 'proposals' }],
  },
  {
    id: 'new-view',
    label: 'new view',
    explain: 'The primary of a later view proposes once all but f have asked for the view. SBFT §V-G.',
    on: { kind: 'send', type: 'proposal' },
    epochs: 'later',
    take: [{ place: 'may-propose' }],
    test: [{ place: 'in-view' }, { place: 'changes', weight: 'all-correct' }],
    put: [{ place: 'proposals' }],
  },
  {
    id: 'vote',
    label: 'vote',
    explain: 'Votes for a proposed block, one a view, and never in a view that was left. PBFT §4.2.',
    on: { kind: 'send', type: 'vote' },
    take: [{ place: 'in-view', epoch: 'up-to' }, { place: 'may-vote' }],
    test: [{ place: 'proposals' }],
    put: [{ place: 'in-view' }, { place: 'votes' }, { place: 'voted' }],
  },
  {
    id: 'commit',
    label: 'fall back',
    explain: 'Commits to the block it voted for once a quorum sent VOTE. SBFT §V-E.',
    on: { kind: 'send', type: 'commit' },
    take: [{ place: 'voted' }],
    test: [{ place: 'in-view' }, { place: 'votes', weight: 'quorum' }],
    put: [{ place: 'commits' }, { place: 'committed' }],
  },
  {
    id: 'change-view',
    label: 'change view',
    explain: 'Gives up on the primary and leaves for a higher view. PBFT §4.4.',
    on: { kind: 'send', type: 'view-change' },
    epochs: 'later',
    take: [{ place: 'in-view', epoch: 'lower' }],
    put: [{ place: 'in-view' }, { place: 'changes' }],
  },
  {
    id: 'decide-fast',
    label: 'decide fast',
    explain: 'A fast quorum of VOTEs of one view decides, whatever view it is in itself. SBFT §V-C.',
    on: { kind: 'decide' },
    take: [{ place: 'in-view', epoch: 'any' }],
    test: [{ place: 'votes', weight: 'fast-quorum' }],
    put: [{ place: 'decided' }],
  },
  {
    id: 'decide',
    label: 'decide',
    explain: 'A quorum of COMMITs of one view decides, whatever view it is in itself. PBFT §4.2.',
    on: { kind: 'decide' },
    take: [{ place: 'in-view', epoch: 'any' }],
    test: [{ place: 'commits', weight: 'quorum' }],
    put: [{ place: 'decided' }],
  },
];

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'sequence',
  sentWithDecision: ['proposal', 'vote', 'commit'],
  electorate: electorateAt,
};

/** Everybody; with the fast quorum that the scenario asks for, be it safe or not. */
export function electorateAt(
  _slot: number,
  _history: readonly DecidedBlock[],
  { validatorCount, config }: { readonly validatorCount: number; readonly config?: unknown },
): NetElectorate & { readonly fastQuorum: number } {
  const { fastQuorum = null } = (config ?? {}) as Partial<FastPathConfig>;
  const { normal, fast } = quorumsOf(validatorCount, fastQuorum, null);
  const members = Array.from({ length: validatorCount }, (_, node) => node);
  return { members, quorum: normal, fastQuorum: fast };
}
