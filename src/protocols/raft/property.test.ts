import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashInTurn, fateIn, type Weather } from '../common/testing/storms.ts';
import { raft } from './index.ts';
import type { Message } from './messages.ts';
import { Cluster } from './testing/cluster.ts';

/** Everything a run depends on, so that what shrinks is a runnable scenario. */
interface Storm extends Weather {
  readonly n: number;
  readonly seed: number;
  readonly crashMs: readonly number[];
  readonly downMs: number;
  readonly cutAt: number;
  readonly snapshotEntries: number;
}

const storms = fc.record<Storm>({
  n: fc.constantFrom(3, 4, 5),
  seed: fc.nat(0xffff),
  lossPercent: fc.constantFrom(0, 5, 25),
  duplicatePercent: fc.constantFrom(0, 20),
  maxLatencyMs: fc.constantFrom(20, 300, 1500),
  crashMs: fc.array(fc.nat(6000), { minLength: 1, maxLength: 4 }),
  downMs: fc.integer({ min: 1, max: 2000 }),
  cutAt: fc.nat(6000),
  snapshotEntries: fc.constantFrom(0, 3, 64),
});

const CALM = 8_000_000;
const CONFIG = { blockTimeMs: 150, electionTimeoutMs: 400, heartbeatMs: 100 };

/** One server after the other crashes and returns; loss, duplication, reordering and a partition until the network calms. */
function play(storm: Storm): Cluster {
  const { n, seed, snapshotEntries } = storm;
  const fate = fateIn(storm, CALM, 2_000);
  const cutFrom = storm.cutAt * 1000;
  const isCut = ({ from, to }: { readonly from: number; readonly to: number }, now: number): boolean =>
    now >= cutFrom && now < Math.min(cutFrom + 2_000_000, CALM) && from < n / 2 !== to < n / 2;
  const cluster = new Cluster({
    n,
    seed,
    config: { ...CONFIG, snapshotEntries },
    describe: () => null,
    route: (copy: { readonly from: number; readonly to: number; readonly message: Message }, now, random) => {
      return now < CALM && isCut(copy, now) ? [] : fate(now, random);
    },
  });
  crashInTurn(cluster, seed, storm.crashMs, storm.downMs);
  for (let i = 0; i < 30; i++) cluster.at(i * 300_000, () => cluster.submit(i, 1 + i));
  return cluster.start();
}

describe('storms: crashes, loss, duplication, reordering, a partition', () => {
  it('servers agree, a term has one leader, and the log grows again within the bound once the network is calm', () => {
    const [seen, leaders] = [
      { elections: 0, conflicts: 0, installed: 0, transfers: 0, decided: 0 },
      new Map<string, number>(),
    ];
    fc.assert(
      fc.property(storms, (storm) => {
        leaders.clear();
        const cluster = play(storm);
        cluster.run(CALM);
        expect(cluster.disagreement()).toBeNull();
        for (const { from, message } of cluster.sent) {
          if (message.type !== 'append' && message.type !== 'heartbeat') continue;
          const key = `${message.term}`;
          expect(leaders.get(key) ?? from).toBe(from);
          leaders.set(key, from);
        }
        const before = Math.max(...cluster.heights());
        const network = { deltaMicros: 22_000, validatorCount: storm.n, stepMicros: 0 };
        const bound = raft.livenessBound(cluster.config, network);
        const isDone = () => cluster.heights().every((height) => height > before);
        cluster.run(CALM + bound, isDone);
        expect(isDone()).toBe(true);
        expect(cluster.disagreement()).toBeNull();
        const notes = cluster.notes.flat();
        seen.elections += Math.max(...cluster.states.map(({ term }) => term)) - 1;
        seen.conflicts += notes.filter((note) => note === 'entries that contradict the leader removed').length;
        seen.installed += notes.filter((note) => note === 'snapshot installed').length;
        seen.decided += before;
        seen.transfers += cluster.states.filter(({ ledger }) => ledger.balances[1] !== 1000).length;
      }),
      { numRuns: 150, seed: 20_260_101 },
    );
    // Not vacuous: leaders changed, logs were repaired, snapshots travelled, transfers were executed.
    expect(seen.elections).toBeGreaterThan(40);
    expect(seen.conflicts).toBeGreaterThan(5);
    expect(seen.installed).toBeGreaterThan(5);
    expect(Math.min(seen.decided, seen.transfers)).toBeGreaterThan(100);
  }, 120_000);
});
