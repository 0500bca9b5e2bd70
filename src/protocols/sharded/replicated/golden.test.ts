import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../ledger/types.ts';
import { TestNetwork } from '../../common/testing/network.ts';
import { sharded } from '../index.ts';
import type { ReplicaCtx } from './state.ts';
import { isOrder, isSpoken, type Wire } from './wire.ts';

const SIZE = 4;
const N = 2 * SIZE;

/** First votes are left out: with them a story is twice as long and says no more. */
function tell(message: Wire): string | null {
  if (message.type === 'order-prepare' || message.type === 'heartbeat') return null;
  if (isOrder(message)) {
    const view = 'view' in message && message.view > 0 ? ` in view ${message.view}` : '';
    const items = message.type === 'order-propose' ? message.value.items : [];
    const what = items.map((item) =>
      item.kind === 'heard' ? `${item.message.type} of s${item.message.said.by}` : item.kind,
    );
    return `${message.type} ${message.slot}${view}${what.length === 0 ? '' : `: ${what.join(', ')}`}`;
  }
  const verdict = message.type === 'vote' ? (message.yes ? ' YES' : ' NO') : '';
  if (!isSpoken(message)) return message.type === 'result' ? `RESULT ${message.slot} ${message.outcome}` : null;
  const { by, to, number } = message.said;
  return `s${by} to s${to} no. ${number}: ${message.type.toUpperCase()}${verdict}`;
}

/** v0 … v3 are shard 0 with accounts a0 … a3, v4 … v7 shard 1 with a4 … a7. */
function shards(more: Readonly<Record<string, unknown>> = {}) {
  const config = { heartbeatMs: 50_000, downAfterMs: 200_000, ...more };
  const net = new TestNetwork(sharded, { n: N, seed: 2, describe: tell, config });
  for (const ctx of net.contexts) {
    const shape = { count: 2, validatorsPerShard: SIZE, strategy: 'range', commit: '2pc' } as const;
    Object.assign(ctx, { shards: shape });
    net.states[ctx.self] = sharded.validator.create(ctx as ReplicaCtx);
  }
  return net.start();
}

/** Five units from shard 0 to shard 1, told to all validators of shard 0. */
function submit(net: ReturnType<typeof shards>): void {
  const batch: Batch = { type: 'submit', client: N, sequence: 0, transfers: [{ from: 0, to: 4, amount: 5 }] };
  for (const node of [0, 1, 2, 3]) net.give(node, N, batch);
}

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces of replicated shards', () => {
  it('happy path: each step is ordered, then said by all', async () => {
    const net = shards();
    submit(net);
    net.run(400_000);
    expect(net.decisions.map((list) => list.length)).toEqual(new Array(N).fill(1));
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the leader of the coordinator dies with the votes on their way; the next one goes on', async () => {
    const net = shards();
    submit(net);
    net.run(75_000);
    net.crash(0);
    net.run(3_000_000);
    expect(net.decisions.map((list) => list.length)).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('lying leader: two blocks for one slot, neither is ordered before it is replaced', async () => {
    const net = shards();
    const other = (message: Wire): Wire =>
      message.type === 'order-propose'
        ? { ...message, value: { ...message.value, at: message.value.at - 1 } }
        : message;
    Object.assign(net.options, {
      traitors: { 0: ({ to, message }: { to: number; message: Wire }) => [to % 2 === 0 ? message : other(message)] },
    });
    net.run(1000);
    submit(net);
    net.run(3_000_000);
    expect(net.decisions.slice(1).map((list) => list.length)).toEqual(new Array(N - 1).fill(1));
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/lying-leader.txt');
  });

  it('votes to the leader: certificates instead of votes for all; the leader dies with a block that it alone has decided', async () => {
    const net = shards({ ordering: 'linear' });
    const isLost = ({ from, message }: { from: number; message: Wire }): boolean =>
      from === 0 && message.type === 'order-final';
    Object.assign(net.options, {
      traitors: { 0: (copy: { from: number; message: Wire }) => (isLost(copy) ? [] : [copy.message]) },
    });
    submit(net);
    net.run(60_000);
    net.crash(0);
    net.run(3_000_000);
    expect(net.decisions.slice(1).map((list) => list.length)).toEqual(new Array(N - 1).fill(1));
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/votes-to-the-leader.txt');
  });
});
