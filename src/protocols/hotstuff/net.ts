/**
 * HotStuff as a Petri net: which step must come before which. One slot is one height, an epoch a view, a value a block hash. Views
 * go on whatever height they work on, so they belong to the whole run. The one who collects votes counts its own without
 * sending it. That three certified blocks in a row decide the first is said of three heights: here each must be certified.
 * Ref: arXiv 1803.05069, Algorithms 2 and 3.
 */
import type { NetArc, NetDeclaration, NetPlace, NetTransition } from '../net.ts';

const said = (id: string, label: string, explain: string): NetPlace => ({
  id,
  label,
  explain,
  owner: 'shared',
  colours: ['slot', 'epoch', 'value'],
  initial: 'none',
});

const once = (id: string, label: string, explain: string): NetPlace => ({
  id,
  label,
  explain,
  owner: 'node',
  colours: ['epoch'],
  initial: 'every',
});

const PLACES: readonly NetPlace[] = [
  {
    id: 'in-view',
    label: 'in view',
    explain: 'The view in which the replica spoke last; it never goes back to an earlier one.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'first',
  },
  {
    id: 'may-ask',
    label: 'may ask',
    explain: 'The replica has not asked for this view with this certificate.',
    owner: 'node',
    colours: ['epoch', 'value'],
    initial: 'every',
  },
  {
    id: 'asked',
    label: 'NEW-VIEWs',
    explain: 'Requests for this view.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'none',
  },
  once('may-propose', 'may propose', 'The replica has proposed no block in this view.'),
  said('proposals', 'PROPOSALs', 'This block was proposed in this view.'),
  once('may-vote', 'may vote', 'The replica has voted for no block in this view.'),
  said('votes', 'VOTEs', 'Votes for this block in this view that were sent to who collects them.'),
  once('may-pre-commit', 'may show first', 'The replica has shown no first certificate in this view.'),
  said('pre-commits', 'PRE-COMMITs', 'The leader of the view has shown that a quorum accepted the block (basic form).'),
  once('may-answer', 'may answer', 'The replica has not answered a PRE-COMMIT in this view.'),
  said('pre-commit-votes', 'PRE-COMMIT VOTEs', 'Replicas that have seen the first certificate (basic form).'),
  once('may-commit', 'may show second', 'The replica has shown no second certificate in this view.'),
  said(
    'commits',
    'COMMITs',
    'The leader of the view has shown that a quorum holds the first certificate (basic form).',
  ),
  once('may-lock', 'may lock', 'The replica has not answered a COMMIT in this view.'),
  said('commit-votes', 'COMMIT VOTEs', 'Replicas that are locked on the block (basic form).'),
  once('may-decide', 'may show third', 'The replica has shown no decision in this view.'),
  said('decides', 'DECIDEs', 'The leader of the view has shown that a quorum is locked (basic form).'),
  {
    id: 'undecided',
    label: 'undecided',
    explain: 'The replica has decided nothing for this height.',
    owner: 'node',
    colours: ['slot'],
    initial: 'every',
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

const IN_VIEW: NetArc = { place: 'in-view', epoch: 'up-to' };
const quorumOf = (place: string): NetArc => ({ place, weight: 'quorum-1' });

/** A message that may be sent once in a view, after what `test` wants to see. */
const step = (
  id: string,
  label: string,
  type: string,
  [take, put]: readonly [string, string],
  test: readonly NetArc[],
  explain: string,
): NetTransition => ({
  id,
  label,
  explain,
  on: { kind: 'send', type },
  epochs: 'later',
  take: [IN_VIEW, { place: take }],
  test,
  put: [{ place: 'in-view' }, { place: put }],
});

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'new-view',
    label: 'new view',
    explain: 'Asks for a view, with the highest certificate it knows; it votes in no earlier one any more. Line 36.',
    on: { kind: 'send', type: 'new-view' },
    epochs: 'later',
    take: [IN_VIEW, { place: 'may-ask' }],
    put: [{ place: 'in-view' }, { place: 'asked' }],
  },
  step(
    'propose',
    'propose',
    'proposal',
    ['may-propose', 'proposals'],
    [],
    'The leader of the view proposes one block. Algorithm 2, line 5; Algorithm 3, line 6.',
  ),
  step(
    'vote',
    'vote',
    'vote',
    ['may-vote', 'votes'],
    [{ place: 'proposals' }],
    'Accepts the proposed block, once a view. Algorithm 2, lines 8 to 13; Algorithm 3, lines 12 to 15.',
  ),
  step(
    'pre-commit',
    'pre-commit',
    'pre-commit',
    ['may-pre-commit', 'pre-commits'],
    [quorumOf('votes')],
    'The leader shows the certificate made of a quorum of votes, its own included. Algorithm 2, line 16.',
  ),
  step(
    'answer',
    'answer',
    'pre-commit-vote',
    ['may-answer', 'pre-commit-votes'],
    [{ place: 'pre-commits' }],
    'Has seen the first certificate. Algorithm 2, line 19.',
  ),
  step(
    'commit',
    'commit',
    'commit',
    ['may-commit', 'commits'],
    [quorumOf('pre-commit-votes')],
    'The leader shows the second certificate. Algorithm 2, line 22.',
  ),
  step(
    'lock',
    'lock',
    'commit-vote',
    ['may-lock', 'commit-votes'],
    [{ place: 'commits' }],
    'Locks the block that a quorum holds a certificate for. Algorithm 2, lines 24 to 26.',
  ),
  step(
    'show-decision',
    'show decision',
    'decide',
    ['may-decide', 'decides'],
    [quorumOf('commit-votes')],
    'The leader shows that a quorum is locked. Algorithm 2, line 30.',
  ),
  {
    id: 'decide',
    label: 'decide',
    explain:
      'The block is certified, and so are those that its form wants on top of it. Algorithm 2, line 33; Algorithm 3, line 26.',
    on: { kind: 'decide' },
    epochs: 'later',
    take: [{ place: 'undecided' }],
    test: [quorumOf('votes')],
    put: [{ place: 'decided' }],
  },
];

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'independent',
  sentWithDecision: ['vote', 'pre-commit-vote', 'commit-vote'],
  epochsMin: 2,
};
