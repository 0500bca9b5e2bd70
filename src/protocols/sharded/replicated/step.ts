/**
 * A validator of a replicated shard holds two machines: the commit's, which changes only when its shard has ordered an input, and
 * the one that orders. Ref: Schneider, *Implementing fault-tolerant services using the state machine approach*, 1990.
 */
import { assertNever } from '../../../core/assert.ts';
import type { NodeIndex } from '../../../core/ids.ts';
import { SECOND, type Micros } from '../../../core/time.ts';
import type { Port } from '../../common/ordering/types.ts';
import { verifyAll } from '../../common/proofs.ts';
import type { Input, SignedRef } from '../../protocol.ts';
import type { Ctx } from '../state.ts';
import type { Command } from '../step.ts';
import { applyBlock, begin, multicast, type Stage } from './apply.ts';
import { hasWork, nextBlock, refusalOf } from './block.ts';
import { onHanded, onSpoken, onSubmit } from './inbox.ts';
import { NOTE } from './notes.ts';
import { isExposed, onChannelTalk, onChannelTimer, startChannels } from './sealing.ts';
import { digestOf } from './signing.ts';
import {
  createReplica,
  groupOf,
  ordering,
  type Replica,
  type ReplicaCtx,
  type ReplicaOut,
  type ReplicaRecord,
  type ReplicaTimer,
  shardOfNode,
} from './state.ts';
import { replayChannels } from '../handshakes.ts';
import { asShard } from './view.ts';
import { type Block, isOrder, isSpoken, type Wire } from './wire.ts';

/** What was decided longer ago is not said any more: the commit's own timers say it again if it matters. */
const STALE: Micros = 5 * SECOND;

export function create(ctx: ReplicaCtx): Replica {
  const shardCtx = asShard(ctx, shardOfNode(ctx.self, ctx));
  const replica = createReplica(ctx, shardCtx);
  begin(replica, { ctx, shardCtx, out: null });
  return replica;
}

/** From the log: the blocks, in order, give the state that all validators have; the rest are promises of the ordering. */
export function recover(ctx: ReplicaCtx, records: readonly ReplicaRecord[]): Replica {
  const replica = create(ctx);
  const stage: Stage = { ctx, shardCtx: asShard(ctx, replica.shard), out: null };
  for (const record of records) {
    if (record.kind === 'replica-started') {
      replica.incarnation++;
      continue;
    }
    if (record.kind === 'upgraded' || record.kind === 'registered') {
      replayChannels(replica, record);
      continue;
    }
    ordering.replay(replica.order, record, digestOf);
    if (record.kind === 'order-decided') applyBlock(replica, record.value, stage);
  }
  return replica;
}

/** Same state and input, same effects. Owns `replica` and updates it in place. */
export function step(
  replica: Replica,
  input: Input<Wire, ReplicaTimer, Command>,
  out: ReplicaOut,
  ctx: ReplicaCtx,
): void {
  const { now } = input;
  const shardCtx = asShard(ctx, replica.shard);
  const port = portOf(replica, now, out, ctx, shardCtx);
  const group = groupOf(replica, ctx);
  switch (input.kind) {
    case 'start':
      replica.incarnation++;
      out.persist({ kind: 'replica-started' });
      replica.dueAt = null;
      startChannels(replica, now, out, ctx);
      ordering.start(replica.order, group, port);
      break;
    case 'message':
      onMessage(replica, input.from, input.message, input.proof, port, out, ctx, shardCtx);
      ordering.poke(replica.order, group, port);
      break;
    case 'timeout':
      if (input.timer.kind === 'channel-beat' || input.timer.kind === 'channel-upgrade') {
        onChannelTimer(replica, input.timer, now, out, ctx);
        break;
      }
      if (input.timer.kind !== 'due') {
        ordering.onTimer(replica.order, input.timer, group, port);
        break;
      }
      replica.dueAt = null;
      ordering.poke(replica.order, group, port);
      break;
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
  armDue(replica, now, out);
}

function onMessage(
  replica: Replica,
  from: NodeIndex,
  message: Wire,
  proof: SignedRef,
  port: Port<Block>,
  out: ReplicaOut,
  ctx: ReplicaCtx,
  shardCtx: Ctx,
): void {
  if (isOrder(message)) return ordering.onMessage(replica.order, from, message, proof, groupOf(replica, ctx), port);
  if (isSpoken(message)) {
    if (isExposed(replica, message)) return out.note(NOTE.inTheClear);
    return onSpoken(replica, from, message, proof, out, ctx);
  }
  if (message.type !== 'submit') return onChannelTalk(replica, from, message, out, ctx);
  if (message.client !== from) return out.note(NOTE.badClient);
  onSubmit(replica, { batch: message, signature: proof.signature }, out, shardCtx);
}

/** The group's port to the world, for one step. */
function portOf(replica: Replica, now: Micros, out: ReplicaOut, ctx: ReplicaCtx, shardCtx: Ctx): Port<Block> {
  const peers = groupOf(replica, ctx).members.filter((member) => member !== replica.self);
  return {
    now,
    way: () => replica.course.way,
    digestOf,
    refusal: (block) => refusalOf(replica, block, now, ctx, shardCtx),
    candidate: () => nextBlock(replica, now, ctx),
    hasWork: () => hasWork(replica, now),
    take(block) {
      for (const item of block.items) onHanded(replica, item, out, ctx, shardCtx);
    },
    decided(_slot, _view, block, isFetched) {
      const isStale = isFetched && block.at < now - STALE;
      applyBlock(replica, block, { ctx, shardCtx, out: isStale ? quiet(out) : out, isStale });
    },
    send: (to, message) => out.send(to, message),
    cast: (message) => multicast(out, peers, message),
    sign: (message) => out.sign(message),
    verifyAll: (message, proofs) => verifyAll(ctx, message as Wire, proofs),
    setTimer: (timer, after) => out.setTimer(timer, after),
    cancelTimer: (timer) => out.cancelTimer(timer),
    persist: (record) => out.persist(record),
    note: (rule) => out.note(rule),
    evidence: (against, what, first, second) => out.evidence(against, what, first, second),
  };
}

/** Decides and shows, but says nothing. */
function quiet(out: ReplicaOut): ReplicaOut {
  const unsaid = (): SignedRef => ({ signer: 0, signature: new Uint8Array(0) });
  return {
    send: unsaid,
    broadcast: unsaid,
    multicast: unsaid,
    sign: unsaid,
    relay: () => {},
    setTimer: (timer, after) => out.setTimer(timer, after),
    cancelTimer: (timer) => out.cancelTimer(timer),
    persist: (record) => out.persist(record),
    decide: (decision) => out.decide(decision),
    note: (rule) => out.note(rule),
    mark: (kind, transaction, what, holder) => out.mark?.(kind, transaction, what, holder),
    evidence: () => {},
  };
}

/** The host's timer for the commit's earliest one. */
function armDue(replica: Replica, now: Micros, out: ReplicaOut): void {
  let earliest: Micros | null = null;
  for (const { due } of replica.timers.values()) if (due > now && (earliest === null || due < earliest)) earliest = due;
  if (earliest === replica.dueAt) return;
  replica.dueAt = earliest;
  if (earliest === null) out.cancelTimer({ kind: 'due' });
  else out.setTimer({ kind: 'due' }, earliest - now);
}
