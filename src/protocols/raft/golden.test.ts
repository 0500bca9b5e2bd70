import { describe, expect, it } from 'vitest';
import { Cluster } from './testing/cluster.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: an election, a no-op, then a block a second', async () => {
    const cluster = new Cluster({ n: 3, seed: 2 }).start();
    cluster.run(2_500_000, () => cluster.leader() !== null);
    cluster.submit(0, 5);
    cluster.run(4_900_000);
    expect(cluster.heights()).toEqual([3, 3, 3]);
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the leader dies with an entry that only it holds; the next leader writes something else there', async () => {
    let isMute = false;
    const route = ({ from }: { readonly from: number }) => (isMute && from === 0 ? [] : [10_000]);
    const cluster = new Cluster({ n: 3, seed: 2, route }).start();
    cluster.run(4_000_000, () => cluster.heights().every((height) => height === 1));
    expect(cluster.leader()).toBe(0);
    isMute = true;
    cluster.run(4_000_000, () => cluster.terms(0).length === 2);
    cluster.crash(0);
    isMute = false;
    cluster.run(9_000_000, () => cluster.heights()[1] === 3);
    cluster.restart(0);
    cluster.run(cluster.now + 600_000);
    expect(cluster.disagreement()).toBeNull();
    expect(cluster.terms(0).slice(0, 2)).toEqual([1, cluster.state(1).term]);
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('a crash and a return: a follower that was away is brought up to date, first by a snapshot, then by entries', async () => {
    const config = { snapshotEntries: 2, blockTimeMs: 500 };
    const cluster = new Cluster({ n: 3, seed: 2, config }).start();
    cluster.run(4_000_000, () => cluster.heights().every((height) => height === 1));
    cluster.crash(2);
    cluster.run(cluster.now + 3_000_000);
    cluster.restart(2);
    cluster.run(cluster.now + 500_000);
    expect(cluster.state(2)).toMatchObject({ installedCount: 1 });
    expect(new Set(cluster.heights()).size).toBe(1);
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/crash-and-return.txt');
  });
});
