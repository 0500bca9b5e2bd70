/** What a decision of the council changes at a shard. */
import type { Micros } from '../../../core/time.ts';
import type { ShardedConfig } from '../config.ts';
import { isDown } from '../coordinator.ts';
import { beginChange } from '../moves.ts';
import type { Ctx, Out, State } from '../state.ts';
import type { Asked } from './config.ts';
import { type Change, changeText } from './messages.ts';
import type { Council } from './state.ts';

/** Takes a decision into force: the same on every shard, and again when a log is replayed. */
export function takeEffect(council: Council, change: Change): void {
  const { down } = council;
  switch (change.kind) {
    case 'down':
      if (!down.includes(change.shard)) down.push(change.shard);
      down.sort((a, b) => a - b);
      return;
    case 'up': {
      const at = down.indexOf(change.shard);
      if (at >= 0) down.splice(at, 1);
      return;
    }
    case 'parameter':
      council.parameters = { ...council.parameters, [change.name]: change.value };
      return;
    case 'reputation':
      council.reputation = change.of;
      return;
    default:
      return;
  }
}

/** The moves that decisions ask of this shard and that it has not begun. One that is busy with another begins them later. */
export function carryOut(state: State, out: Out, ctx: Ctx): void {
  for (const [index, change] of (state.council?.log ?? []).entries()) {
    if (!('into' in change) || change.shard !== state.self) continue;
    const kind = change.kind === 'split' ? 'split' : 'merge';
    beginChange(state, { id: `council ${index + 1}`, kind, into: change.into }, out, ctx);
  }
}

const millis = (ms: number): Micros => ms * 1000;

/** The configuration with the parameters that the council has changed. */
function withParameters(config: ShardedConfig, parameters: Council['parameters'], extra: Ctx['shards']): ShardedConfig {
  // Waits for other shards are longer where a shard has several validators, whatever their length (`replicated/view.ts`).
  const more = (extra?.validatorsPerShard ?? 1) > 1 ? config.orderMicros : 0;
  const { prepareTimeoutMs, lockWaitMs, downAfterMs, capacityPerSecond, movesMax } = parameters;
  return {
    ...config,
    ...(prepareTimeoutMs === undefined ? {} : { prepareMicros: millis(prepareTimeoutMs) + 4 * more }),
    ...(lockWaitMs === undefined ? {} : { lockWaitMicros: millis(lockWaitMs) + more }),
    ...(downAfterMs === undefined ? {} : { downMicros: millis(downAfterMs) + 4 * more }),
    ...(capacityPerSecond === undefined ? {} : { capacityPerSecond }),
    ...(movesMax === undefined ? {} : { movesMax }),
  };
}

/** By the parameters in force: they are replaced as a whole. */
const contexts = new WeakMap<object, { readonly of: Ctx; readonly ctx: Ctx }>();

/** The context with what the council has decided. */
export function inForce({ council }: State, ctx: Ctx): Ctx {
  if (council === null || Object.keys(council.parameters).length === 0) return ctx;
  const known = contexts.get(council.parameters);
  if (known?.of === ctx) return known.ctx;
  const made = { ...ctx, config: withParameters(ctx.config, council.parameters, ctx.shards) };
  contexts.set(council.parameters, { of: ctx, ctx: made });
  return made;
}

/** What the scenario asks of the council: changes of the map, and what `proposals` say. */
export function askedOf({ config, shards }: Pick<Ctx, 'config' | 'shards'>): readonly Asked[] {
  const ofMap = (shards?.changes ?? []).map(({ at, kind, shard, into }) => ({
    at,
    change: { kind, shard, into } as const,
  }));
  return [...ofMap, ...config.proposals];
}

/** Whether the scenario asks for it, and its time has come: every shard has read the same scenario. */
function isAsked(change: Change, now: Micros, ctx: Ctx): boolean {
  const text = changeText(change);
  return askedOf(ctx).some((asked) => asked.at <= now && changeText(asked.change) === text);
}

/** Whether a shard, asked for its vote, finds a change right. What two thirds found right it need not. */
export function isRight(state: State, council: Council, change: Change, now: Micros, ctx: Ctx): boolean {
  const isThere = (shard: number): boolean => shard < state.shardCount;
  const { down } = council;
  switch (change.kind) {
    case 'down':
      return (
        isThere(change.shard) &&
        !down.includes(change.shard) &&
        canTake(council, change, state.shardCount) &&
        change.shard !== state.self &&
        isDown(state, change.shard, now, ctx)
      );
    case 'up':
      return down.includes(change.shard) && !isDown(state, change.shard, now, ctx);
    case 'split':
    case 'merge':
      return (
        isThere(change.shard) &&
        !down.includes(change.shard) &&
        canTake(council, change, state.shardCount) &&
        (ctx.shards?.isDynamic === true || isAsked(change, now, ctx))
      );
    case 'parameter':
      return council.parameters[change.name] !== change.value && isAsked(change, now, ctx);
    case 'reputation':
      return (
        change.of.length === state.shardCount &&
        change.of.some((value, i) => value !== council.reputation[i]) &&
        isAsked(change, now, ctx)
      );
  }
}

/** Whether accounts may go where a change sends them. */
function canTake({ down }: Council, change: Extract<Change, { into: number }>, shardCount: number): boolean {
  return change.into < shardCount && change.into !== change.shard && !down.includes(change.into);
}

/** Whether nothing is left of a wish: it has come about, or cannot come about any more. */
export function isVoid({ down, parameters }: Council, change: Change): boolean {
  switch (change.kind) {
    case 'down':
      return down.includes(change.shard);
    case 'up':
      return !down.includes(change.shard);
    case 'parameter':
      return parameters[change.name] === change.value;
    default:
      return false;
  }
}
