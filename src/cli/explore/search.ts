/** One search of the command line: over all threads, shrunk and followed into other futures where that was asked. */
import {
  type FoundReport,
  futures,
  type Moment,
  type Schedule,
  type SearchRequest,
  shrinkScenario,
  type Shrunk,
} from '../../explore/index.ts';
import { encodeLink, type Scenario } from '../../scenario/index.ts';
import { ProgressBar, type Terminal } from '../progress.ts';
import type { ExploreArguments } from './arguments.ts';
import type { SearchPool } from './threads.ts';

export interface ExploreIo {
  readonly out: (text: string) => void;
  readonly err: Terminal;
  /** File of a thread that calls `serveExplore`. */
  readonly entry: string;
  readonly coreCount: number;
}

/** For one search or several in a row. */
export interface SearchIo extends ExploreIo {
  readonly pool: SearchPool;
}

/** Runs that shrinking may take. */
export const SHRINK_BUDGET = 600;
const MOMENTS = 12;

/** What a search came to, as `--json` prints it. */
export interface SearchOutcome {
  readonly mode: string;
  readonly seed: number;
  readonly budget: number;
  readonly runs: number;
  readonly events: number;
  readonly faults: number;
  readonly decidedRuns: number;
  readonly exhausted: boolean;
  readonly errors: number;
  readonly wallMs: number;
  readonly found: {
    readonly index: number;
    readonly findings: NonNullable<FoundReport>['findings'];
    readonly scenario: Scenario;
    readonly link: string;
    readonly shrunk: (Shrunk & { readonly link: string }) | null;
    readonly moments: readonly Moment[] | null;
  } | null;
}

/** One search with all that was asked of it. Draws a progress bar while it lasts. */
export async function search(
  request: SearchRequest,
  asked: Pick<ExploreArguments, 'shrink' | 'futures'>,
  io: SearchIo,
): Promise<SearchOutcome> {
  const bar = new ProgressBar(io.err);
  const began = performance.now();
  const onReport = ({ totals: { runs } }: Schedule): void => {
    const rate = (runs * 1000) / (performance.now() - began);
    bar.show(runs / request.budget, `${request.mode}: ${runs}/${request.budget} runs, ${rate.toFixed(0)}/s`);
  };
  const schedule = await io.pool.search(request, onReport);
  const wallMs = performance.now() - began;
  const found = schedule.found === null ? null : await elaborate(schedule.found, request, asked, bar);
  bar.clear();
  const { runs, events, faults, decidedRuns, errors } = schedule.totals;
  const { mode, seed, budget } = request;
  const counted = { runs, events, faults, decidedRuns, exhausted: schedule.isExhausted, errors: errors.length };
  return { mode, seed, budget, ...counted, wallMs, found };
}

async function elaborate(
  report: NonNullable<FoundReport>,
  { base, check }: SearchRequest,
  asked: Pick<ExploreArguments, 'shrink' | 'futures'>,
  bar: ProgressBar,
): Promise<SearchOutcome['found']> {
  const { index, findings } = report;
  const scenario = report.scenario ?? base;
  const target = check ?? findings[0]?.check ?? '';
  const onProgress = (runs: number, best: Scenario): void =>
    bar.show(runs / SHRINK_BUDGET, `shrinking: ${runs} runs, ${best.faults.length} faults`);
  const shrunk = asked.shrink
    ? await shrinkScenario(scenario, { check: target, budget: SHRINK_BUDGET, onProgress })
    : null;
  const onFuture = (done: number, total: number): void => bar.show(done / total, `futures: ${done}/${total}`);
  const options = { check: target, moments: MOMENTS, futuresPerMoment: asked.futures, onProgress: onFuture };
  const moments = asked.futures > 0 ? await futures(shrunk?.scenario ?? scenario, options) : null;
  const link = `#s=${await encodeLink(scenario)}`;
  const shown = shrunk === null ? null : { ...shrunk, link: `#s=${await encodeLink(shrunk.scenario)}` };
  return { index, findings, scenario, link, shrunk: shown, moments };
}
