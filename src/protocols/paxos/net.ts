/**
 * Paxos as a Petri net: which step must come before which. One slot is one instance, an epoch a ballot, a value the hash of a
 * block. A promise holds for all instances, so that ballots belong to the whole run. Ref: Paxos Made Simple, §2.2, §3.
 */
import type { NetDeclaration, NetPlace, NetTransition } from '../net.ts';

const PLACES: readonly NetPlace[] = [
  {
    id: 'promised',
    label: 'promised',
    explain: 'The highest ballot in which the server took part; it takes part in none below it.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'first',
  },
  {
    id: 'may-promise',
    label: 'may promise',
    explain: 'The server has not promised this ballot.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'promises',
    label: 'PROMISEs',
    explain: 'Acceptors that promised to take part in no ballot below this one, its proposer included.',
    owner: 'shared',
    colours: ['epoch'],
    initial: 'none',
  },
  {
    id: 'may-lead',
    label: 'may lead',
    explain: 'The server has sent no heartbeat in this ballot.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'every',
  },
  {
    id: 'leads',
    label: 'leads',
    explain: 'The server has finished phase 1 of this ballot and said so.',
    owner: 'node',
    colours: ['epoch'],
    initial: 'none',
  },
  {
    id: 'proposals',
    label: 'proposals',
    explain: 'This block was proposed for this instance in this ballot.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'may-accept',
    label: 'may accept',
    explain: 'The server has accepted, and proposed, no block for this instance in this ballot.',
    owner: 'node',
    colours: ['slot', 'epoch'],
    initial: 'every',
  },
  {
    id: 'acceptances',
    label: 'ACCEPTANCEs',
    explain: 'Acceptors that accepted this block in this ballot, its proposer included.',
    owner: 'shared',
    colours: ['slot', 'epoch', 'value'],
    initial: 'none',
  },
  {
    id: 'unknown',
    label: 'to learn',
    explain: 'The server does not know what is chosen for this instance.',
    owner: 'node',
    colours: ['slot'],
    initial: 'every',
  },
  {
    id: 'learned',
    label: 'learned',
    explain: 'The server has learned what is chosen for this instance, and executed it.',
    owner: 'node',
    colours: ['slot'],
    initial: 'none',
  },
];

const PROMISED = { place: 'promised', epoch: 'up-to' } as const;

const TRANSITIONS: readonly NetTransition[] = [
  {
    id: 'prepare',
    label: 'prepare',
    explain: 'Phase 1a: a proposer begins a higher ballot, and promises it itself. §2.2.',
    on: { kind: 'send', type: 'prepare' },
    epochs: 'later',
    take: [{ place: 'promised', epoch: 'lower' }, { place: 'may-promise' }],
    put: [{ place: 'promised' }, { place: 'promises' }],
  },
  {
    id: 'promise',
    label: 'promise',
    explain: 'Phase 1b: an acceptor promises to take part in no lower ballot. §2.2.',
    on: { kind: 'send', type: 'promise' },
    epochs: 'later',
    take: [PROMISED, { place: 'may-promise' }],
    put: [{ place: 'promised' }, { place: 'promises' }],
  },
  {
    id: 'lead',
    label: 'heartbeat',
    explain: 'With promises of a majority the proposer goes on to phase 2, and says so. §2.4, §3.',
    on: { kind: 'send', type: 'heartbeat' },
    epochs: 'later',
    take: [PROMISED, { place: 'may-lead' }],
    test: [{ place: 'promises', weight: 'quorum' }],
    put: [{ place: 'promised' }, { place: 'leads' }],
  },
  {
    id: 'propose',
    label: 'propose',
    explain: 'Phase 2a: asks to accept one block, and accepts it itself, once a majority has promised. §2.2.',
    on: { kind: 'send', type: 'accept' },
    epochs: 'later',
    take: [PROMISED, { place: 'may-accept' }],
    test: [{ place: 'promises', weight: 'quorum' }],
    put: [{ place: 'promised' }, { place: 'proposals' }, { place: 'acceptances' }],
  },
  {
    id: 'accept',
    label: 'accept',
    explain: 'Phase 2b: accepts what was proposed, unless it has promised a higher ballot. §2.2, P1a.',
    on: { kind: 'send', type: 'accepted' },
    epochs: 'later',
    take: [PROMISED, { place: 'may-accept' }],
    test: [{ place: 'proposals' }],
    put: [{ place: 'promised' }, { place: 'acceptances' }],
  },
  {
    id: 'learn',
    label: 'learn',
    explain: 'What a majority has accepted in one ballot, that of the block or a later one, is chosen. §2.3.',
    on: { kind: 'decide' },
    epochs: 'later',
    take: [{ place: 'unknown' }],
    test: [{ place: 'acceptances', weight: 'quorum', epoch: 'from' }],
    put: [{ place: 'learned' }],
  },
];

export const net: NetDeclaration = {
  places: PLACES,
  transitions: TRANSITIONS,
  firstEpoch: 0,
  slots: 'independent',
  sentWithDecision: ['prepare', 'accept'],
  epochsMin: 2,
};
