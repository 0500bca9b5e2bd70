import { describe, expect, it } from 'vitest';
import { Nodes } from './testing/nodes.ts';
import type { Vertex } from './messages.ts';

const CONFIG = { beta1: 3, beta2: 6, issueTimeMs: 400, pollTimeoutMs: 300 };

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: vertices are built on one another, and what is built on is accepted', async () => {
    const nodes = new Nodes({ n: 4, config: CONFIG }).start();
    nodes.at(50_000, () => nodes.submit(0, 5));
    nodes.run(800_000);
    expect(Math.min(...nodes.acceptedCounts())).toBeGreaterThan(1);
    await expect(nodes.story(0)).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('a crash and a return: it fetches what it missed and asks about it all', async () => {
    const nodes = new Nodes({ n: 4, config: CONFIG }).start();
    nodes.run(450_000);
    nodes.crash(3);
    nodes.run(1_250_000);
    nodes.restart(3);
    nodes.run(2_000_000);
    const counts = nodes.acceptedCounts();
    expect(counts[3]).toBeGreaterThanOrEqual(Math.max(...counts) - 1);
    await expect(nodes.story(3)).toMatchFileSnapshot('traces/crash-and-return.txt');
  });

  it('a rogue issuer: two vertices for one slot stop nobody else', async () => {
    const nodes = new Nodes({ n: 4, config: CONFIG });
    nodes.crash(3);
    nodes.start();
    const vertex: Vertex = { type: 'vertex', issuer: 3, slot: 4, parents: [], batches: [] };
    const batch = { type: 'submit', client: 4, sequence: 9, transfers: [{ from: 0, to: 1, amount: 1 }] } as const;
    const rival = { ...vertex, batches: [{ batch, signature: new Uint8Array(8) }] };
    for (const node of [0, 1, 2]) nodes.give(node, 3, node === 0 ? vertex : rival);
    nodes.run(1_200_000);
    expect(nodes.log.join()).toContain('EVIDENCE against v3: two vertices for one slot');
    expect(nodes.disagreement()).toBeNull();
    expect(Math.min(...nodes.acceptedCounts().slice(0, 3))).toBeGreaterThan(2);
    await expect(nodes.story(1)).toMatchFileSnapshot('traces/rogue.txt');
  });
});
