import { describe, expect, it } from 'vitest';
import type { Batch } from '../../ledger/types.ts';
import { TestNetwork } from '../common/testing/network.ts';
import { shardedAlone as sharded } from './index.ts';
import type { Message } from './messages.ts';
import { shardOf } from './placement.ts';

const N = 3;

function tell(message: Message): string | null {
  if (message.type === 'heartbeat' || message.type === 'submit') return null;
  if (!('slot' in message)) return null;
  const about = `${message.type.toUpperCase()} ${message.slot}`;
  if (message.type === 'vote') return `${about} ${message.yes ? 'YES' : 'NO'}`;
  if (message.type === 'status-reply') return `${about} ${message.status}`;
  return message.type === 'result' ? `${about} ${message.outcome}` : about;
}

function shards() {
  return new TestNetwork(sharded, { n: N, seed: 2, describe: tell }).start();
}

/** One transaction from account 0 to one account in each of the other shards. */
function submit(net: ReturnType<typeof shards>, sequence: number): number {
  const ctx = net.contexts[0];
  if (ctx === undefined) throw new Error('no shard');
  const home = shardOf(0, ctx);
  const transfers = [0, 1, 2]
    .filter((shard) => shard !== home)
    .map((shard) => [1, 2, 3, 4, 5, 6, 7].find((account) => shardOf(account, ctx) === shard) ?? 1)
    .map((to) => ({ from: 0, to, amount: 5 }));
  const batch: Batch = { type: 'submit', client: N, sequence, transfers };
  net.give(home, N, batch);
  return home;
}

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: prepared by all, then committed by all', async () => {
    const net = shards();
    submit(net, 0);
    net.run(200_000);
    expect(net.decisions.map((list) => list.length)).toEqual([1, 1, 1]);
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the coordinator dies before it hears the votes; restarted, it aborts', async () => {
    const net = shards();
    const home = submit(net, 0);
    net.run(15_000);
    net.crash(home);
    net.run(4_000_000);
    expect(net.decisions.flat()).toEqual([]);
    net.restart(home);
    net.run(5_000_000);
    expect(net.decisions.map((list) => list.length)).toEqual([1, 1, 1]);
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('crash and return: a participant dies after its YES and finds in its log that it is in doubt', async () => {
    const net = shards();
    const home = submit(net, 0);
    const away = (home + 1) % N;
    net.run(15_000);
    net.crash(away);
    net.run(3_000_000);
    net.restart(away);
    net.run(6_000_000);
    expect(net.decisions.map((list) => list.length)).toEqual([1, 1, 1]);
    expect(net.disagreement()).toBeNull();
    await expect(`${net.log.join('\n')}\n`).toMatchFileSnapshot('traces/crash-and-return.txt');
  });
});
