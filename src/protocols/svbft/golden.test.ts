import { describe, expect, it } from 'vitest';
import { Network } from './testing/harness.ts';
import { equivocate } from './testing/traitors.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: one block a block time, final after three message delays', async () => {
    const network = new Network({ n: 4, overTheWire: true }).start();
    network.at(500_000, () => network.submit(0, 0, 0, 1, 5));
    network.run(2_100_000);
    expect(network.heights()).toEqual([3, 3, 3, 3]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the primary of height 1 is dead, the next one takes over in view 1', async () => {
    const network = new Network({ n: 4, overTheWire: true });
    network.alive[1] = false;
    network.start().run(4_500_000, () => network.heights().join() === '1,0,1,1');
    expect(network.heights()).toEqual([1, 0, 1, 1]);
    await expect(`${network.log.filter((line) => !line.includes(' v1 ')).join('\n')}\n`).toMatchFileSnapshot(
      'traces/leader-fault.txt',
    );
  });

  it('equivocation: two blocks for one view; one side is left behind, catches up, and then holds the proof', async () => {
    const network = new Network({ n: 4, overTheWire: true, traitors: { 1: equivocate } });
    network.start().submit(0, 0, 0, 1, 5);
    network.run(2_500_000, () => (network.states[3]?.decided ?? 0) > 0);
    expect(network.disagreement([1])).toBeNull();
    expect(network.evidence.map(({ by, against }) => [by, against])).toEqual([[3, 1]]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/equivocation.txt');
  });
});
