import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashInTurn, fateIn, type Weather } from '../common/testing/storms.ts';
import { oneOfEachType, refusesWhatIsNone, survivesTheWire } from '../common/testing/wire.ts';
import { parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { paxos } from './index.ts';
import { type Message, parseMessage } from './messages.ts';
import { meta } from './signing.ts';
import { Servers } from './testing/servers.ts';

/** Everything a run depends on, so that what shrinks is a runnable scenario. */
interface Storm extends Weather {
  readonly n: number;
  readonly seed: number;
  readonly crashMs: readonly number[];
  readonly downMs: number;
}

const storms = fc.record<Storm>({
  n: fc.constantFrom(3, 4, 5),
  seed: fc.nat(0xffff),
  lossPercent: fc.constantFrom(0, 5, 25),
  duplicatePercent: fc.constantFrom(0, 20),
  maxLatencyMs: fc.constantFrom(20, 300, 1500),
  crashMs: fc.array(fc.nat(6000), { minLength: 1, maxLength: 5 }),
  downMs: fc.integer({ min: 1, max: 2000 }),
});

const CALM = 8_000_000;

/** One server after the other crashes and returns; loss, duplication and reordering until the network calms. */
function play(storm: Storm): Servers {
  const { n, seed, crashMs, downMs } = storm;
  const fate = fateIn(storm, CALM, 2_000);
  const servers = new Servers({
    n,
    seed,
    config: { blockTimeMs: 150, takeoverTimeoutMs: 400, heartbeatMs: 100, learnBlocks: 3, blocksKept: 4 },
    describe: () => null,
    route: (_copy, now, random) => fate(now, random),
  });
  crashInTurn(servers, seed, crashMs, downMs);
  for (let i = 0; i < 30; i++) servers.at(i * 300_000, () => servers.submit(i, 1 + i));
  return servers.start();
}

describe('storms: crashes, loss, duplication, reordering', () => {
  it('servers agree, keep their promises, and choose again within the bound once the network is calm', () => {
    const seen = { ballots: 0, adopted: 0, learned: 0, transfers: 0, chosen: 0 };
    fc.assert(
      fc.property(storms, (storm) => {
        const servers = play(storm);
        servers.run(CALM);
        expect(servers.disagreement()).toBeNull();
        const promised = new Map<number, number>();
        for (const { from, message } of servers.sent) {
          if (message.type === 'promise') promised.set(from, message.ballot);
          if (message.type === 'accepted') expect(message.ballot).toBeGreaterThanOrEqual(promised.get(from) ?? 0);
        }
        const before = Math.max(...servers.heights());
        const network = { deltaMicros: 22_000, validatorCount: storm.n, stepMicros: 0 };
        const isDone = () => servers.heights().every((height) => height > before);
        servers.run(CALM + paxos.livenessBound(servers.config, network), isDone);
        expect(isDone()).toBe(true);
        expect(servers.disagreement()).toBeNull();
        seen.ballots += servers.sent.filter(({ message }) => message.type === 'prepare').length - 1;
        seen.adopted += servers.notes.flat().filter((note) => note.includes('(P2c)')).length;
        seen.learned += servers.sent.filter(({ message }) => message.type === 'learn').length;
        seen.transfers += servers.states.filter(({ ledger }) => ledger.balances[1] !== 1000).length;
        seen.chosen += before;
      }),
      { numRuns: 80, seed: 20_260_102 },
    );
    // Not vacuous: ballots rivalled, values were adopted, learners caught up, transfers were executed.
    expect(Math.min(seen.ballots, seen.adopted, seen.learned, seen.transfers, seen.chosen)).toBeGreaterThan(20);
  }, 120_000);
});

describe('the wire', () => {
  const servers = play({
    n: 3,
    seed: 5,
    lossPercent: 20,
    duplicatePercent: 0,
    maxLatencyMs: 300,
    crashMs: [1000, 3000],
    downMs: 1500,
  }).run(CALM);
  const submit = { type: 'submit', client: 3, sequence: 0, transfers: [{ from: 0, to: 1, amount: 1 }] } as const;
  const said: Message[] = [...servers.sent.map(({ message }) => message), submit];
  const messages = oneOfEachType(said);

  it('has a genuine message of every declared type, which survives it', () => {
    survivesTheWire(messages, { declaration, parse: parseMessage, meta });
  });

  it('refuses what lacks a key, has one more, or holds another kind of value there, and never throws', () => {
    refusesWhatIsNone(messages, parseMessage);
  });
});

describe('configuration', () => {
  it('names every mistake with its place', () => {
    const parsed = parseConfig({ blockTimeMs: 'x', proposers: ['v0', 'v7'], more: 1 }, 3);
    const paths = 'problems' in parsed ? parsed.problems.map(({ path }) => path) : [];
    expect(paths.sort()).toEqual(['blockTimeMs', 'more', 'proposers']);
    expect(parseConfig({ heartbeatMs: 2000 })).toMatchObject({ problems: [{ path: 'heartbeatMs' }] });
  });
});
