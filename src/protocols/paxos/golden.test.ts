import { describe, expect, it } from 'vitest';
import { Servers } from './testing/servers.ts';

/** Golden traces: stories to read. A changed rule shows as a changed story; update with `vitest -u` in its own commit. */
describe('golden traces', () => {
  it('happy path: phase 1 once, then one round an instance', async () => {
    const servers = new Servers({ n: 3, seed: 2 }).start();
    servers.run(4_400_000);
    expect(Math.min(...servers.heights())).toBeGreaterThan(1);
    await expect(`${servers.log.join('\n')}\n`).toMatchFileSnapshot('traces/happy-path.txt');
  });

  it('leader fault: the proposer dies when only it knows what is chosen; its successor finds out and finishes it', async () => {
    const servers = new Servers({ n: 3, seed: 2 }).start();
    servers.run(6_000_000, () => servers.heights().some((height) => height === 2));
    const first = servers.leader() ?? 0;
    servers.crash(first);
    servers.run(servers.now + 6_000_000, () => servers.heights().filter((height) => height >= 3).length === 2);
    expect(servers.notes.flat()).toContain('proposes a value that was accepted before (P2c)');
    expect(servers.disagreement()).toBeNull();
    await expect(`${servers.log.join('\n')}\n`).toMatchFileSnapshot('traces/leader-fault.txt');
  });

  it('a crash and a return: a server that was away learns what it missed', async () => {
    const servers = new Servers({ n: 3, seed: 2, config: { learnBlocks: 2 } }).start();
    servers.run(6_000_000, () => servers.heights().every((height) => height === 1));
    const away = ((servers.leader() ?? 0) + 1) % 3;
    servers.crash(away);
    servers.run(servers.now + 3_300_000);
    servers.restart(away);
    servers.run(servers.now + 900_000);
    expect(new Set(servers.heights()).size).toBe(1);
    await expect(`${servers.log.join('\n')}\n`).toMatchFileSnapshot('traces/crash-and-return.txt');
  });
});
