/** What a validator of a replicated shard shows: what the commit shows, and how far its shard has ordered. */
import { msFromMicros } from '../../../core/time.ts';
import { WAYS } from '../../common/ordering/types.ts';
import type { NodeKnowledge } from '../../protocol.ts';
import { observeCouncil } from '../council/inspect.ts';
import * as plain from '../inspect.ts';
import { digestOf } from './signing.ts';
import type { Replica } from './state.ts';

/** Blocks that `inspect` lists, newest last. */
const LISTED = 16;

export function observe(replica: Replica, out: Int32Array): void {
  plain.observe(replica.commit, out);
  const { order } = replica;
  out[1] = Math.max(0, replica.incarnation - 1);
  out[12] = order.view;
  out[13] = order.slot - 1;
  out[14] = leads(replica) ? 1 : 0;
  plain.observeChannels(replica, out);
  observeCouncil(replica.commit.council, replica.commit.self, replica.size, out);
  const { course, choice } = replica;
  if (choice === null) return;
  out[22] = WAYS.indexOf(course.way);
  out[23] = course.from;
}

/** Not while it asks for another leader. */
function leads({ order, leaders, self }: Replica): boolean {
  return !order.isChanging && leaders[order.view % leaders.length] === self;
}

const nameIn =
  ({ size }: Replica) =>
  (node: number): string =>
    `s${Math.floor(node / size)}v${node % size}`;

/** The commit's knowledge; certificates are those of the last block. */
export function inspect(replica: Replica): NodeKnowledge {
  const { order, commit } = replica;
  const known = plain.inspect(commit);
  const last = order.log.at(-1);
  return {
    ...known,
    epoch: Math.max(0, replica.incarnation - 1),
    certificates:
      last === undefined
        ? []
        : [{ block: order.slot - 1, view: last.view, digest: digestOf(last.value), commits: last.proofs.length }],
    details: {
      ...known.details,
      channels: replica.links === null ? null : plain.channelKnowledge(replica.links, nameIn(replica)),
      shard: `s${replica.shard}`,
      ordering: {
        slot: order.slot,
        ...(replica.choice === null
          ? {}
          : { votesGo: replica.course.way, sinceBlock: replica.course.from, asTheScenarioSays: replica.choice }),
        view: order.view,
        leads: leads(replica),
        wantsAnotherLeader: order.isChanging,
        proposed: order.proposal?.digest ?? null,
        prepared: order.prepared === null ? null : { view: order.prepared.view, digest: order.prepared.digest },
        lastBlocks: order.log.slice(-LISTED).map(({ view, value }, i, list) => ({
          slot: order.slot - list.length + i,
          view,
          items: value.items.length,
          digest: digestOf(value),
        })),
      },
      waiting: {
        transactions: [...replica.submits.keys()],
        saidByShards: replica.complete.size,
        withoutQuorum: replica.shares.size - replica.complete.size,
      },
      timers: [...replica.timers].map(([timer, { due }]) => ({ timer, dueMs: msFromMicros(due) })),
    },
  };
}
