/** The crash matrix where shards have four validators: the leader of a shard dies at every step. A table of docs/sharding.md. */
import { beforeAll, describe, expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type FaultInput, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { type Commit, type Point, POINTS, WORDS } from './testing/crash-points.ts';
import { crashTable, expectTable } from './testing/document-table.ts';

const SIZE = 4;
/** Seeds whose first transaction touches every shard and is coordinated by the first; the second comes when all is over. */
const SEED: Readonly<Record<number, number>> = { 2: 6, 3: 2 };

function input(count: number, commit: Commit, faults: FaultInput[]): ScenarioInput {
  return {
    seed: SEED[count] as number,
    protocol: { name: 'sharded', config: { transfersMax: 8, heartbeatMs: 5000, downAfterMs: 20_000 } },
    shards: { count, validatorsPerShard: SIZE, commit },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', deltaMs: 100 } },
    workload: { ratePerSecond: 0.02, crossShard: 1 },
    faults,
    stop: { ms: 40_000 },
  };
}

interface Ran {
  /** By validator: the hash it decided for the first transaction, or null. */
  readonly decided: readonly (string | null)[];
  readonly violated: readonly string[];
  readonly fingerprint: string;
}

async function run(count: number, commit: Commit, faults: FaultInput[] = []): Promise<Ran> {
  const validated = validateScenario(input(count, commit, faults), PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { result } = await runScenario(validated.scenario, null);
  return {
    decided: Object.values(result.decided).map((list) => list.find(({ height }) => height === 1)?.hash ?? null),
    violated: result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name),
    fingerprint: result.fingerprint,
  };
}

type Ending = 'commit' | 'abort' | 'open';

interface Cell {
  readonly name: string;
  /** By validator. */
  readonly endings: readonly Ending[];
  readonly crashed: number;
  readonly violated: readonly string[];
  readonly fingerprint: string;
}

interface Row {
  readonly count: number;
  readonly commit: Commit;
  readonly point: Point;
  readonly restart: Cell;
  readonly stay: Cell;
}

const rows: Row[] = [];
const undisturbed: Ran[] = [];

async function cell(
  count: number,
  commit: Commit,
  point: Point,
  until: number | null,
  committed: string,
): Promise<Cell> {
  const [who, on, type, which] = point;
  const crashed = who === 'coordinator' ? 0 : SIZE;
  const nth = which === 'first' ? 1 : (count - 1) * SIZE;
  const fault: FaultInput = { kind: 'crash', target: `v${crashed}`, point: { on, type, nth }, at: 0, until };
  const { decided, violated, fingerprint } = await run(count, commit, [fault]);
  const endings = decided.map((hash): Ending => (hash === null ? 'open' : hash === committed ? 'commit' : 'abort'));
  const name = `${count} shards, ${commit}: ${who} ${WORDS[on]} its ${which} ${type}, until ${until}`;
  return { name, endings, crashed, violated, fingerprint };
}

beforeAll(async () => {
  for (const count of [2, 3]) {
    for (const commit of ['2pc', '3pc'] as const) {
      const calm = await run(count, commit);
      const committed = calm.decided[0] ?? '';
      undisturbed.push(calm);
      for (const point of POINTS) {
        if (point[4] === true && commit === '2pc') continue;
        const restart = await cell(count, commit, point, 20_000, committed);
        const stay = await cell(count, commit, point, null, committed);
        rows.push({ count, commit, point, restart, stay });
      }
    }
  }
}, 400_000);

const cells = (): Cell[] => rows.flatMap(({ restart, stay }) => [restart, stay]);

describe('the crash matrix of replicated shards', () => {
  it('is about a transaction that all shards commit if nobody dies', () => {
    for (const { decided, violated } of undisturbed) {
      expect(new Set(decided).size).toBe(1);
      expect(decided[0]).not.toBeNull();
      expect(violated).toEqual([]);
    }
  });

  it('really kills somebody in every row', () => {
    const calm = new Set(undisturbed.map(({ fingerprint }) => fingerprint));
    for (const { name, fingerprint } of cells()) expect(calm, name).not.toContain(fingerprint);
  });

  it('has no row in which one validator commits and another aborts, or any check is violated', () => {
    for (const { name, endings, violated } of cells()) {
      expect(new Set(endings.filter((ending) => ending !== 'open')).size, name).toBeLessThan(2);
      expect(violated, name).toEqual([]);
    }
  });

  it('never blocks, in two phases as in three: whoever lives has ended the transaction', () => {
    for (const { name, endings, crashed } of cells()) {
      const living = endings.filter((_, node) => node !== crashed);
      expect(living, name).not.toContain('open');
    }
    for (const { restart } of rows) expect(restart.endings, restart.name).not.toContain('open');
  });

  it('is the table of docs/sharding.md (UPDATE=1 writes it anew)', () => {
    expectTable(
      'sharding.md',
      'crash matrix of replicated shards',
      'src/checks/crash-matrix-replicated.test.ts',
      table(),
    );
  });
});

/** One letter a shard: what its living validators did. */
function table(): string[] {
  const letter = { commit: 'C', abort: 'A', open: '–' } as const;
  const shown = ({ endings, crashed }: Cell, down: boolean): string => {
    const shards: string[] = [];
    for (let first = 0; first < endings.length; first += SIZE) {
      const living = endings.slice(first, first + SIZE).filter((_, place) => !down || first + place !== crashed);
      const all = new Set(living.map((ending) => letter[ending]));
      shards.push(`${[...all].join('/')}${down && crashed === first ? '†' : ''}`);
    }
    return shards.join(' ');
  };
  const lines = rows.map((row) => {
    const [who, on, type, which] = row.point;
    const where = `leader of the ${who}, ${WORDS[on]} its ${which} \`${type}\``;
    return `| ${row.count} | ${row.commit} | ${where} | ${shown(row.restart, false)} | ${shown(row.stay, true)} |`;
  });
  return crashTable(lines);
}
