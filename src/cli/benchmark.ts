/** `npm run bench`: how fast the layers are on this machine, as a table or as JSON. */
import type { Platform } from '../runtime/workers/executor.ts';
import { benchExplore } from './bench/explore.ts';
import { benchHotstuff } from './bench/hotstuff.ts';
import { benchKernel } from './bench/kernel.ts';
import { type BenchOptions, GROUPS, type Group, type GroupResult, type Ratio, type Row } from './bench/measure.ts';
import { benchPeer } from './bench/peer.ts';
import { benchCrypto, benchNetwork } from './bench/primitives.ts';
import { tableText } from './bench/report.ts';
import { benchScrub } from './bench/scrub.ts';
import { benchShards } from './bench/shards.ts';
import { benchStorm } from './bench/storm.ts';
import { benchWorkers } from './bench/workers.ts';
import type { Terminal } from './progress.ts';

export interface BenchIo {
  readonly out: (text: string) => void;
  readonly err: Terminal;
  readonly platform: () => Platform;
  /** File of a thread that serves searches; absent: they run in this thread only. */
  readonly searchEntry?: string;
  readonly coreCount?: number;
  /** Of the machine, for the reader of the figures. */
  readonly machine: Readonly<Record<string, string | number>>;
  readonly now: () => number;
}

const USAGE = `Measures the layers on this machine: medians of five runs with their least and most.

  npm run bench -- [--json] [--quick] [--only GROUP]…

  --only GROUP   ${GROUPS.join(', ')}; repeatable
  --quick        smaller and shorter
  --json         one document { machine, rows, ratios }
`;
const [OK, BAD_INPUT] = [0, 2];

export async function benchmark(args: readonly string[], io: BenchIo): Promise<number> {
  const wanted = new Set<Group>();
  const flags = new Set<string>();
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '--json' || word === '--quick' || word === '--help') {
      flags.add(word);
    } else if (word === '--only' || word.startsWith('--only=')) {
      const name = word === '--only' ? args[++i] : word.slice('--only='.length);
      const group = GROUPS.find((known) => known === name);
      if (group === undefined) return refuse(io, '--only', name, GROUPS.join(', '));
      wanted.add(group);
    } else {
      return refuse(io, 'option', word, '--json, --quick, --only GROUP or --help');
    }
  }
  if (flags.has('--help')) {
    io.out(USAGE);
    return OK;
  }
  const onStep = (text: string): void => {
    if (io.err.isTTY === true) io.err.write(`\r\x1b[K${text}`);
  };
  const { rows, ratios } = await measureAll(wanted, { quick: flags.has('--quick'), now: io.now, onStep }, io);
  onStep('');
  io.out(flags.has('--json') ? `${JSON.stringify({ machine: io.machine, rows, ratios })}\n` : tableText(rows, ratios));
  return OK;
}

async function measureAll(wanted: ReadonlySet<Group>, options: BenchOptions, io: BenchIo): Promise<GroupResult> {
  const measurers: Readonly<Record<Group, () => GroupResult | Promise<GroupResult>>> = {
    crypto: () => benchCrypto(options),
    network: () => benchNetwork(options),
    kernel: () => benchKernel(options),
    hotstuff: () => benchHotstuff(options),
    peer: () => benchPeer(options),
    storm: () => benchStorm(options),
    scrub: () => benchScrub(options),
    explore: () => benchExplore(options, io.searchEntry ?? null, io.coreCount ?? 1),
    workers: () => benchWorkers(options, io.platform()),
    shards: () => benchShards(options),
  };
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const group of GROUPS) {
    if (wanted.size > 0 && !wanted.has(group)) continue;
    const result = await measurers[group]();
    rows.push(...result.rows);
    ratios.push(...result.ratios);
  }
  return { rows, ratios };
}

function refuse(io: BenchIo, path: string, found: string | undefined, expected: string): number {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found.slice(0, 60));
  io.err.write(`${path}: found ${shown}, expected ${expected}\n`);
  return BAD_INPUT;
}
