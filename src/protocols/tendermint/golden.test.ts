import { describe, expect, it } from 'vitest';
import { Cluster, equivocate } from './testing/cluster.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: one block a block time, decided after three message delays', async () => {
    const cluster = new Cluster({ n: 4 }).start();
    cluster.at(500_000, () => cluster.submit(0, 5));
    cluster.run(1_200_000);
    expect(cluster.heights()).toEqual([2, 2, 2, 2]);
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the proposer dies after its proposal; two lock, one does not, and the valid value is proposed again', async () => {
    const cluster = new Cluster({
      n: 4,
      config: { heartbeatMs: 60_000 },
      // v1 hears nothing of round 0 but the prevotes of v2 and v3.
      route: ({ from, to }, now) => (to === 1 && from === 0 && now < 100_000 ? [] : [10_000]),
    });
    cluster.at(15_000, () => cluster.crash(0));
    cluster.start().run(20_000_000, () => cluster.heights().join() === '0,1,1,1');
    expect(cluster.heights()).toEqual([0, 1, 1, 1]);
    expect(cluster.disagreement()).toBeNull();
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('equivocation: two blocks for one round; two see a polka, the next round decides its block, and the lies are evidence', async () => {
    const cluster = new Cluster({ n: 4, lies: { 0: equivocate } });
    cluster.submit(0, 5);
    cluster.start().run(20_000_000, () => cluster.heights().every((height) => height === 1));
    expect(cluster.heights()).toEqual([1, 1, 1, 1]);
    expect(cluster.disagreement()).toBeNull();
    await expect(`${cluster.log.join('\n')}\n`).toMatchFileSnapshot('traces/equivocation.txt');
  });
});
