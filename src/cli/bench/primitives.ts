/** Rows of the layers that bring benchmarks of their own: cryptography and the network model. */
import { type CryptoRow, cryptoRows } from '../../crypto/bench.ts';
import { networkRows } from '../../kernel/network/bench.ts';
import {
  type BenchOptions,
  type Group,
  type GroupResult,
  type Ratio,
  ratioOf,
  type Row,
  RUNS,
  rowOf,
} from './measure.ts';

export async function benchCrypto({ quick, now, onStep }: BenchOptions): Promise<GroupResult> {
  const samples: CryptoRow[][] = [];
  for (let run = 0; run < RUNS; run++) {
    onStep(`crypto, run ${run + 1} of ${RUNS}`);
    samples.push(await cryptoRows(now, { budgetMs: quick ? 10 : 60, reference: !quick }));
  }
  const rows = merge('crypto', samples);
  return { rows, ratios: engineRatios(rows) };
}

export function benchNetwork({ now, onStep }: BenchOptions): GroupResult {
  const samples = Array.from({ length: RUNS }, (_, run) => {
    onStep(`network, run ${run + 1} of ${RUNS}`);
    return networkRows(now);
  });
  return { rows: merge('network', samples), ratios: [] };
}

function merge(group: Group, samples: readonly (readonly CryptoRow[])[]): Row[] {
  const byName = new Map<string, number[]>();
  for (const { name, opsPerSecond } of samples.flat()) byName.set(name, [...(byName.get(name) ?? []), opsPerSecond]);
  return [...byName].map(([name, values]) => rowOf(group, name, 'ops/s', values));
}

/** Each operation that a faster engine does too, against the reference engine. */
function engineRatios(rows: readonly Row[]): Ratio[] {
  return rows.flatMap((row) => {
    const match = /^(.*) \((\w+)\)$/.exec(row.name);
    const [, operation, engine] = match ?? [];
    if (operation === undefined || engine === undefined || engine === 'noble') return [];
    const reference = rows.find(({ name }) => name === `${operation} (noble)`);
    return ratioOf(`${operation}: ${engine} / noble`, row, reference);
  });
}
