/**
 * PBFT as a Petri net: which step must come before which. One slot is one sequence number, an epoch a view, a value the digest
 * of a request. Many numbers are under way at once, so that views belong to the whole run. Ref: OSDI '99, §4.2–4.4.
 */
import type { NetDeclaration, NetPlace, NetTransition } from '../net.ts';
import { MAX_WINDOW } from './messages.ts';

type Row = readonly [
  label: string,
  owner: NetPlace['owner'],
  colours: NetPlace['colours'],
  initial: NetPlace['initial'],
  explain: string,
];

const PLACES: Readonly<Record<string, Row>> = {
  'may-vote': [
    'may vote',
    'node',
    ['slot', 'epoch'],
    'every',
    'The replica has voted for no request under this number in this view, be it by giving it the number.',
  ],
  'in-view': [
    'in view',
    'node',
    ['epoch'],
    'first',
    'The replica works in this view, with all numbers; a view that it has left it never enters again.',
  ],
  changes: ['VIEW-CHANGEs', 'shared', ['epoch'], 'none', 'Replicas that asked for this view.'],
  'may-lead': ['may begin', 'node', ['epoch'], 'every', 'The replica has not begun this view as its primary.'],
  'new-views': [
    'NEW-VIEWs',
    'shared',
    ['epoch'],
    'none',
    'The new primary has begun this view; what it carries assigns numbers again.',
  ],
  assignments: [
    'PRE-PREPAREs',
    'shared',
    ['slot', 'epoch', 'value'],
    'none',
    'This number was given to this request in this view.',
  ],
  prepares: [
    'PREPAREs',
    'shared',
    ['slot', 'epoch', 'value'],
    'none',
    'Votes for this request in this view, among them the PRE-PREPARE of its primary.',
  ],
  'may-commit': [
    'may commit',
    'node',
    ['slot', 'epoch'],
    'every',
    'The replica has committed to no request under this number in this view.',
  ],
  commits: [
    'COMMITs',
    'shared',
    ['slot', 'epoch', 'value'],
    'none',
    'Replicas that sent COMMIT for this request in this view.',
  ],
  undecided: ['undecided', 'node', ['slot'], 'every', 'The replica has executed nothing under this number.'],
  decided: ['executed', 'node', ['slot'], 'none', 'The replica has executed the request of this number.'],
  checkpoints: ['CHECKPOINTs', 'shared', ['slot'], 'none', 'Replicas that vouched for the state after this number.'],
};

const IN_VIEW = { place: 'in-view', epoch: 'up-to' } as const;

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'assign',
    label: 'assign',
    explain: 'The primary of the first view gives the number to one request; that is its vote for it. §4.2.',
    on: { kind: 'send', type: 'pre-prepare' },
    epochs: 'first',
    take: [{ place: 'may-vote' }],
    test: [{ place: 'in-view' }],
    put: [{ place: 'assignments' }, { place: 'prepares' }],
  },
  {
    id: 'assign-later',
    label: 'assign later',
    explain: 'The primary of a later view, which it has begun with NEW-VIEW, does the same. §4.2, §4.4.',
    on: { kind: 'send', type: 'pre-prepare' },
    epochs: 'later',
    take: [{ place: 'may-vote' }],
    test: [{ place: 'in-view' }, { place: 'new-views' }],
    put: [{ place: 'assignments' }, { place: 'prepares' }],
  },
  {
    id: 'prepare',
    label: 'prepare',
    explain: 'Votes for the request that the number was given to, once a view and never in a view that was left. §4.2.',
    on: { kind: 'send', type: 'prepare' },
    take: [IN_VIEW, { place: 'may-vote' }],
    test: [{ place: 'assignments' }],
    put: [{ place: 'in-view' }, { place: 'prepares' }],
  },
  {
    id: 'prepare-again',
    label: 'prepare again',
    explain: 'Votes for what a NEW-VIEW assigns: its pre-prepares travel inside it. §4.4.',
    on: { kind: 'send', type: 'prepare' },
    epochs: 'later',
    take: [IN_VIEW, { place: 'may-vote' }],
    test: [{ place: 'new-views' }],
    put: [{ place: 'in-view' }, { place: 'prepares' }],
  },
  {
    id: 'commit',
    label: 'commit',
    explain: 'Commits once a quorum, its PRE-PREPARE included, has voted for the request. §4.2, prepared.',
    on: { kind: 'send', type: 'commit' },
    take: [IN_VIEW, { place: 'may-commit' }],
    test: [{ place: 'prepares', weight: 'quorum' }],
    put: [{ place: 'in-view' }, { place: 'commits' }],
  },
  {
    id: 'commit-again',
    label: 'commit again',
    explain: 'Commits to what a NEW-VIEW assigned: the vote of its primary is in there, the others are PREPAREs. §4.4.',
    on: { kind: 'send', type: 'commit' },
    epochs: 'later',
    take: [IN_VIEW, { place: 'may-commit' }],
    test: [{ place: 'prepares', weight: 'quorum-1' }, { place: 'new-views' }],
    inhibit: [{ place: 'assignments' }],
    put: [{ place: 'in-view' }, { place: 'commits' }],
  },
  {
    id: 'change-view',
    label: 'change view',
    explain: 'Gives up on the primary and leaves for a higher view, with all numbers. §4.4.',
    on: { kind: 'send', type: 'view-change' },
    epochs: 'later',
    take: [{ place: 'in-view', epoch: 'lower' }],
    put: [{ place: 'in-view' }, { place: 'changes' }],
  },
  {
    id: 'new-view',
    label: 'new view',
    explain: 'The primary of a later view begins it once a quorum has asked for it. §4.4.',
    on: { kind: 'send', type: 'new-view' },
    epochs: 'later',
    take: [IN_VIEW, { place: 'may-lead' }],
    test: [{ place: 'changes', weight: 'quorum' }],
    put: [{ place: 'in-view' }, { place: 'new-views' }],
  },
  {
    id: 'decide',
    label: 'execute',
    explain: 'A quorum of COMMITs of one view makes the request final, whatever view the replica is in. §4.2.',
    on: { kind: 'decide' },
    take: [{ place: 'undecided' }],
    test: [{ place: 'commits', weight: 'quorum' }],
    put: [{ place: 'decided' }],
  },
  {
    id: 'checkpoint',
    label: 'checkpoint',
    explain: 'Vouches for the state after this number, which it has executed. §4.3.',
    on: { kind: 'send', type: 'checkpoint' },
    // A checkpoint belongs to no view: the trace gives it the first.
    epochs: 'first',
    take: [{ place: 'decided' }],
    put: [{ place: 'checkpoints' }],
  },
];

export const net: NetDeclaration = {
  places: Object.entries(PLACES).map(([id, [label, owner, colours, initial, explain]]) => ({
    id,
    label,
    explain,
    owner,
    colours,
    initial,
  })),
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'independent',
  sentWithDecision: ['pre-prepare', 'prepare', 'commit'],
  sentAfterDecision: ['checkpoint'],
  carried: [{ type: 'pre-prepare', inside: 'new-view' }],
  slotsAhead: 2 * MAX_WINDOW,
};
