import { beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import { openTestnet } from '../../session/index.ts';
import { presets, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { TestnetError } from '../../core/problem.ts';
import { checked } from '../plain.ts';
import { isWithinModel } from '../shrink/index.ts';
import { compare } from './assemble.ts';
import { FAULT_CASES, toleratedBy } from './cases.ts';
import { comparisonCsv } from './export.ts';
import { measure, takeAim } from './measure.ts';
import { planComparison } from './plan.ts';
import { requestOf, SHIPPED, shippedById } from './shipped.ts';
import { isBroken, isRepeated, MEASURES, measureById, median, standings, verdictOf } from './table.ts';
import { leaveOut, translate, translateTypes, withModelledSuites } from './translate.ts';
import type { Comparison, ComparisonRequest, Measured, Variation } from './types.ts';

const NAMES = [...PROTOCOLS.keys()];

function request(changes: Partial<ScenarioInput>, protocols: readonly string[], vary?: Variation): ComparisonRequest {
  const base = checked({
    seed: 7,
    protocol: { name: protocols[0] ?? 'svbft' },
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { ratePerSecond: 5 },
    stop: { ms: 6000 },
    ...changes,
  });
  return { name: 'a test', base, protocols, vary: vary ?? { kind: 'none' }, realSignatures: false };
}

function shippedRequest(id: string): ComparisonRequest {
  const shipped = shippedById(id);
  if (shipped === null) throw new Error(`no comparison ${id}`);
  return requestOf(shipped);
}

/** The run of a protocol in a row. */
function cellOf({ rows, columns }: Comparison, row: string, protocol: string): Measured {
  const column = columns.findIndex((heading) => heading.protocol === protocol);
  const cell = rows.find(({ id }) => id === row)?.cells[column];
  if (cell === undefined) throw new Error(`no run of ${protocol} in ${row}`);
  return cell;
}

describe('the same comparison', () => {
  it('gives the same document twice, and another one with another seed', async () => {
    const asked = request({ faults: [{ kind: 'crash', target: 'v0', at: 2000 }] }, ['svbft', 'raft']);
    const [once, twice] = [await compare(asked), await compare(asked)];
    expect(JSON.stringify(once)).toBe(JSON.stringify(twice));
    const other = await compare({ ...asked, base: { ...asked.base, seed: 8 } });
    expect(other.rows[0]?.cells[0]?.fingerprint).not.toBe(once.rows[0]?.cells[0]?.fingerprint);
  });

  it('counts what the trace of each run says', async () => {
    const asked = request({}, NAMES.slice(0, 4));
    const { rows, columns } = await compare(asked);
    for (const [column, cell] of (rows[0]?.cells ?? []).entries()) {
      const name = columns[column]?.protocol ?? '';
      const testnet = await openTestnet();
      await testnet.load(cell.scenario);
      await testnet.runUntil({ ms: 6000 });
      expect(await testnet.fingerprint(), name).toBe(cell.fingerprint);
      const client = (PROTOCOLS.get(name)?.declaration.messages ?? [])
        .filter(({ phase }) => phase === 'client')
        .map(({ type }) => type);
      const sends = (await testnet.trace({ kinds: ['send'] })).flatMap((event) =>
        event.kind === 'send' ? [event] : [],
      );
      const between = sends.filter(({ type }) => !client.includes(type));
      expect(between.length, name).toBe(cell.messages);
      expect(
        between.reduce((sum, { bytes }) => sum + bytes, 0),
        name,
      ).toBe(cell.bytes);
      const decides = await testnet.trace({ kinds: ['decide'] });
      const slots = new Set(decides.map((event) => (event.kind === 'decide' ? event.slot : 0)));
      expect(slots.size, name).toBe(cell.decisions);
      expect(cell.decisions, name).toBeGreaterThan(2);
      await testnet.close();
    }
  });
});

describe('n² against n', () => {
  let found: Comparison;
  beforeAll(async () => {
    found = await compare(shippedRequest('n-squared'));
  }, 120_000);

  const growth = (protocol: string): number => {
    const perDecision = measureById('messages-per-decision');
    const [small, large] = ['n-4', 'n-16'].map((row) => perDecision?.value(cellOf(found, row, protocol)) ?? 0);
    return (large ?? 0) / (small ?? 1);
  };

  it('shows votes from all to all as the square, votes to a leader as a line', () => {
    // From 4 to 16 validators n grows 4 times, n² 16 times, n(n−1) 20 times.
    for (const protocol of ['svbft', 'pbft']) {
      expect(growth(protocol), protocol).toBeGreaterThan(14);
      expect(growth(protocol), protocol).toBeLessThan(21);
    }
    const collected = ['raft', 'hotstuff'].filter((name) => found.columns.some(({ protocol }) => protocol === name));
    expect(collected).toContain('raft');
    for (const protocol of collected) {
      expect(growth(protocol), protocol).toBeGreaterThan(3.5);
      expect(growth(protocol), protocol).toBeLessThan(7);
    }
  });

  it('is safe and goes on everywhere', () => {
    for (const { cells, label } of found.rows) {
      for (const cell of cells) expect(verdictOf(cell).kind, `${label} ${cell.scenario.protocol.name}`).toBe('holds');
    }
  });
});

describe('Raft falls to a liar, PBFT does not', () => {
  it('with the leader of each lying', async () => {
    const found = await compare(shippedRequest('one-liar'));
    expect(cellOf(found, 'one-liar', 'raft').violated.map(({ name }) => name)).toContain('agreement');
    expect(cellOf(found, 'one-liar', 'raft').isBeyondModel).toBe(true);
    expect(verdictOf(cellOf(found, 'one-liar', 'pbft')).kind).toBe('holds');
    expect(cellOf(found, 'one-liar', 'pbft').isBeyondModel).toBe(false);
    for (const protocol of ['raft', 'pbft']) {
      expect(verdictOf(cellOf(found, 'one-crash', protocol)).kind, protocol).toBe('holds');
    }
    expect(found.rows.flatMap(({ cells }) => cells.filter(isBroken))).toEqual([]);
  });
});

describe('f and f+1', () => {
  let found: Comparison;
  beforeAll(async () => {
    found = await compare(shippedRequest('f-and-f-plus-one'));
  }, 120_000);

  it('keeps every promise up to f', () => {
    for (const row of ['none', 'f-crashes', 'f-liars']) {
      for (const { protocol } of found.columns) {
        const cell = cellOf(found, row, protocol);
        expect(verdictOf(cell).text, `${row} ${protocol}`).toBe('safe, goes on');
        expect(isWithinModel(cell.scenario), `${row} ${protocol}`).toBe(true);
        expect(cell.isBeyondModel, `${row} ${protocol}`).toBe(false);
      }
    }
  });

  it('stops with one crash more, and stays safe', () => {
    for (const { protocol } of found.columns) {
      const cell = cellOf(found, 'f+1-crashes', protocol);
      expect(verdictOf(cell).kind, protocol).toBe('stopped');
      expect(cell.isBeyondModel, protocol).toBe(true);
    }
  });

  it('splits with one liar more', () => {
    for (const { protocol } of found.columns) {
      const broken = cellOf(found, 'f+1-liars', protocol).violated.map(({ name }) => name);
      expect(broken, protocol).toContain('agreement');
    }
  });

  it('lets as many fail as each protocol says', () => {
    for (const { protocol } of found.columns) {
      const known = PROTOCOLS.get(protocol);
      if (known === undefined) throw new Error(protocol);
      const { liars, faulty } = toleratedBy(known, 7);
      expect(cellOf(found, 'f-crashes', protocol).faultCount).toBe(faulty);
      expect(cellOf(found, 'f+1-liars', protocol).faultCount).toBe(liars + 1);
    }
  });
});

it('one slow node: a quorum does not wait for it unless it leads', async () => {
  const found = await compare(shippedRequest('one-slow-node'));
  for (const { protocol } of found.columns) {
    const [calm, slow] = ['none', 'slow-leader'].map((row) => cellOf(found, row, protocol));
    expect(slow?.decisions, protocol).toBeLessThan(calm?.decisions ?? 0);
    expect(slow?.longestPauseMs, protocol).toBeGreaterThan(calm?.longestPauseMs ?? 0);
    expect(slow?.violated, protocol).toEqual([]);
  }
});

describe('faults are aimed', () => {
  it('at who leads when they begin', async () => {
    const { base } = request({}, ['raft']);
    const aim = { what: 'crash', count: 2, from: 'leader', atMs: 4000 } as const;
    const { scenario } = await takeAim(base, aim);
    const testnet = await openTestnet();
    await testnet.load(base);
    const { leader } = await testnet.runUntil({ ms: 4000 });
    expect(leader).not.toBeNull();
    expect(scenario.faults.map((fault) => (fault.kind === 'crash' ? fault.target : ''))[0]).toBe(leader);
    const other = await takeAim(base, { ...aim, count: 1, from: 'others', what: 'slow' });
    expect(other.scenario.faults[0]).not.toMatchObject({ target: leader });
    await testnet.close();
  });
});

describe('a script for another protocol', () => {
  const pbftLike = (messages: readonly [type: string, phase: string][]): Declaration =>
    ({ messages: messages.map(([type, phase]) => ({ type, phase })) }) as unknown as Declaration;

  it('names types by what they are for, the same name first', () => {
    const source = pbftLike([
      ['prepare', 'first'],
      ['commit', 'second'],
    ]);
    const target = pbftLike([
      ['prepare', 'change'],
      ['prevote', 'first'],
      ['echo', 'first'],
      ['commit', 'second'],
      ['ready', 'second'],
    ]);
    expect(translateTypes(['prepare'], source, target)).toEqual(['prevote', 'echo']);
    expect(translateTypes(['commit'], source, target)).toEqual(['commit']);
    expect(translateTypes(['prepare'], source, pbftLike([['commit', 'second']]))).toEqual([]);
  });

  it('drops what has no counterpart and says so', () => {
    const base = checked({
      protocol: { name: 'svbft', config: { viewChangeTimeoutMs: 3000, blockTimeMs: 700 } },
      faults: [
        { kind: 'crash', target: 'v1', at: 1000 },
        { kind: 'link', types: ['commit'], loss: 1, at: 0, until: 900 },
        { kind: 'message', message: 'v0#3' },
        { kind: 'byzantine', target: 'v2', behaviour: 'double-vote', at: 0 },
        { kind: 'link', types: ['prepare'], loss: 0.5, at: 0, until: 500 },
      ],
    });
    const raft = PROTOCOLS.get('raft');
    if (raft === undefined) throw new Error('no raft');
    const { scenario, notes } = translate(base, raft);
    expect(scenario.faults.map(({ kind }) => kind)).toEqual(['crash', 'link']);
    expect(scenario.faults[1]).toMatchObject({ kind: 'link', types: ['append-reply'] });
    expect(scenario.protocol).toEqual({ name: 'raft', config: { blockTimeMs: 700 }, mutant: null });
    expect(scenario.seed).toBe(base.seed);
    expect(scenario.network).toEqual(base.network);
    const text = notes.join('\n');
    for (const part of ['viewChangeTimeoutMs', 'commit', 'v0#3', 'double-vote', 'append-reply'])
      expect(text).toContain(part);
    expect(translate(base, PROTOCOLS.get('svbft') as typeof raft)).toEqual({ scenario: base, notes: [] });
  });

  it('leaves out faults of nodes that a smaller testnet lacks', () => {
    const base = checked({
      protocol: { name: 'svbft' },
      validators: 7,
      faults: [
        { kind: 'crash', target: 'v6', at: 1000 },
        { kind: 'crash', target: 'v1', at: 1000 },
      ],
    });
    const { scenario, notes } = leaveOut({ ...base, validators: 4 }, []);
    expect(scenario.faults).toHaveLength(1);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('v6');
    expect(() => leaveOut({ ...base, clients: 0 }, [])).toThrow(/clients/);
  });

  it('can be had for every preset and protocol, or is refused for the shape of the network alone', () => {
    let translated = 0;
    for (const { id, scenario } of presets) {
      const validated = validateScenario(scenario, PROTOCOLS);
      if ('problems' in validated) continue;
      for (const protocol of PROTOCOLS.values()) {
        const { name } = protocol.declaration;
        try {
          expect(translate(validated.scenario, protocol).scenario.protocol.name).toBe(name);
          translated++;
        } catch (error) {
          if (!(error instanceof TestnetError)) throw error;
          expect(error.problems[0]?.path, `${id} for ${name}`).toMatch(
            /^(shards|validators|clients|workload\.crossShard)/,
          );
        }
      }
    }
    expect(translated).toBeGreaterThan(presets.length * 3);
  });

  it('costs the same with modelled signatures', async () => {
    const { base } = request({ crypto: { suite: 'ed25519' }, stop: { ms: 3000 } }, ['svbft']);
    const cell = { row: 0, column: 0, aim: null, notes: [] };
    const real = await measure({ ...cell, scenario: base });
    const modelled = await measure({ ...cell, scenario: withModelledSuites(base) });
    expect(modelled.scenario.crypto.suite).toBe('modelled:ed25519');
    for (const { id, value } of MEASURES) expect(value(modelled), id).toEqual(value(real));
  });
});

describe('a plan', () => {
  it('refuses what cannot be compared, by name', () => {
    const bad: readonly (readonly [Partial<ComparisonRequest>, RegExp])[] = [
      [{ protocols: ['svbft'] }, /protocols: found 1 of them, expected 2 to 4/],
      [{ protocols: ['svbft', 'nope'] }, /protocols\[1\]: found "nope"/],
      [{ protocols: ['svbft', 'svbft'] }, /each protocol once/],
      [{ vary: { kind: 'validators', counts: [4, 999] } }, /vary: found 999/],
      [{ vary: { kind: 'validators', counts: [] } }, /vary/],
      [{ vary: { kind: 'faults', cases: ['frogs'] } }, /vary: found "frogs"/],
    ];
    for (const [changes, message] of bad) {
      expect(() => planComparison({ ...request({}, ['svbft', 'raft']), ...changes })).toThrow(message);
    }
  });

  it('repeats the scenario with other seeds, whose storms are others', () => {
    const vary = { kind: 'seeds', seeds: [3, 4, 5] } as const;
    const asked = request({ storm: { intensity: 0.6, startMs: 500 }, stop: { ms: 20_000 } }, ['raft', 'pbft'], vary);
    const { cells, rows } = planComparison(asked);
    expect(rows.map(({ label }) => label)).toEqual(['seed 3', 'seed 4', 'seed 5']);
    expect(cells.map(({ scenario }) => scenario.seed)).toEqual([3, 3, 4, 4, 5, 5]);
    const storms = new Set(
      cells.map(({ scenario }) => JSON.stringify(scenario.faults.filter(({ kind }) => kind === 'crash'))),
    );
    expect(storms.size).toBe(3);
    for (const seeds of [[], [-1], [0.5], Array.from({ length: 17 }, (_, i) => i)]) {
      expect(() => planComparison({ ...asked, vary: { kind: 'seeds', seeds } })).toThrow(/vary: found/);
    }
  });

  it('writes a storm out, so that everybody gets the same', () => {
    const storm = { intensity: 0.6, startMs: 500 };
    const { cells } = planComparison(request({ storm, stop: { ms: 20_000 } }, ['raft', 'svbft', 'pbft']));
    const [first, ...others] = cells.map(({ scenario }) => scenario.faults.filter(({ kind }) => kind !== 'byzantine'));
    expect(first?.length).toBeGreaterThan(2);
    const plain = (faults: typeof first) => faults?.map(({ kind, at, until }) => ({ kind, at, until }));
    for (const other of others) expect(plain(other)).toEqual(plain(first));
  });

  it('of every shipped comparison has its protocols, its rows and a measure to begin with', () => {
    for (const shipped of SHIPPED) {
      const { rows, columns, cells } = planComparison(requestOf(shipped));
      expect(columns.length, shipped.id).toBeGreaterThanOrEqual(2);
      expect(cells).toHaveLength(rows.length * columns.length);
      expect(shipped.measure === 'verdict' || measureById(shipped.measure) !== null).toBe(true);
    }
    expect(new Set(FAULT_CASES.map(({ id }) => id)).size).toBe(FAULT_CASES.length);
  });
});

describe('a table', () => {
  const less = measureById('messages-per-decision');
  const more = measureById('decisions');
  if (less === null || more === null) throw new Error('measures are missing');

  it('marks the best, and how many times worse the others are', () => {
    expect(standings(less, [100, 250, null, 102])).toEqual([1, 2.5, null, 1]);
    expect(standings(more, [10, 40, 20])).toEqual([4, 1, 2]);
    expect(standings(more, [0, 40])).toEqual([Number.POSITIVE_INFINITY, 1]);
    expect(standings(less, [100, 101])).toEqual([null, null]);
    expect(standings(less, [100, null])).toEqual([null, null]);
  });

  it('has a median where rows differ by their seed alone', () => {
    const cells = [40, 10, 30, 20].map((decisions) => ({ decisions }) as Measured);
    expect(median(more, cells)).toBe(20);
    expect(median(more, cells.slice(0, 3))).toBe(30);
    expect(median(more, [])).toBeNull();
    const row = (id: string) => ({ id, label: id, cells: [] });
    expect(isRepeated({ rows: [row('seed-1'), row('seed-2')] })).toBe(true);
    expect(isRepeated({ rows: [row('seed-1')] })).toBe(false);
    expect(isRepeated({ rows: [row('n-4'), row('n-7')] })).toBe(false);
  });

  it('has one CSV line a run, with quotes where they must be', async () => {
    const found = await compare(
      request({ stop: { ms: 3000 } }, ['svbft', 'raft'], { kind: 'validators', counts: [4, 5] }),
    );
    const lines = comparisonCsv(found).trimEnd().split('\r\n');
    expect(lines).toHaveLength(5);
    const [head = '', first = ''] = lines;
    expect(head.split(',').length).toBe(first.replace(/"[^"]*"/g, '""').split(',').length);
    expect(first).toContain('n = 4,svbft,4,0,false,"safe, goes on",');
  });
});
