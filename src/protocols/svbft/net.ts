/**
 * SVBFT as a Petri net: which step must come before which. One slot is one height, an epoch a view, a value a block hash.
 * Votes lie in shared places once they are cast, so a quorum is an arc of that weight. Ref: PBFT §4.2 (normal case), §4.4
 * (view changes).
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { NetDeclaration, NetElectorate, NetPlace, NetTransition } from '../net.ts';
import type { DecidedBlock } from '../protocol.ts';
import { quorumOf } from './rules.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'may-propose',
    label: 'may propose',
    explain: 'The validator has proposed nothing in this view.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'in-view',
    label: 'in view',
    explain: 'The validator works in this view; a view that it has left it never enters again.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'first',
  },
  {
    id: 'may-prepare',
    label: 'may prepare',
    explain: 'The validator has voted for no block in this view.',
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
    id: 'prepares',
    label: 'PREPAREs',
    explain: 'Validators that sent PREPARE for this block in this view.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'prepared',
    label: 'voted',
    explain: 'The validator voted for this block and has not committed to it.',
    owner: 'node',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'commits',
    label: 'COMMITs',
    explain: 'Validators that sent COMMIT for this block in this view.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'committed',
    label: 'committed',
    explain: 'The validator saw a quorum of PREPAREs and committed to this block.',
    owner: 'node',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'changes',
    label: 'VIEW-CHANGEs',
    explain: 'Validators that asked for this view.',
    owner: 'shared',
    colours: ['slot', 'epoch'],
    initial: 'none',
  },
  {
    id: 'decided',
    label: 'decided',
    explain: 'The validator has decided this height.',
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
    explain: 'The primary of a later view proposes once a quorum has asked for the view. PBFT §4.4.',
    on: { kind: 'send', type: 'proposal' },
    epochs: 'later',
    take: [{ place: 'may-propose' }],
    test: [{ place: 'in-view' }, { place: 'changes', weight: 'quorum' }],
    put: [{ place: 'proposals' }],
  },
  {
    id: 'prepare',
    label: 'prepare',
    explain: 'Votes for a proposed block, one a view, and never in a view that was left. PBFT §4.2.',
    on: { kind: 'send', type: 'prepare' },
    take: [{ place: 'in-view', epoch: 'up-to' }, { place: 'may-prepare' }],
    test: [{ place: 'proposals' }],
    put: [{ place: 'in-view' }, { place: 'prepares' }, { place: 'prepared' }],
  },
  {
    id: 'commit',
    label: 'commit',
    explain: 'Commits to the block it voted for once a quorum sent PREPARE. PBFT §4.2.',
    on: { kind: 'send', type: 'commit' },
    take: [{ place: 'prepared' }],
    test: [{ place: 'in-view' }, { place: 'prepares', weight: 'quorum' }],
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
    id: 'decide',
    label: 'decide',
    explain: 'A quorum of COMMITs of one view makes the block final, whatever view it is in itself. PBFT §4.2.',
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
  sentWithDecision: ['proposal', 'prepare', 'commit'],
  electorate: electorateAt,
};

/** The set appointed last before the slot, of which the correct protocol wants a quorum whatever mutant runs. */
export function electorateAt(
  slot: number,
  history: readonly DecidedBlock[],
  { validatorCount }: { readonly validatorCount: number },
): NetElectorate {
  let members: readonly NodeIndex[] = Array.from({ length: validatorCount }, (_, node) => node);
  let since = 0;
  for (const block of history as readonly (DecidedBlock & { readonly validators?: readonly NodeIndex[] | null })[]) {
    if (block.validators == null || block.height >= slot || block.height < since) continue;
    members = block.validators;
    since = block.height;
  }
  return { members, quorum: quorumOf(members.length, null) };
}
