import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crashInTurn, fateIn, type Weather } from '../common/testing/storms.ts';
import { oneOfEachType, refusesWhatIsNone, survivesTheWire } from '../common/testing/wire.ts';
import { parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { avalanche } from './index.ts';
import { type Message, parseMessage } from './messages.ts';
import { meta } from './signing.ts';
import { Nodes } from './testing/nodes.ts';

/** Everything a run depends on, so that what shrinks is a runnable scenario. */
interface Storm extends Weather {
  readonly n: number;
  readonly seed: number;
  readonly mode: string;
  readonly crashMs: readonly number[];
  readonly downMs: number;
}

const storms = fc.record<Storm>({
  n: fc.constantFrom(4, 5, 7),
  seed: fc.nat(0xffff),
  mode: fc.constantFrom('avalanche', 'avalanche', 'snowball', 'snowflake'),
  lossPercent: fc.constantFrom(0, 5, 20),
  duplicatePercent: fc.constantFrom(0, 20),
  maxLatencyMs: fc.constantFrom(20, 300, 1000),
  crashMs: fc.array(fc.nat(3000), { minLength: 1, maxLength: 3 }),
  downMs: fc.integer({ min: 1, max: 1500 }),
});

const CALM = 4_000_000;

/** One node after the other crashes and returns; loss, duplication and reordering until the network calms. */
function play(storm: Storm): Nodes {
  const { n, seed, mode, crashMs, downMs } = storm;
  const fate = fateIn(storm, CALM, 2_000);
  const nodes = new Nodes({
    n,
    seed,
    config: { mode, beta1: 6, beta2: 10, issueTimeMs: 200, pollTimeoutMs: 150 },
    describe: () => null,
    route: (_copy, now, random) => fate(now, random),
  });
  crashInTurn(nodes, seed, crashMs, downMs);
  for (let i = 0; i < 20; i++) nodes.at(i * 200_000, () => nodes.submit(i, 1 + i));
  return nodes.start();
}

function total(nodes: Nodes, node: number): number {
  return avalanche.validator.inspect(nodes.state(node)).balances.reduce((sum, balance) => sum + balance, 0);
}

describe('storms: crashes, loss, duplication, reordering', () => {
  it('nodes agree, lose no unit, and accept again within the bound once the network is calm', () => {
    const seen = { accepted: 0, fetched: 0, failed: 0, executed: 0, crashes: 0 };
    fc.assert(
      fc.property(storms, (storm) => {
        const nodes = play(storm);
        nodes.run(CALM);
        expect(nodes.disagreement()).toBeNull();
        const before = nodes.states.map(({ acceptedSlot }) => acceptedSlot);
        const highest = Math.max(...before);
        seen.crashes += storm.crashMs.length;
        // Rivals may waver for ever: only the DAG states a bound.
        if (storm.mode !== 'avalanche') return;
        const network = { deltaMicros: 22_000, validatorCount: storm.n, stepMicros: 0 };
        const isDone = () => nodes.states.every(({ acceptedSlot }) => acceptedSlot > highest);
        nodes.run(CALM + avalanche.livenessBound(nodes.config, network), isDone);
        expect(isDone()).toBe(true);
        expect(nodes.disagreement()).toBeNull();
        for (const { self, ledger } of nodes.states) {
          expect(total(nodes, self)).toBe(8000);
          seen.executed += ledger.executed[0]?.floor ?? 0;
        }
        seen.accepted += highest;
        seen.fetched += nodes.sent.filter(({ message }) => message.type === 'fetch').length;
        seen.failed += nodes.notes.flat().filter((note) => note.startsWith('poll fails')).length;
      }),
      { numRuns: 20, seed: 20_261_121 },
    );
    // Not vacuous: vertices were accepted, missed and fetched, polls failed, transfers were executed.
    expect(Math.min(seen.accepted, seen.fetched, seen.failed, seen.executed, seen.crashes)).toBeGreaterThan(20);
  }, 120_000);

  it('nodes that accepted the same have the same balances, in whatever order they did', () => {
    const storm = { n: 5, seed: 3, mode: 'avalanche', lossPercent: 5, duplicatePercent: 0, maxLatencyMs: 70 };
    const nodes = play({ ...storm, crashMs: [500], downMs: 900 });
    nodes.run(CALM);
    const settled = () => new Set(nodes.states.map(({ accepted }) => [...accepted].sort().join())).size === 1;
    nodes.run(CALM + 4_000_000, settled);
    expect(settled()).toBe(true);
    const orders = new Set(nodes.states.map(({ accepted }) => accepted.join()));
    expect(orders.size).toBeGreaterThan(1);
    const roots = nodes.states.map((state) => avalanche.validator.inspect(state).ledgerRoot);
    expect(new Set(roots).size).toBe(1);
  });
});

describe('the wire', () => {
  const nodes = play({
    n: 4,
    seed: 5,
    mode: 'avalanche',
    lossPercent: 20,
    duplicatePercent: 0,
    maxLatencyMs: 300,
    crashMs: [1000],
    downMs: 900,
  }).run(CALM);
  const submit = { type: 'submit', client: 4, sequence: 0, transfers: [{ from: 0, to: 1, amount: 1 }] } as const;
  // Queries are signed once and passed on, which the network does not list as sent.
  const query = { type: 'query', poll: 7, slot: 4, vertices: ['ab'.repeat(32)] } as const;
  const said: Message[] = [...nodes.sent.map(({ message }) => message), query, submit];
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
    const parsed = parseConfig({ mode: 'snow', sampleSize: 0, beta1: 9, beta2: 8, more: 1 }, 4);
    const paths = 'problems' in parsed ? parsed.problems.map(({ path }) => path) : [];
    expect(paths.sort()).toEqual(['beta2', 'mode', 'more', 'sampleSize']);
    expect(parseConfig({ sampleSize: 8 }, 8)).toMatchObject({ problems: [{ path: 'sampleSize' }] });
    expect(parseConfig({ alpha: 9 }, 8)).toMatchObject({ problems: [{ path: 'alpha' }] });
  });
});
