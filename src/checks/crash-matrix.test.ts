/** Every step of an atomic commit at which a shard can die, and what becomes of the transaction: the table of docs/sharding.md. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type FaultInput, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { type Commit, type Point, POINTS, WORDS } from './testing/crash-points.ts';
import { crashTable, expectTable } from './testing/document-table.ts';

/** Seeds whose first transaction touches every shard; the second comes when all is over. */
const SEED: Readonly<Record<number, number>> = { 2: 4, 3: 1 };

function input(count: number, commit: Commit, faults: FaultInput[]): ScenarioInput {
  return {
    seed: SEED[count] as number,
    protocol: { name: 'sharded', config: { transfersMax: 8 } },
    // All are reputed alike: the first of them coordinates.
    shards: { count, commit, coordinator: 'reputation' },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', deltaMs: 100 } },
    workload: { ratePerSecond: 0.02, crossShard: 1 },
    faults,
    stop: { ms: 100_000 },
  };
}

interface Ran {
  /** By shard: the hash it decided for the first transaction, or null. */
  readonly decided: readonly (string | null)[];
  readonly violated: readonly string[];
}

async function run(count: number, commit: Commit, faults: FaultInput[] = []): Promise<Ran> {
  const validated = validateScenario(input(count, commit, faults), PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { result } = await runScenario(validated.scenario, null);
  return {
    decided: Object.values(result.decided).map((list) => list.find(({ height }) => height === 1)?.hash ?? null),
    violated: result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name),
  };
}

type Ending = 'commit' | 'abort' | 'open';

interface Cell {
  readonly endings: readonly Ending[];
  readonly crashed: number;
  readonly violated: readonly string[];
}

interface Row {
  readonly count: number;
  readonly commit: Commit;
  readonly point: Point;
  readonly restart: Cell;
  readonly stay: Cell;
}

const rows: Row[] = [];

async function cell(
  count: number,
  commit: Commit,
  point: Point,
  until: number | null,
  committed: string,
): Promise<Cell> {
  const [who, on, type, which] = point;
  const crashed = who === 'coordinator' ? 0 : 1;
  const nth = which === 'first' ? 1 : count - 1;
  const fault: FaultInput = { kind: 'crash', target: `v${crashed}`, point: { on, type, nth }, at: 0, until };
  const { decided, violated } = await run(count, commit, [fault]);
  const endings = decided.map((hash): Ending => (hash === null ? 'open' : hash === committed ? 'commit' : 'abort'));
  return { endings, crashed, violated };
}

beforeAll(async () => {
  for (const count of [2, 3]) {
    for (const commit of ['2pc', '3pc'] as const) {
      const undisturbed = await run(count, commit);
      const committed = undisturbed.decided[0] ?? '';
      expect(undisturbed).toEqual({ decided: Array.from({ length: count }, () => committed), violated: [] });
      for (const point of POINTS) {
        if (point[4] === true && commit === '2pc') continue;
        const restart = await cell(count, commit, point, 60_000, committed);
        const stay = await cell(count, commit, point, null, committed);
        rows.push({ count, commit, point, restart, stay });
      }
    }
  }
}, 240_000);

const name = ({ count, commit, point: [who, on, type, which] }: Row): string =>
  `${count} shards, ${commit}: ${who} ${WORDS[on]} its ${which} ${type}`;

describe('the crash matrix', () => {
  it('has no row in which one shard commits and another aborts, or any check is violated', () => {
    for (const row of rows) {
      for (const { endings, violated } of [row.restart, row.stay]) {
        expect(new Set(endings.filter((ending) => ending !== 'open')).size, name(row)).toBeLessThan(2);
        expect(violated, name(row)).toEqual([]);
      }
    }
  });

  it('leaves nothing open once who crashed is back', () => {
    for (const row of rows) expect(row.restart.endings, name(row)).not.toContain('open');
  });

  it('blocks in two phases where the coordinator dies between YES and COMMIT, and never in three with a majority up', () => {
    const openSurvivors = ({ stay }: Row): number =>
      stay.endings.filter((ending, shard) => ending === 'open' && shard !== stay.crashed).length;
    const after = (row: Row): boolean => ['vote', 'pre-commit', 'commit-request'].includes(row.point[2]);
    const dead = rows.filter((row) => row.count === 3 && row.point[0] === 'coordinator' && after(row));
    expect(dead.filter(({ commit }) => commit === '2pc').some((row) => openSurvivors(row) === 2)).toBe(true);
    for (const row of dead.filter(({ commit }) => commit === '3pc')) expect(openSurvivors(row), name(row)).toBe(0);
  });

  it('shows every ending', () => {
    const all = new Set(rows.flatMap(({ restart, stay }) => [...restart.endings, ...stay.endings]));
    expect([...all].sort()).toEqual(['abort', 'commit', 'open']);
  });

  it('is the table of docs/sharding.md (UPDATE=1 writes it anew)', () => {
    expectTable('sharding.md', 'crash matrix', 'src/checks/crash-matrix.test.ts', table());
  });
});

function table(): string[] {
  const letter = { commit: 'C', abort: 'A', open: '–' } as const;
  const shown = ({ endings, crashed }: Cell, down: boolean): string =>
    endings.map((ending, shard) => `${letter[ending]}${down && shard === crashed ? '†' : ''}`).join(' ');
  const lines = rows.map((row) => {
    const [who, on, type, which] = row.point;
    const where = `${who}, ${WORDS[on]} its ${which} \`${type}\``;
    return `| ${row.count} | ${row.commit} | ${where} | ${shown(row.restart, false)} | ${shown(row.stay, true)} |`;
  });
  return crashTable(lines);
}
