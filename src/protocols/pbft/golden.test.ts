import { describe, expect, it } from 'vitest';
import { Network } from './testing/harness.ts';
import { equivocate } from './testing/traitors.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
const CONFIG = { blockTimeMs: 20, emptyBlocks: false, checkpointInterval: 2, windowSize: 4, statusPeriodMs: 300 };

describe('golden traces', () => {
  it('happy path: two requests in flight at once, executed in order, replied to, and a checkpoint', async () => {
    const network = new Network({ n: 4, overTheWire: true, config: CONFIG }).start();
    network.at(1_000, () => network.submit(0, 0, 1, 5));
    network.at(15_000, () => network.submit(0, 1, 2, 2000));
    network.run(250_000);
    expect(network.heights()).toEqual([2, 2, 2, 2]);
    expect(network.states.map(({ stable }) => stable.sequence)).toEqual([2, 2, 2, 2]);
    expect(network.clients[0]?.acceptedCount).toBe(2);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: a gap below a prepared number becomes a null request in the new view', async () => {
    const network = new Network({
      n: 4,
      overTheWire: true,
      config: { ...CONFIG, checkpointInterval: 4, viewChangeTimeoutMs: 100, statusPeriodMs: 2000, clientRetryMs: 150 },
      route: ({ message, from }, now) => {
        const isGap = message.type === 'pre-prepare' && message.sequence === 1 && message.view === 0;
        return isGap || (from === 0 && now > 40_000) ? [] : [10_000];
      },
    });
    network.at(1_000, () => network.submit(0, 0, 1, 5));
    network.at(15_000, () => network.submit(0, 1, 2, 3));
    network.at(70_000, () => network.crash(0));
    network.start().run(450_000, () =>
      network
        .heights()
        .slice(1)
        .every((height) => height === 3),
    );
    expect(network.heights()).toEqual([0, 3, 3, 3]);
    expect(network.states[1]?.chain.map(({ request }) => request.batches.length)).toEqual([0, 1, 1]);
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('equivocation: two requests for one number; the new view keeps the prepared one, which v2 must fetch', async () => {
    const config = { ...CONFIG, viewChangeTimeoutMs: 100, statusPeriodMs: 2000 };
    const network = new Network({ n: 4, overTheWire: true, config, traitors: { 0: equivocate } });
    network.start();
    network.at(1_000, () => network.submit(0, 0, 1, 5));
    network.run(400_000, () => network.states.slice(1).every(({ chain }) => chain.length > 0));
    expect(network.heights().slice(1)).toEqual([1, 1, 1]);
    expect(network.disagreement([0])).toBeNull();
    expect(network.log.join()).toContain('FETCH 1');
    await expect(`${network.log.join('\n')}\n`).toMatchFileSnapshot('traces/equivocation.txt');
  });
});
