/** One machine for both kinds of shards: a single node runs the commit itself, several of them order what goes into it. */
import { assert } from '../../core/assert.ts';
import type { Effects, Input, Machine, NodeContext } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import * as plain from './inspect.ts';
import { NOTE } from './replicated/notes.ts';
import * as replicated from './replicated/inspect.ts';
import { isReplicated, type Replica, type ReplicaRecord, type ReplicaTimer } from './replicated/state.ts';
import * as replica from './replicated/step.ts';
import { isOrder, isSpoken, type Wire } from './replicated/wire.ts';
import type { Message } from './messages.ts';
import { recover } from './recover.ts';
import { type Ctx, createState, type Durable, type Out, type State, type Timer, timerKey } from './state.ts';
import { type Command, step } from './step.ts';

type AnyState = State | Replica;
type AnyTimer = Timer | ReplicaTimer;
type AnyRecord = Durable | ReplicaRecord;

const isReplicaTimer = (timer: AnyTimer): timer is ReplicaTimer =>
  timer.kind === 'due' || timer.kind.startsWith('order-') || timer.kind.startsWith('channel-');
const isReplica = (state: AnyState): state is Replica => 'order' in state;

export const validator: Machine<AnyState, Wire, AnyTimer, Command, AnyRecord, ShardedConfig> = {
  create: (ctx) => (isReplicated(ctx) ? replica.create(ctx) : createState(ctx as Ctx)),
  recover: (ctx, records) =>
    isReplicated(ctx)
      ? replica.recover(ctx, records as readonly ReplicaRecord[])
      : recover(ctx as Ctx, records as readonly Durable[]),
  step(state, input, out, ctx) {
    if (isReplica(state)) return replica.step(state, input as Input<Wire, ReplicaTimer, Command>, out, ctx);
    stepAlone(state, input, out, ctx);
  },
  timerKey: (timer) => (isReplicaTimer(timer) ? timer.kind : timerKey(timer)),
  observe: (state, out) => (isReplica(state) ? replicated.observe(state, out) : plain.observe(state, out)),
  inspect: (state) => (isReplica(state) ? replicated.inspect(state) : plain.inspect(state)),
};

/** A shard of one node: nothing is said in the name of several. */
function stepAlone(
  state: State,
  input: Input<Wire, AnyTimer, Command>,
  out: Effects<Wire, AnyTimer, AnyRecord>,
  ctx: NodeContext<ShardedConfig, Wire>,
): void {
  if (input.kind === 'message') {
    const { message } = input;
    if (isOrder(message) || isSpoken(message)) return out.note(NOTE.notForUs);
  }
  assert(input.kind !== 'timeout' || !isReplicaTimer(input.timer), 'a shard of one node orders nothing');
  step(state, input as Input<Message, Timer, Command>, out as Out, ctx as Ctx);
}
