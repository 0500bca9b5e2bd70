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
import { benchOrdering } from './bench/ordering.ts';
import { benchShards } from './bench/shards.ts';
import { benchStorm } from './bench/storm.ts';
import { benchWorkers } from './bench/workers.ts';
import type { Terminal } from './progress.ts';
import { folderProblem, RivalError, type RivalPlace } from './rival/process.ts';

export interface BenchIo {
  readonly out: (text: string) => void;
  readonly err: Terminal;
  readonly platform: () => Platform;
  /** File of a thread that serves searches; absent: they run in this thread only. */
  readonly searchEntry?: string;
  readonly coreCount?: number;
  /** File of a process that runs the peer's simulator. */
  readonly rivalEntry?: string;
  /** Of the machine, for the reader of the figures. */
  readonly machine: Readonly<Record<string, string | number>>;
  readonly now: () => number;
}

const USAGE = `Measures the layers on this machine: medians of five runs with their least and most.

  npm run bench -- [--json] [--quick] [--only GROUP]… [--peer FOLDER]

  --only GROUP   ${GROUPS.join(', ')}; repeatable
  --peer FOLDER  a clone of github.com/csienslab/BFT-Simulator after \`npm install\` there: the groups peer and hotstuff then
                 run it beside ours, in turns, in a process of its own on the same work (its defaults: normal(250 ms, 50 ms),
                 no faults, log off), and print ratios of medians
  --quick        smaller and shorter
  --json         one document { machine, rows, ratios }
`;
const [OK, BAD_INPUT] = [0, 2];
/** Groups that run beside the peer's simulator. */
const COMPARED: readonly Group[] = ['hotstuff', 'peer'];
const CLONE = 'the folder of a clone of csienslab/BFT-Simulator';

export async function benchmark(args: readonly string[], io: BenchIo): Promise<number> {
  const wanted = new Set<Group>();
  const flags = new Set<string>();
  let folder: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '--json' || word === '--quick' || word === '--help') {
      flags.add(word);
    } else if (word === '--only' || word.startsWith('--only=')) {
      const name = word === '--only' ? args[++i] : word.slice('--only='.length);
      const group = GROUPS.find((known) => known === name);
      if (group === undefined) return refuse(io, '--only', name, GROUPS.join(', '));
      wanted.add(group);
    } else if (word === '--peer' || word.startsWith('--peer=')) {
      const found = word === '--peer' ? args[++i] : word.slice('--peer='.length);
      if (found === undefined || found === '') return refuse(io, '--peer', found, CLONE);
      folder = found;
    } else {
      return refuse(io, 'option', word, '--json, --quick, --only GROUP, --peer FOLDER or --help');
    }
  }
  if (flags.has('--help')) {
    io.out(USAGE);
    return OK;
  }
  if (folder !== null && wanted.size > 0 && !COMPARED.some((group) => wanted.has(group))) {
    return refuse(io, '--peer', [...wanted].join(', '), `--only ${COMPARED.join(' or ')} beside it`);
  }
  const problem = folder === null ? null : folderProblem(folder);
  if (problem !== null) return complain(io, `--peer: found ${problem}, expected ${CLONE}`);
  const onStep = (text: string): void => {
    if (io.err.isTTY === true) io.err.write(`\r\x1b[K${text}`);
  };
  const rival = folder === null ? null : { folder, entry: io.rivalEntry ?? '' };
  const options = { quick: flags.has('--quick'), now: io.now, onStep };
  let result: GroupResult;
  try {
    result = await measureAll(wanted, options, rival, io);
  } catch (error) {
    onStep('');
    if (!(error instanceof RivalError)) throw error;
    return complain(io, `--peer: ${error.message}; expected ${CLONE}, after \`npm install\` there`);
  }
  const { rows, ratios } = result;
  onStep('');
  io.out(flags.has('--json') ? `${JSON.stringify({ machine: io.machine, rows, ratios })}\n` : tableText(rows, ratios));
  return OK;
}

async function measureAll(
  wanted: ReadonlySet<Group>,
  options: BenchOptions,
  rival: RivalPlace | null,
  io: BenchIo,
): Promise<GroupResult> {
  const measurers: Readonly<Record<Group, () => GroupResult | Promise<GroupResult>>> = {
    crypto: () => benchCrypto(options),
    network: () => benchNetwork(options),
    kernel: () => benchKernel(options),
    hotstuff: () => benchHotstuff(options, rival),
    peer: () => benchPeer(options, rival),
    storm: () => benchStorm(options),
    scrub: () => benchScrub(options),
    explore: () => benchExplore(options, io.searchEntry ?? null, io.coreCount ?? 1),
    workers: () => benchWorkers(options, io.platform()),
    shards: () => benchShards(options),
    ordering: () => benchOrdering(options),
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
  return complain(io, `${path}: found ${shown}, expected ${expected}`);
}

function complain(io: BenchIo, line: string): number {
  io.err.write(`${line}\n`);
  return BAD_INPUT;
}
