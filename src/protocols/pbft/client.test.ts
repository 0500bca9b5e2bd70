import { describe, expect, it } from 'vitest';
import { NOTE } from './client.ts';
import type { Reply } from './messages.ts';
import { type Copy, Network } from './testing/harness.ts';

const quiet = () => new Network({ n: 4, route: () => [] }).start();

function reply(changes: Partial<Reply> = {}): Reply {
  return { type: 'reply', view: 0, client: 4, batch: 0, sequence: 3, refused: [], ...changes };
}

function hear(network: Network, from: number, message: Reply): void {
  network.deliver({ from, to: 4, message, proof: network.sign(from, message) });
}

const accepted = (network: Network): number => network.clients[0]?.acceptedCount ?? -1;

describe('client', () => {
  // Ref: Castro & Liskov, OSDI '99, §4.1 (f+1 replies from different replicas with the same timestamp and result).
  it('accepts a result after f+1 equal replies of different replicas, views aside', () => {
    const network = quiet();
    network.submit(0, 0, 1, 5);
    hear(network, 0, reply());
    hear(network, 0, reply());
    hear(network, 1, reply({ refused: [0] }));
    hear(network, 2, reply({ sequence: 4 }));
    hear(network, 2, reply({ batch: 1 }));
    expect(accepted(network)).toBe(0);
    hear(network, 3, reply({ view: 2 }));
    expect(accepted(network)).toBe(1);
    expect(network.log.at(-1)).toContain(NOTE.accepted);
  });

  // Ref: §4.1 (the view in replies tells the client the current primary).
  it('learns the view from an accepted result, the lowest that vouched for it', () => {
    const network = quiet();
    network.submit(0, 0, 1, 5);
    hear(network, 0, reply({ view: 7 }));
    hear(network, 3, reply({ view: 2 }));
    expect(network.clients[0]?.view).toBe(2);
    network.submit(0, 0, 1, 5);
    expect(network.log.at(-1)).toContain('c0 → v2 REQUEST 1');
  });

  // Ref: §4.1 (no replies soon enough: it broadcasts; who executed it answers again, others tell the primary).
  it('asks everyone when the primary keeps silent, and then the others replace it', () => {
    const isHidden = ({ from, to, message }: Copy): boolean => message.type === 'submit' && to === 0 && from >= 4;
    const network = new Network({
      n: 4,
      config: {
        blockTimeMs: 20,
        emptyBlocks: false,
        viewChangeTimeoutMs: 200,
        clientRetryMs: 300,
        statusPeriodMs: 2000,
      },
      route: (copy) => (isHidden(copy) || copy.from === 0 ? [] : [10_000]),
    }).start();
    network.submit(0, 0, 1, 5);
    network.run(2_000_000);
    expect(accepted(network)).toBe(1);
    expect(network.log.filter((line) => line.includes('c0 → all REQUEST')).length).toBeGreaterThan(0);
    expect(network.states.slice(1).map(({ view }) => view)).toEqual([1, 1, 1]);
  });

  // Ref: §4.1 (a request that was executed is answered again, not executed again).
  it('gets its reply again when the first was lost', () => {
    let lost = true;
    const network = new Network({
      n: 4,
      config: { blockTimeMs: 20, emptyBlocks: false, clientRetryMs: 300, statusPeriodMs: 2000 },
      route: ({ message }) => (message.type === 'reply' && lost ? [] : [10_000]),
    }).start();
    network.submit(0, 0, 1, 5);
    network.run(250_000);
    expect([network.heights(), accepted(network)]).toEqual([[1, 1, 1, 1], 0]);
    lost = false;
    network.run(600_000);
    expect([network.heights(), accepted(network)]).toEqual([[1, 1, 1, 1], 1]);
    expect(network.states[0]?.ledger.balances.slice(0, 2)).toEqual([995, 1005]);
  });
});
