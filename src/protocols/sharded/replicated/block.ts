/** Blocks: what a leader would have its shard do next, and why others may refuse it. */
import type { Micros } from '../../../core/time.ts';
import type { Ctx } from '../state.ts';
import { type CourseItem, courseItems, courseProblem, isCourseItem } from './course.ts';
import { isSame, shardQuorum, spokenProblem, submittedSlot } from './inbox.ts';
import { NOTE } from './notes.ts';
import { digestOfBatch } from './signing.ts';
import type { Replica, ReplicaCtx } from './state.ts';
import { type Block, type Item, ITEMS_MAX } from './wire.ts';

/** Clients' transactions in one block. What has begun comes first: words of other shards may fill the rest. */
const SUBMITS_IN_BLOCK = 32;

/** Whether anything waits to be ordered. */
export function hasWork({ complete, submits, timers }: Replica, now: Micros): boolean {
  if (complete.size > 0 || submits.size > 0) return true;
  for (const { due } of timers.values()) if (due <= now) return true;
  return false;
}

/** Timers first, the longest due first; then words of other shards, then clients, as they came. Null: nothing waits. */
export function nextBlock(replica: Replica, now: Micros, ctx: ReplicaCtx): Block | null {
  const at = Math.max(now, replica.at);
  const due = [...replica.timers].filter(([, timer]) => timer.due <= at);
  due.sort(([a, first], [b, second]) => first.due - second.due || (a < b ? -1 : 1));
  const items: Item[] = due.slice(0, ITEMS_MAX).map(([key]) => ({ kind: 'timeout', key }));
  for (const { message, signatures } of replica.complete.values()) {
    if (items.length === ITEMS_MAX) break;
    const proofs = [...signatures].slice(0, shardQuorum(ctx)).map(([signer, signature]) => ({ signer, signature }));
    items.push({ kind: 'heard', message, proofs });
  }
  const most = Math.min(ITEMS_MAX, items.length + SUBMITS_IN_BLOCK);
  for (const signed of replica.submits.values()) {
    if (items.length === most) break;
    items.push({ kind: 'submit', signed });
  }
  return items.length === 0 ? null : { at, items: [...courseItems(replica), ...items] };
}

/**
 * Why this validator does not vote for a block, or null. A leader can neither make up what others said nor turn a clock: times
 * do not go back, lie in no future, and a timer is due only by them.
 */
export function refusalOf(replica: Replica, block: Block, now: Micros, ctx: ReplicaCtx, shardCtx: Ctx): string | null {
  if (block.at > now) return NOTE.future;
  if (block.at < replica.at) return NOTE.past;
  if (block.items.every(isCourseItem)) return NOTE.empty;
  const course = courseProblem(replica, block);
  if (course !== null) return course;
  const seen = new Set<string>();
  for (const item of block.items) {
    if (isCourseItem(item)) continue;
    const name = nameOf(item);
    if (seen.has(name)) return NOTE.twice;
    seen.add(name);
    const problem = problemOf(replica, item, block.at, ctx, shardCtx);
    if (problem !== null) return problem;
  }
  return null;
}

type Input = Exclude<Item, CourseItem>;

function nameOf(item: Input): string {
  if (item.kind === 'timeout') return `timeout ${item.key}`;
  if (item.kind === 'heard') return `heard ${item.message.said.by} ${item.message.said.number}`;
  return `submit ${item.signed.batch.client} ${item.signed.batch.sequence}`;
}

function problemOf(replica: Replica, item: Input, at: Micros, ctx: ReplicaCtx, shardCtx: Ctx): string | null {
  if (item.kind === 'timeout') {
    const armed = replica.timers.get(item.key);
    return armed !== undefined && armed.due <= at ? null : NOTE.notDue;
  }
  if (item.kind === 'heard') return spokenProblem(replica, item.message, item.proofs, ctx);
  const { batch, signature } = item.signed;
  const slot = submittedSlot(replica, item.signed, shardCtx);
  if (slot === null) return NOTE.badSubmit;
  const own = replica.submits.get(slot);
  // By content: whether two messages are one object depends on where their nodes run.
  const isKnown =
    own !== undefined && isSame(own.signature, signature) && digestOfBatch(own.batch) === digestOfBatch(batch);
  return isKnown || ctx.verify(batch.client, batch, signature) ? null : NOTE.badClient;
}
