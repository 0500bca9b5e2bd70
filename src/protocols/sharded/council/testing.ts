/** One shard of a council, alone: tests say to it what the others would. */
import { expect } from 'vitest';
import type { Effects, NodeContext } from '../../protocol.ts';
import { shardedAlone as sharded } from '../index.ts';
import { type Message, parseMessage } from '../messages.ts';
import type { Ctx, Durable, State, Timer } from '../state.ts';
import type { CouncilMessage } from './messages.ts';
import type { Council } from './state.ts';

export interface World {
  readonly ctx: Ctx;
  readonly state: State;
  readonly said: Message[];
  readonly notes: string[];
  now: number;
}

/** Shard 0 of so many, at the start. */
export function worldOf(shardCount: number, config: Readonly<Record<string, unknown>> = {}): World {
  const parsed = sharded.parseConfig({ council: true, ...config });
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const ctx = {
    self: 0,
    validatorCount: shardCount,
    clientCount: 1,
    stakes: new Array<number>(shardCount).fill(1),
    config: parsed.config,
    mutant: null,
    random: { k0: 0, k1: 0 },
    workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 12, initialBalance: 100 },
    shards: { count: shardCount, validatorsPerShard: 1, strategy: 'range', commit: '2pc' },
    verify: () => true,
  } as unknown as NodeContext<Ctx['config'], Message>;
  const world: World = { ctx, state: sharded.validator.create(ctx), said: [], notes: [], now: 0 };
  sharded.validator.step(world.state, { kind: 'start', now: 0 }, effects(world), ctx);
  return world;
}

function effects(world: World): Effects<Message, Timer, Durable> {
  const proof = { signer: 0, signature: new Uint8Array(8) };
  const say = (message: Message) => {
    expect(parseMessage(message)).toBe(message);
    world.said.push(message);
    return proof;
  };
  const refuse = (): never => {
    throw new Error('a council does nothing of the kind');
  };
  return {
    send: (_to, message) => say(message),
    broadcast: say,
    sign: () => proof,
    relay: refuse,
    setTimer: () => undefined,
    cancelTimer: () => undefined,
    persist: () => undefined,
    decide: refuse,
    note: (rule) => void world.notes.push(rule),
    evidence: refuse,
  };
}

export function said(world: World, from: number, message: CouncilMessage): void {
  const proof = { signer: from, signature: new Uint8Array(8) };
  sharded.validator.step(
    world.state,
    { kind: 'message', now: world.now, from, message, proof },
    effects(world),
    world.ctx,
  );
}

export const saidTypes = (world: World, type: Message['type']): Message[] =>
  world.said.filter((message) => message.type === type);

export function councilOf({ state }: Pick<World, 'state'>): Council {
  if (state.council === null) throw new Error('no council');
  return state.council;
}
