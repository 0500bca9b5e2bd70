/**
 * Accounts that move at random moments while transactions run, over a network that loses and repeats and shards that crash: no unit is
 * lost or doubled, and every transfer that a client wanted has ended. The same between shards of four validators, of which one crashes
 * or lies. `MOVES_SEEDS=1..1000 npx vitest run src/checks/sharded-moves.test.ts` runs all of them (some minutes; `-t four`: the latter).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../core/prng.ts';
import type { NodeKnowledge } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { compileScenario, type FaultInput, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import { advanceToEnd } from '../cli/run.ts';
import { simObservers } from '../cli/tally.ts';
import type { JudgeReport } from './judge.ts';

const seedsFrom = (standard: string): number[] => (process.env['MOVES_SEEDS'] ?? standard).split('..').map(Number);
const MOMENTS = 10;
const SHARDS = 3;
const ACCOUNTS = 12;
const UNITS = 500;
const CLIENTS = 2;
const LIES = ['equivocate', 'replay', 'double-vote', 'silent'] as const;
type Lie = (typeof LIES)[number];

/** A little load for three seconds, one change of the map in the midst of it, then time to settle. */
function input(seed: number, moment: number, size: number): ScenarioInput {
  const key = streamKey(seed, PURPOSE.noise, moment);
  let drawn = 0;
  const pick = (bound: number): number => scale(draw(key, drawn++), bound);
  const kind = pick(2) === 0 ? 'split' : 'merge';
  const from = pick(SHARDS);
  const into = kind === 'split' ? SHARDS : (from + 1 + pick(SHARDS)) % (SHARDS + 1);
  const at = 300 + pick(2500);
  const faults: FaultInput[] = [];
  if (pick(2) === 0)
    faults.push({ kind: 'link', from: null, to: null, loss: 0.05, duplicate: 0.1, at: 0, until: 6000 });
  if (size > 1) faults.push(...inside(size, at, pick));
  else if (pick(2) === 0) {
    const target = `s${pick(2) === 0 ? from : into}v0`;
    faults.push({ kind: 'crash', target, at: at + pick(800), until: at + 1500 + pick(1000) });
  }
  const channel = size > 1 && pick(3) === 0 ? { channel: 'ml-kem-768', rekeyRecords: 8 } : {};
  const config = { transfersMax: 3, movesMax: 2, heartbeatMs: 1000, downAfterMs: 4000, ...channel };
  return {
    seed: seed * 100 + moment,
    protocol: { name: 'sharded', config },
    shards: {
      count: SHARDS,
      spare: 1,
      validatorsPerShard: size,
      commit: pick(3) === 0 ? '3pc' : '2pc',
      strategy: 'range',
      changes: [{ at, kind, shard: `s${from}`, into: `s${into}` }],
    },
    clients: CLIENTS,
    crypto: { suite: 'modelled:ml-dsa-44' },
    network: { latency: { kind: 'uniform', minMs: 10, maxMs: 60 }, synchrony: { kind: 'partial', deltaMs: 200 } },
    workload: { ratePerSecond: 0, accounts: ACCOUNTS, initialBalance: UNITS },
    transactions: Array.from({ length: 14 }, () => {
      const account = pick(ACCOUNTS);
      return {
        at: 100 + pick(3000),
        from: `a${account}`,
        to: `a${(account + 1 + pick(ACCOUNTS - 1)) % ACCOUNTS}`,
        amount: 1 + pick(40),
      };
    }),
    faults,
    stop: { ms: size > 1 ? 60_000 : 30_000 },
  };
}

/** In each shard of several validators one at most: it crashes around the move, or lies all the time. */
function inside(size: number, at: number, pick: (bound: number) => number): FaultInput[] {
  return [0, 1, 2, 3].flatMap((shard): FaultInput[] => {
    const target = `s${shard}v${pick(size)}`;
    const what = pick(3);
    const crash = { kind: 'crash', target, at: at + pick(800), until: at + 1500 + pick(4000) } as const;
    const lie = { kind: 'byzantine', target, behaviour: LIES[pick(LIES.length)] as Lie, types: null, at: 0 } as const;
    return what === 0 ? [] : [what === 1 ? crash : lie];
  });
}

interface Told {
  readonly label: string;
  readonly wanted: number;
  readonly units: number;
  readonly homeless: number;
  readonly violated: readonly string[];
  readonly committed: number;
  readonly aborted: number;
  readonly open: number;
  readonly triedAgain: number;
  readonly moved: number;
}

type Details = Record<string, number> & { readonly unanswered: readonly number[]; readonly resting: number };
interface Shard {
  readonly kept: readonly string[];
  readonly leaving: readonly unknown[];
  readonly onTheWay: readonly unknown[];
}

async function run(seed: number, moment: number, size: number): Promise<Told> {
  const scenario = input(seed, moment, size);
  const validated = validateScenario(scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const plan = compileScenario(validated.scenario, PROTOCOLS);
  const executor = await openInProcess(plan, { keepWords: false, highlights: 'all' }, simObservers);
  try {
    await advanceToEnd(executor, null);
    const knowledge = async (node: number): Promise<NodeKnowledge> => {
      const report = await executor.inspect(node);
      if (report?.knowledge == null) throw new Error(`node ${node} tells nothing`);
      return report.knowledge;
    };
    const lie = (scenario.faults ?? []).flatMap((fault) => (fault.kind === 'byzantine' ? [String(fault.target)] : []));
    const honest = [0, 1, 2, 3].map((shard) => shard * size + (lie.includes(`s${shard}v0`) ? 1 : 0));
    const shards = await Promise.all(honest.map(knowledge));
    const clients = await Promise.all([4 * size, 4 * size + 1].map(knowledge));
    const accounts = shards.map(({ details }) => details['accounts'] as Shard);
    const of = (name: string): number => clients.reduce((sum, { details }) => sum + Number(details[name]), 0);
    const { reports } = await executor.status();
    const { checks } = reports['judge'] as JudgeReport;
    const began = plan.shards?.home ?? [];
    return {
      label: `seed ${seed}, moment ${moment}`,
      wanted: scenario.transactions?.length ?? 0,
      units: shards.reduce((sum, { balances }) => sum + balances.reduce((all, units) => all + units, 0), 0),
      homeless: accounts.reduce((sum, { leaving, onTheWay }) => sum + leaving.length + onTheWay.length, 0),
      violated: checks.filter(({ verdict }) => verdict === 'violated').map(({ name, detail }) => `${name}: ${detail}`),
      committed: of('committed'),
      aborted: of('aborted'),
      open: clients.reduce((sum, { details }) => {
        const { unanswered, resting } = details as unknown as Details;
        return sum + unanswered.length + resting + Number(details['givenUp']);
      }, 0),
      triedAgain: of('triedAgainAfterMoves'),
      moved: accounts.reduce(
        (sum, { kept }, shard) => sum + kept.filter((name) => began[Number(name.slice(1))] !== shard).length,
        0,
      ),
    };
  } finally {
    await executor.close();
  }
}

describe.each([
  { size: 1, kind: 'shards of one node', seeds: seedsFrom('1..4') },
  { size: 4, kind: 'shards of four validators', seeds: seedsFrom('1..2') },
])('$kind, seeds $seeds, ten moments each', ({ size, seeds: [first = 1, last = first] }) => {
  const told: Told[] = [];

  beforeAll(async () => {
    for (let seed = first; seed <= last; seed++)
      for (let moment = 0; moment < MOMENTS; moment++) told.push(await run(seed, moment, size));
  }, 3_600_000);

  it('no unit is lost or doubled, and nothing stays on its way', () => {
    for (const { label, units, homeless } of told) {
      expect(units, label).toBe(ACCOUNTS * UNITS);
      expect(homeless, label).toBe(0);
    }
  });

  it('every transfer that somebody wanted has ended, once', () => {
    for (const { label, wanted, committed, aborted, open } of told) {
      expect(open, label).toBe(0);
      expect(committed + aborted, label).toBe(wanted);
    }
  });

  it('no check is violated', () => {
    for (const { label, violated } of told) expect(violated, label).toEqual([]);
  });

  it('was worth the trouble', () => {
    const sum = (of: (one: Told) => number): number => told.reduce((all, one) => all + of(one), 0);
    const counts = {
      committed: sum(({ committed }) => committed),
      aborted: sum(({ aborted }) => aborted),
      triedAgain: sum(({ triedAgain }) => triedAgain),
      moved: sum(({ moved }) => moved),
    };
    if (process.env['MOVES_SEEDS'] !== undefined) console.info(counts);
    expect(counts.committed).toBeGreaterThan(5 * told.length);
    expect(counts.moved).toBeGreaterThan(told.length);
    expect(counts.triedAgain).toBeGreaterThan(told.length / 4);
  });
});
