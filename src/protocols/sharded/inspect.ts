/** What a shard shows of itself: the declared fields after every step, and everything on request. */
import { msFromMicros } from '../../core/time.ts';
import { hashValue } from '../../crypto/hash.ts';
import type { AccountLock } from '../../sharding/locks/types.ts';
import { findCycle, waitEdges } from '../../sharding/locks/waits.ts';
import { WAYS } from '../common/ordering/types.ts';
import type { FieldDeclaration, NodeKnowledge } from '../protocol.ts';
import type { Transaction } from './placement.ts';
import { COUNCIL_FIELDS } from './council/describe.ts';
import { inspectCouncil, observeCouncil } from './council/inspect.ts';
import { isPostQuantum } from '../../sharding/channel/suites.ts';
import { channelCounts, type Holder, type Links } from './channels.ts';
import { balanceOf, type State } from './state.ts';

const ROLES = ['coordinator', 'participant', 'idle'] as const;
const PHASES = ['idle', 'preparing', 'in doubt', 'pre-committing', 'telling'] as const;
/** Endings that `inspect` lists, newest last. */
const LISTED = 16;

/** In the order in which `observe` writes them. */
export const FIELDS: readonly FieldDeclaration[] = [
  {
    name: 'role',
    label: 'Role',
    kind: 'enum',
    values: ROLES,
    explain: 'Coordinates a transaction, takes part in one, or neither. A shard may do both at once.',
  },
  { name: 'epoch', label: 'Incarnation', kind: 'epoch', explain: 'How often it has restarted from its log.' },
  { name: 'height', label: 'Ended', kind: 'slot', explain: 'The highest transaction that has ended here.' },
  {
    name: 'phase',
    label: 'Phase',
    kind: 'enum',
    values: PHASES,
    explain: 'How far its oldest transaction is: collecting votes, in doubt, writing the outcome down, or telling it.',
  },
  {
    name: 'lockEpoch',
    label: 'Oldest lock',
    kind: 'slot',
    explain: 'The lowest transaction that holds a lock here.',
  },
  { name: 'mempool', label: 'Waiting', kind: 'count', explain: 'Transactions that wait for a lock.' },
  { name: 'locks', label: 'Locks', kind: 'count', explain: 'Accounts that are locked.' },
  { name: 'open', label: 'Open', kind: 'count', explain: 'Transactions that have not ended here.' },
  { name: 'inDoubt', label: 'In doubt', kind: 'count', explain: 'Transactions with a YES and no decision.' },
  { name: 'coordinating', label: 'Coordinating', kind: 'count', explain: 'Transactions that it coordinates.' },
  { name: 'committed', label: 'Committed', kind: 'count', explain: 'Transactions that it has executed.' },
  { name: 'aborted', label: 'Aborted', kind: 'count', explain: 'Transactions that it has given up.' },
  {
    name: 'view',
    label: 'View',
    kind: 'count',
    explain: 'Where a shard has several validators: changes of its leader so far, as this one sees it.',
  },
  { name: 'ordered', label: 'Ordered', kind: 'count', explain: 'Blocks of inputs that its shard has ordered.' },
  { name: 'leads', label: 'Leads its shard', kind: 'boolean', explain: 'It leads the ordering inside its shard.' },
  { name: 'queued', label: 'Queued', kind: 'count', explain: 'Transactions that wait for their batch.' },
  { name: 'batch', label: 'Batch size', kind: 'count', explain: 'Transactions that it begins together, at most.' },
  { name: 'refused', label: 'Refused', kind: 'count', explain: 'Transactions that it has turned away: overloaded.' },
  { name: 'accounts', label: 'Accounts', kind: 'count', explain: 'Accounts that it keeps.' },
  { name: 'moving', label: 'Moving', kind: 'count', explain: 'Accounts that are on their way to another shard.' },
  {
    name: 'channels',
    label: 'Channels',
    kind: 'count',
    explain: 'Encrypted channels with other shards that are open.',
  },
  {
    name: 'downgraded',
    label: 'Downgraded',
    kind: 'count',
    explain: 'Classical channels with shards that could do better, as it could itself.',
  },
  {
    name: 'ordering',
    label: 'Orders by votes',
    kind: 'enum',
    values: WAYS,
    isOptional: true,
    explain:
      'Where the scenario says how shards order: votes go to all validators of the shard, or to its leader alone.',
  },
  {
    name: 'orderingFrom',
    label: 'Orders so from',
    kind: 'count',
    isOptional: true,
    explain: 'Where the scenario says how shards order: the first block that is ordered so.',
  },
  ...COUNCIL_FIELDS,
];

/** One 32-bit integer a field of `FIELDS`, −1 for none. Linear in what is open: it runs after every step. */
export function observe(state: State, out: Int32Array): void {
  let waiting = 0;
  for (const { phase } of state.participating.values()) if (phase === 'waiting') waiting++;
  out[0] = roleOf(state);
  out[1] = Math.max(0, state.incarnation - 1);
  out[2] = state.height;
  out[3] = phaseOf(state);
  out[4] = oldestLock(state);
  out[5] = waiting;
  out[6] = state.locks.accounts.size;
  out[7] = state.participating.size;
  out[8] = state.participating.size - waiting;
  out[9] = state.coordinating.size;
  out[10] = state.committed;
  out[11] = state.aborted;
  out[12] = -1;
  out[13] = -1;
  out[14] = -1;
  out[22] = -1;
  out[23] = -1;
  out[15] = state.queue.batcher.queue.length;
  out[16] = state.queue.batcher.batchSize;
  out[17] = state.queue.refusedCount;
  out[18] = state.accounts.held.size;
  out[19] = state.accounts.frozen.size + state.accounts.parcels.size;
  observeChannels(state, out);
  observeCouncil(state.council, state.self, 1, out);
}

export function observeChannels(holder: Holder, out: Int32Array): void {
  const { open, downgraded } = holder.links === null ? { open: -1, downgraded: -1 } : channelCounts(holder);
  out[20] = open;
  out[21] = downgraded;
}

function roleOf({ coordinating, participating }: State): number {
  if (coordinating.size > 0) return 0;
  return participating.size > 0 ? 1 : 2;
}

function phaseOf({ coordinating, participating }: State): number {
  const [first] = coordinating.values();
  if (first?.phase === 'preparing') return 1;
  if (first?.phase === 'pre-committing') return 3;
  if (participating.size > 0) return 2;
  return first === undefined ? 0 : 4;
}

function oldestLock({ locks }: State): number {
  let oldest = -1;
  for (const { holders } of locks.accounts.values())
    for (const { transaction } of holders)
      oldest = oldest === -1 ? Number(transaction) : Math.min(oldest, Number(transaction));
  return oldest;
}

/** Everything it knows, as plain JSON-like data; hashes in full. */
export function inspect(state: State): NodeKnowledge {
  const locks = [...state.locks.accounts].flatMap(([account, lock]) => lockKnowledge(state, account, lock));
  const most = Math.max(-1, ...state.accounts.held.keys());
  const balances = Array.from({ length: most + 1 }, (_, account) => balanceOf(state, account));
  const cycle = findCycle(waitEdges(state.locks));
  return {
    role: ROLES[roleOf(state)] ?? 'idle',
    epoch: Math.max(0, state.incarnation - 1),
    height: state.height,
    phase: PHASES[phaseOf(state)] ?? 'idle',
    lock: locks.length === 0 ? null : locks,
    certificates: [],
    log: [...state.outcomes].slice(-LISTED).map(([transaction, outcome]) => ({ transaction, outcome })),
    ledgerRoot: hashValue(balances),
    balances,
    mempoolSize: [...state.participating.values()].filter(({ phase }) => phase === 'waiting').length,
    details: {
      coordinator: [...state.coordinating.values()].map(
        ({ transaction, phase, yes, written, acknowledged, children, superior }) => ({
          ...named(transaction),
          // Where it speaks for its parent: to whom, and for which leaves.
          ...(superior === null ? {} : { superior: `s${superior}`, leaves: children.map((shard) => `s${shard}`) }),
          phase,
          votedYes: [...yes],
          wroteDown: [...written],
          acknowledged: [...acknowledged],
          complete: acknowledged.length / children.length,
        }),
      ),
      participant: [...state.participating.values()].map(({ transaction, phase, attempt }) => ({
        ...named(transaction),
        phase,
        ownBallot: attempt?.ballot ?? null,
      })),
      lockPolicy: state.locks.policy,
      waitsFor: waitEdges(state.locks).map(({ waiter, blocker, account }) => ({
        transaction: Number(waiter),
        waitsFor: Number(blocker),
        account: `a${account}`,
      })),
      /** Transactions that wait for each other at this shard alone. */
      deadlock: cycle === null ? null : cycle.map(Number),
      accounts: {
        kept: [...state.accounts.held.keys()].sort((a, b) => a - b).map((account) => `a${account}`),
        leaving: [...state.accounts.frozen].map(([account, to]) => ({ account: `a${account}`, to: `s${to}` })),
        onTheWay: [...state.accounts.parcels].map(([account, { to }]) => ({ account: `a${account}`, to: `s${to}` })),
        waitingToMove: state.migration?.waiting.length ?? 0,
      },
      channels: state.links === null ? null : channelKnowledge(state.links),
      ...(state.council === null ? {} : { council: inspectCouncil(state.council, state.shardCount) }),
      batches: {
        queued: state.queue.batcher.queue.length,
        underWay: state.queue.batcher.inFlight.length,
        sizeMax: state.queue.batcher.batchSize,
        refused: state.queue.refusedCount,
        averageMs: state.queue.batcher.batchMicros === null ? null : msFromMicros(state.queue.batcher.batchMicros),
      },
      committed: state.committed,
      aborted: state.aborted,
    },
  };
}

/** With whom, how strong, how much was said under which keys. */
export function channelKnowledge(
  { isModern, links, refusedCount, downgradeCount }: Links,
  nameOf = (node: number): string => `s${node}`,
) {
  return {
    offers: isModern ? 'post-quantum' : 'classical',
    open: links.flatMap(({ channel }, peer) =>
      channel === null
        ? []
        : [
            {
              with: nameOf(peer),
              suite: channel.suite,
              isPostQuantum: isPostQuantum(channel.suite),
              keyEpoch: channel.sending.epoch,
              sealedUnderKey: channel.nextSequence,
            },
          ],
    ),
    refused: refusedCount,
    downgradesRefused: downgradeCount,
  };
}

/** One entry a holder: what it holds, since when, and who waits behind it. */
function lockKnowledge(state: State, account: number, { holders, waiters }: AccountLock) {
  const waiting = waiters.map(({ transaction, mode, sinceMicros }) => ({
    transaction: Number(transaction),
    mode,
    sinceMs: msFromMicros(sinceMicros),
  }));
  return holders.map(({ transaction, mode, sinceMicros }) => ({
    account: `a${account}`,
    transaction: Number(transaction),
    mode,
    sinceMs: msFromMicros(sinceMicros),
    isInDoubt: state.locks.transactions.get(transaction)?.isPrepared === true,
    waiters: waiting,
  }));
}

const named = ({ slot, digest, shards }: Transaction) => ({ transaction: slot, digest, shards: [...shards] });
