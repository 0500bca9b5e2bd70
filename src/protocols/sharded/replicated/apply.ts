/** Ordered blocks change the commit's machine, and what it wants said is said in the shard's name. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Input, SignedRef } from '../../protocol.ts';
import type { Message } from '../messages.ts';
import { type Ctx, type Out, type Timer, timerKey } from '../state.ts';
import { type Command, step } from '../step.ts';
import { type CourseItem, followBlock, isCourseItem } from './course.ts';
import { submittedSlot, take } from './inbox.ts';
import { membersOf, type Replica, type ReplicaCtx, type ReplicaOut } from './state.ts';
import { isExposed, sealSpoken } from './sealing.ts';
import { type Block, type Item, type Said, type Spoken, type Wire, words } from './wire.ts';

const NO_SIGNATURE = new Uint8Array(0);

/** Where the effects of a block go: to the world, or nowhere while a log is replayed. */
export interface Stage {
  readonly ctx: ReplicaCtx;
  readonly shardCtx: Ctx;
  /** Null: nothing is said, decided or shown. */
  readonly out: ReplicaOut | null;
  /** Decided long ago: shown, but not said. */
  readonly isStale?: boolean;
}

/** The same on every validator of the shard: depends on the blocks alone. */
export function applyBlock(replica: Replica, block: Block, stage: Stage): void {
  replica.at = block.at;
  followBlock(replica, block, stage.out);
  const sink = sinkOf(replica, block.at, stage);
  for (const item of block.items) {
    if (isCourseItem(item)) continue;
    const input = inputOf(replica, item, block.at, stage);
    if (input !== null) step(replica.commit, input, sink, stage.shardCtx);
  }
}

/** The start of the commit's machine, at time 0. */
export function begin(replica: Replica, stage: Stage): void {
  step(replica.commit, { kind: 'start', now: 0 }, sinkOf(replica, 0, { ...stage, out: null }), stage.shardCtx);
}

function inputOf(
  replica: Replica,
  item: Exclude<Item, CourseItem>,
  now: Micros,
  { shardCtx }: Stage,
): Input<Message, Timer, Command> | null {
  if (item.kind === 'timeout') {
    const armed = replica.timers.get(item.key);
    replica.timers.delete(item.key);
    return armed === undefined ? null : { kind: 'timeout', now, timer: armed.timer };
  }
  if (item.kind === 'heard') {
    const { by } = item.message.said;
    take(replica, item.message.said);
    const proof = { signer: by, signature: NO_SIGNATURE };
    return { kind: 'message', now, from: by, message: words(item.message), proof };
  }
  const { batch, signature } = item.signed;
  const slot = submittedSlot(replica, item.signed, shardCtx);
  if (slot !== null) replica.submits.delete(slot);
  return { kind: 'message', now, from: batch.client, message: batch, proof: { signer: batch.client, signature } };
}

/** The commit's effects, with shards for nodes. */
function sinkOf(replica: Replica, now: Micros, { ctx, out, isStale = false }: Stage): Out {
  const nobody: SignedRef = { signer: replica.self, signature: NO_SIGNATURE };
  const send = (to: NodeIndex, message: Message): SignedRef => {
    if (to < replica.spoken.length) speak(replica, to, message, ctx, isStale ? null : out);
    else out?.send(to, message);
    return nobody;
  };
  return {
    send,
    broadcast(message) {
      for (let to = 0; to < replica.spoken.length; to++) if (to !== replica.shard) send(to, message);
      return nobody;
    },
    sign: () => nobody,
    relay: () => {},
    setTimer: (timer, after) => void replica.timers.set(timerKey(timer), { timer, due: now + after }),
    cancelTimer: (timer) => void replica.timers.delete(timerKey(timer)),
    // What is on disk is the block.
    persist: () => {},
    decide: (decision) => out?.decide(decision),
    note: (rule) => out?.note(rule),
    mark: (kind, transaction, what, holder) => out?.mark?.(kind, transaction, what, holder),
    evidence: () => {},
  };
}

/** Every validator of the shard signs the same words; those of the other count the signatures. */
function speak(replica: Replica, to: number, message: Message, ctx: ReplicaCtx, out: ReplicaOut | null): void {
  const number = (replica.spoken[to] ?? 0) + 1;
  replica.spoken[to] = number;
  if (out === null) return;
  const said: Said = { by: replica.shard, to, number };
  const spoken = { ...message, said } as Spoken;
  if (isExposed(replica, spoken)) sealSpoken(replica, to, spoken, out, ctx);
  else multicast(out, membersOf(to, ctx), spoken);
}

/** Signs once and sends to all of them. */
export function multicast(out: ReplicaOut, to: readonly NodeIndex[], message: Wire): SignedRef {
  if (out.multicast !== undefined) return out.multicast(to, message);
  const proof = out.sign(message);
  for (const node of to) out.relay(node, message, proof);
  return proof;
}
