import { describe, expect, it } from 'vitest';
import { createNetwork, equivocate, heightsOf } from './testing/harness.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: everybody votes, and one round decides after two message delays', async () => {
    const network = createNetwork({ n: 4 }).start();
    network.at(500_000, () => network.submit(0, 5));
    network.run(2_100_000);
    expect(heightsOf(network)).toEqual([3, 3, 3, 3]);
    expect(network.states.map(({ fastCount }) => fastCount)).toEqual([3, 3, 3, 3]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('fall-back: one replica is silent, the fast quorum does not come, a second round decides', async () => {
    const network = createNetwork({ n: 4 });
    network.start().crash(3);
    network.run(1_900_000);
    expect(heightsOf(network)).toEqual([2, 2, 2, 0]);
    expect(network.states.map(({ normalCount }) => normalCount)).toEqual([2, 2, 2, 0]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/fall-back.txt');
  });

  it('leader fault: only one replica sees the fast quorum; the next primary finds its block in the reports', async () => {
    const network = createNetwork({
      n: 4,
      route: ({ to, message }, now) => (message.type === 'vote' && to !== 0 && now < 1_000_000 ? [] : [10_000]),
    });
    network.start().run(12_000, () => heightsOf(network)[0] === 1);
    network.run(100_000, () => heightsOf(network)[0] === 1);
    network.crash(0);
    network.run(6_000_000, () => heightsOf(network).join() === '1,1,1,1');
    expect(heightsOf(network)).toEqual([1, 1, 1, 1]);
    expect(network.disagreement()).toBeNull();
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('equivocation: two blocks for one view; the replicas show each other both, and stop hoping at once', async () => {
    const network = createNetwork({ n: 4, lies: { 1: equivocate } });
    network.start().submit(0, 5);
    network.run(2_500_000, () => Math.min(...heightsOf(network)) > 0);
    expect(network.disagreement()).toBeNull();
    expect(network.evidence.filter(({ against }) => against !== 1)).toEqual([]);
    expect(network.evidence.length).toBeGreaterThan(1);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/equivocation.txt');
  });
});
