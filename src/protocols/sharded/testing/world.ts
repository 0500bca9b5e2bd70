/** Three shards alone, with their disks and a wire that tests deliver by hand. */
import { expect } from 'vitest';
import { clonePlain } from '../../../core/clone.ts';
import type { Effects, NodeContext, Shards } from '../../protocol.ts';
import { type Message, parseMessage } from '../messages.ts';
import { shardOf } from '../placement.ts';
import { shardedAlone as sharded } from '../index.ts';
import { balanceOf, type Ctx, type Durable, type State, type Timer } from '../state.ts';

export const CLIENT = 3;
export const SIGNATURE = new Uint8Array(8);

export interface World {
  readonly ctxs: readonly Ctx[];
  readonly states: State[];
  readonly disks: Durable[][];
  /** What was sent and not yet given, oldest first. */
  readonly wire: { readonly from: number; readonly to: number; readonly message: Message }[];
  readonly decided: string[];
  readonly notes: string[];
  /** `s0 lock 3 a4`, `s0 wait 5 a4 3`. */
  readonly marks: string[];
  /** Every timer that was ever armed. */
  readonly timers: Timer[];
  now: number;
}

export function worldOf(
  commit: Shards['commit'] = '2pc',
  config: Record<string, unknown> = {},
  mutant: string | null = null,
): World {
  const parsed = sharded.parseConfig(config);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const ctxs = [0, 1, 2].map(
    (self): Ctx =>
      ({
        self,
        validatorCount: 3,
        clientCount: 1,
        stakes: [1, 1, 1],
        config: parsed.config,
        mutant,
        random: { k0: 0, k1: 0 },
        workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 12, initialBalance: 100 },
        shards: { count: 3, validatorsPerShard: 1, strategy: 'range', commit },
        verify: () => true,
      }) as unknown as NodeContext<Ctx['config'], Message>,
  );
  const states = ctxs.map((ctx) => sharded.validator.create(ctx));
  const world: World = {
    ctxs,
    states,
    disks: [[], [], []],
    wire: [],
    decided: [],
    notes: [],
    marks: [],
    timers: [],
    now: 0,
  };
  for (const { self } of ctxs) input(world, self, { kind: 'start', now: 0 });
  return world;
}

export function effects(world: World, node: number): Effects<Message, Timer, Durable> {
  const proof = { signer: node, signature: SIGNATURE };
  const refuse = (): never => {
    throw new Error('a shard does nothing of the kind');
  };
  return {
    send(to, message) {
      expect(parseMessage(message)).toBe(message);
      world.wire.push({ from: node, to, message });
      return proof;
    },
    broadcast: () => proof,
    sign: () => proof,
    relay: refuse,
    setTimer: (timer) => void world.timers.push(timer),
    cancelTimer: () => undefined,
    persist: (record) => void world.disks[node]?.push(clonePlain(record)),
    decide: ({ slot, value }) => void world.decided.push(`s${node} ${(value as { outcome: string }).outcome}s ${slot}`),
    note: (rule) => void world.notes.push(rule),
    mark: (kind, transaction, what, holder) =>
      void world.marks.push(`s${node} ${kind} ${transaction} ${what}${holder === undefined ? '' : ` ${holder}`}`),
    evidence: refuse,
  };
}

export function input(world: World, node: number, what: Parameters<typeof sharded.validator.step>[1]): void {
  sharded.validator.step(world.states[node] as State, what, effects(world, node), world.ctxs[node] as Ctx);
}

export function give(world: World, to: number, from: number, message: Message): void {
  const proof = { signer: from, signature: SIGNATURE };
  input(world, to, { kind: 'message', now: world.now, from, message, proof });
}

/** Delivers what is on the wire, and what follows from it, but for what `lost` picks. */
export function settle(world: World, lost: (type: string, to: number) => boolean = () => false): void {
  for (let item = world.wire.shift(); item !== undefined; item = world.wire.shift()) {
    if (item.to < 3 && !lost(item.message.type, item.to)) give(world, item.to, item.from, item.message);
  }
}

export function restart(world: World, node: number): void {
  world.states[node] = sharded.validator.recover(world.ctxs[node] as Ctx, world.disks[node] ?? []);
  input(world, node, { kind: 'start', now: world.now });
}

/** a0 … a3 are in shard 0, a4 … a7 in shard 1, a8 … a11 in shard 2. */
export function submit(world: World, sequence: number, transfers: [number, number, number][]): void {
  const list = transfers.map(([from, to, amount]) => ({ from, to, amount }));
  give(world, shardOf(list[0]?.from ?? 0, world.ctxs[0] as Ctx), CLIENT, {
    type: 'submit',
    client: CLIENT,
    sequence,
    transfers: list,
  });
}

/** Units of an account as a shard keeps them. */
export const unitsAt = (world: World, shard: number, account: number): number =>
  balanceOf(world.states[shard] as State, account);

export const balances = (world: World): number[] =>
  world.states
    .flatMap(({ accounts }) => [...accounts.held])
    .sort(([a], [b]) => a - b)
    .map(([, { balance }]) => balance);
export const total = (world: World): number => balances(world).reduce((sum, units) => sum + units, 0);

export function digestOf(world: World, slot: number): string {
  const digest = world.states[1]?.participating.get(slot)?.transaction.digest;
  if (digest === undefined) throw new Error(`shard 1 has no transaction ${slot}`);
  return digest;
}
