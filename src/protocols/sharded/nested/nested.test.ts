import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../ledger/types.ts';
import { TestNetwork } from '../../common/testing/network.ts';
import type { NodeContext } from '../../protocol.ts';
import type { ShardedConfig } from '../config.ts';
import { shardedAlone as sharded } from '../index.ts';
import type { Message } from '../messages.ts';
import { shardOf } from '../placement.ts';
import type { State } from '../state.ts';

const N = 4;
const MS = 1000;
const SHAPE = {
  count: N,
  validatorsPerShard: 1,
  strategy: 'range',
  commit: '2pc',
  nested: [
    [0, 1],
    [2, 3],
  ],
} as const;

function tell(message: Message): string | null {
  if (message.type === 'heartbeat' || !('slot' in message)) return null;
  const about = `${message.type.toUpperCase()} ${message.slot}`;
  if (message.type === 'vote') return `${about} ${message.yes ? 'YES' : 'NO'}`;
  if (message.type === 'status-reply') return `${about} ${message.status}`;
  return message.type === 'result' ? `${about} ${message.outcome}` : about;
}

type Network = TestNetwork<State, Message, never, never, ShardedConfig>;

/** v0 and v1 are one parent, v2 and v3 the other; two accounts each. */
function shards(mutant: string | null = null): Network {
  const net: Network = new TestNetwork(sharded as never, {
    n: N,
    seed: 2,
    describe: tell,
    config: { heartbeatMs: 50_000, downAfterMs: 200_000 },
    ...(mutant === null ? {} : { mutant }),
  });
  for (const ctx of net.contexts) {
    Object.assign(ctx, { shards: SHAPE });
    net.states[ctx.self] = sharded.validator.create(ctx as NodeContext<ShardedConfig, Message>);
  }
  return net.start();
}

/** From a0 to these accounts, five units each. */
function submit(net: Network, sequence: number, to: readonly number[], amount = 5): void {
  const transfers = to.map((account) => ({ from: 0, to: account, amount }));
  const batch: Batch = { type: 'submit', client: N, sequence, transfers };
  net.give(0, N, batch);
}

const ctxOf = (net: Network) => net.contexts[0] as NodeContext<ShardedConfig, Message>;
const typesFrom = (net: Network, node: number): string[] =>
  net.sent.filter(({ from, message }) => from === node && 'slot' in message).map(({ message }) => message.type);

describe('a transaction between two parents', () => {
  it('is a tree of votes: golden trace', async () => {
    const net = shards();
    expect([0, 2, 4, 6].map((account) => shardOf(account, ctxOf(net)))).toEqual([0, 1, 2, 3]);
    submit(net, 0, [2, 4, 6]);
    net.run(300 * MS);
    expect(net.decisions.map((list) => list.length)).toEqual([1, 1, 1, 1]);
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('the root hears of the leaves below another parent only through its head', () => {
    const net = shards();
    submit(net, 0, [2, 4, 6]);
    net.run(300 * MS);
    const between = net.sent.filter(({ from, to }) => (from < 2 && (to ?? 0) === 3) || (from === 3 && (to ?? 9) < 2));
    expect(between).toEqual([]);
  });

  it('a head votes YES after its last leaf has, never before', () => {
    const net = shards();
    submit(net, 0, [4, 6]);
    net.run(300 * MS);
    const leaf = net.log.findIndex((line) => line.includes('v3 → v2 VOTE 1 YES'));
    const head = net.log.findIndex((line) => line.includes('v2 → v0 VOTE 1 YES'));
    expect(leaf).toBeGreaterThan(0);
    expect(head).toBeGreaterThan(leaf);
  });

  it('a NO of one leaf is a NO of its parent, and everybody aborts', () => {
    const net = shards();
    // a6 pays more than it has: v3 votes NO.
    const transfers = [
      { from: 0, to: 4, amount: 5 },
      { from: 6, to: 0, amount: 5000 },
    ];
    net.give(0, N, { type: 'submit', client: N, sequence: 0, transfers });
    net.run(3000 * MS);
    expect(net.log.join('\n')).toContain('v2 → v0 VOTE 1 NO');
    expect(net.decisions.map((list) => list.map(({ value }) => (value as { outcome: string }).outcome))).toEqual([
      ['abort'],
      [],
      ['abort'],
      ['abort'],
    ]);
  });

  it('one inside a parent is coordinated there: the other parent hears nothing', () => {
    const net = shards();
    submit(net, 0, [2]);
    net.run(300 * MS);
    expect(net.decisions.map((list) => list.length)).toEqual([1, 1, 0, 0]);
    expect([...typesFrom(net, 2), ...typesFrom(net, 3)]).toEqual([]);
  });
});

/** Each shard dies at each of these moments, or never comes back before a minute; a transaction takes 80 ms. */
const MOMENTS = Array.from({ length: 24 }, (_, i) => 2 + 5 * i);

describe.each([0, 1, 2, 3])('v%i dies at any moment and comes back', (node) => {
  it('all shards end alike, no unit is lost and no lock stays', () => {
    const outcomes = new Set<string>();
    for (const moment of MOMENTS) {
      const net = shards();
      submit(net, 0, [2, 4, 6]);
      net.at(moment * MS, () => net.crash(node));
      net.at(9000 * MS, () => net.restart(node));
      net.run(40_000 * MS);
      expect(net.disagreement(), `at ${moment} ms`).toBeNull();
      const ended = net.decisions.map((list) => list.length);
      // A shard that was never asked ends nothing.
      for (const state of net.states) {
        expect(state.participating.size, `open at ${moment} ms`).toBe(0);
        expect(state.coordinating.size, `coordinated at ${moment} ms`).toBe(0);
        expect(state.locks.accounts.size, `locks at ${moment} ms`).toBe(0);
      }
      const units = net.states.flatMap(({ accounts }) => [...accounts.held.values()].map(({ balance }) => balance));
      expect(units.reduce((sum, balance) => sum + balance, 0)).toBe(8000);
      const [first] = net.decisions.flat();
      outcomes.add((first?.value as { outcome: string } | undefined)?.outcome ?? 'nothing');
      expect(
        ended.filter((count) => count > 1),
        `twice at ${moment} ms`,
      ).toEqual([]);
    }
    // Early deaths abort, late ones do not: not all moments are alike.
    expect(outcomes).toContain('commit');
    if (node !== 0) expect(outcomes).toContain('abort');
  });
});

it('a promise is not taken back: a PREPARE that comes late, after the abort, is answered by no NO', () => {
  const net = shards();
  submit(net, 0, [4, 6]);
  net.run(35 * MS);
  expect(net.log.join('\n')).toContain('v2 → v0 VOTE 1 YES');
  net.crash(0);
  net.crash(3);
  net.at(9000 * MS, () => net.restart(0));
  net.run(10_000 * MS);
  // v3 is down: v2 still waits for its acknowledgement.
  expect([...(net.state(2).coordinating.values() ?? [])].map(({ phase }) => phase)).toEqual(['aborting']);
  const late = net.sent.find(({ to, message }) => to === 2 && message.type === 'prepare-request');
  expect(late).toBeDefined();
  if (late !== undefined) net.give(2, 0, late.message);
  expect(net.log.join('\n')).not.toContain('v2 → v0 VOTE 1 NO');
});

it('the mutant promises for its parent before its leaves have', () => {
  const net = shards('nested-parent-early-yes');
  const transfers = [
    { from: 0, to: 4, amount: 5 },
    { from: 6, to: 0, amount: 5000 },
  ];
  net.give(0, N, { type: 'submit', client: N, sequence: 0, transfers });
  net.run(3000 * MS);
  expect(net.disagreement()).toMatch(/^slot 1/);
});
