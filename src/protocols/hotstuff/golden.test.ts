import { describe, expect, it } from 'vitest';
import { createNetwork, equivocating, heightsOf, type Network } from './testing/harness.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
const CONFIG = { blockTimeMs: 0, viewChangeTimeoutMs: 100, statusPeriodMs: 100 };

describe('golden traces', () => {
  it('happy path: a block a view, three certified in a row decide the first', async () => {
    const network = createNetwork({ n: 4, config: CONFIG }).start();
    network.submit(0, 5);
    network.run(115_000);
    expect(heightsOf(network)).toEqual([3, 3, 3, 3]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('basic form: four phases decide one block, and NEW-VIEW begins the next', async () => {
    const network = createNetwork({ n: 4, config: { ...CONFIG, mode: 'basic' } }).start();
    network.submit(0, 5);
    network.run(100_000);
    expect(heightsOf(network)).toEqual([1, 1, 1, 1]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/basic-form.txt');
  });

  it('leader fault: the collector of a view is dead; votes are told to all, and the chain goes on past its view', async () => {
    const network = createNetwork({ n: 4, config: CONFIG });
    network.start().crash(3);
    network.run(700_000, () =>
      heightsOf(network)
        .slice(0, 3)
        .every((height) => height >= 3),
    );
    expect(heightsOf(network)).toEqual([3, 3, 3, 0]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('equivocation: two blocks for one view, no certificate for either; the next view goes on and the chain is one', async () => {
    const network: Network = createNetwork({ n: 4, config: CONFIG, route: equivocating(2, () => network) });
    network.start().run(5_000);
    network.submit(0, 5);
    network.run(500_000, () => heightsOf(network).every((height) => height >= 2));
    expect(Math.min(...heightsOf(network))).toBeGreaterThanOrEqual(2);
    expect(network.disagreement()).toBeNull();
    expect(network.log.join()).toContain('EVIDENCE against v2: two proposals for one view');
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/equivocation.txt');
  });
});
