/** When shards split and merge: as the scenario says, or as the keeper of the map sees their load. */
import type { NodeIndex } from '../../core/ids.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { observeLoads, RESHARD_POLICY } from '../../sharding/reshard/policy.ts';
import { isDown } from './coordinator.ts';
import { carryOut } from './council/effects.ts';
import { wish } from './council/step.ts';
import { rekeyOld } from './channels.ts';
import { openChannels } from './handshakes.ts';
import type { Reshard } from './messages.ts';
import { beginChange } from './moves.ts';
import { NOTE } from './notes.ts';
import { type Ctx, type Out, type State, tell } from './state.ts';

/** Watches the loads. While it is down the map stays as it is: nobody needs another one to go on. */
const KEEPER: NodeIndex = 0;

/** The changes that the scenario wants of this shard. */
export function armChanges(state: State, now: Micros, out: Out, { shards }: Ctx): void {
  // The council is asked for them.
  if (state.council !== null) return;
  for (const [index, { shard, at }] of (shards?.changes ?? []).entries())
    if (shard === state.self && !state.changes.has(nameOf(index)))
      out.setTimer({ kind: 'reshard', index }, Math.max(0, at - now));
}

const nameOf = (index: number): string => `scheduled ${index}`;

export function onReshardTimer(state: State, index: number, out: Out, ctx: Ctx): void {
  const change = ctx.shards?.changes?.[index];
  if (change === undefined) return;
  const { kind, into } = change;
  const begun = beginChange(state, { id: nameOf(index), kind, into }, out, ctx);
  if (begun === 'busy') out.setTimer({ kind: 'reshard', index }, ctx.config.retryMaxMicros);
}

/** Tells the others that it is up, and how much it has to do; the keeper looks at all. */
export function shareLoad(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { heartbeatMicros, capacityPerSecond } = ctx.config;
  const load = Math.floor((state.recentCount * SECOND * 1000) / (heartbeatMicros * capacityPerSecond));
  const accounts = state.accounts.held.size;
  state.recentCount = 0;
  state.loads[state.self] = { load, accounts };
  const isModern = state.links?.isModern ?? true;
  const council = state.council === null ? {} : { council: state.council.epoch };
  out.broadcast({ type: 'heartbeat', incarnation: state.incarnation, load, accounts, isModern, ...council });
  rekeyOld(state, now, ctx);
  openChannels(state, out, ctx);
  if (state.self === KEEPER && ctx.shards?.isDynamic === true) look(state, now, out, ctx);
  watch(state, now, out, ctx);
}

/** With a council: it is told who has gone silent and who is back, and what it has decided is done. */
function watch(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.council === null) return;
  carryOut(state, out, ctx);
  const { down } = state.council;
  for (let shard = 0; shard < state.shardCount; shard++) {
    if (shard === state.self) continue;
    const isSilent = isDown(state, shard, now, ctx);
    const into = standInFor(state, shard, now, ctx);
    if (isSilent && !down.includes(shard) && into !== null) wish(state, { kind: 'down', shard, into }, now, out, ctx);
    if (!isSilent && down.includes(shard) && state.loads[shard]?.accounts === 0)
      wish(state, { kind: 'up', shard }, now, out, ctx);
  }
}

/** Where the accounts of a shard that is out go: to a spare one, else to the next. Null: there is none. */
function standInFor(state: State, shard: NodeIndex, now: Micros, ctx: Ctx): NodeIndex | null {
  const count = state.shardCount;
  const after = Array.from({ length: count - 1 }, (_, i) => (shard + 1 + i) % count);
  const spare = after.filter((other) => other >= (ctx.shards?.initialCount ?? count)).sort((a, b) => a - b);
  const isFit = (other: NodeIndex): boolean =>
    state.council?.down.includes(other) !== true && !isDown(state, other, now, ctx);
  return [...spare, ...after].find(isFit) ?? null;
}

function look(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { config } = ctx;
  const live = state.loads.flatMap(({ load, accounts }, shard) =>
    accounts === 0 || state.council?.down.includes(shard) === true
      ? []
      : [{ shard, validatorCount: null, loadPermille: load }],
  );
  const policy = {
    ...RESHARD_POLICY,
    lastingMicros: config.reshardAfterMicros,
    cooldownMicros: config.reshardPauseMicros,
  };
  const plan = observeLoads(state.reshard, live, now, policy, state.shardCount);
  if (plan === null) return;
  out.note(NOTE.plans);
  const { kind, shard, into } = plan;
  if (state.council !== null) return wish(state, { kind, shard, into }, now, out, ctx);
  tell(state, shard, { type: 'reshard', id: `by load ${state.incarnation} ${now}`, kind, into }, out);
}

/** The keeper asks. One that is lost, or comes at a bad time, is asked again if the load lasts. */
export function onReshard(state: State, from: NodeIndex, { id, kind, into }: Reshard, out: Out, ctx: Ctx): void {
  if (from !== KEEPER || into >= state.shardCount || into === state.self) return out.note(NOTE.notShard);
  beginChange(state, { id, kind, into }, out, ctx);
}
