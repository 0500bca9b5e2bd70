/** `npm run sim -- explore`: searches, shrinks, answers with an exit code. */
import { writeFileSync } from 'node:fs';
import { describeProblem, type Problem, TestnetError } from '../../core/problem.ts';
import { evidenceOf, plainScenario } from '../../explore/index.ts';
import type { Scenario } from '../../scenario/index.ts';
import { loadScenario } from '../source.ts';
import { type ExploreArguments, EXHAUSTIVE, EXPLORE_USAGE, parseExploreArguments } from './arguments.ts';
import { exploreExhaustively } from './exhaustive.ts';
import { mutantTable } from './mutants.ts';
import { type ExploreIo, search, type SearchIo, type SearchOutcome } from './search.ts';
import { searchText } from './show.ts';
import { SearchPool } from './threads.ts';

const [OK, VIOLATED, BAD_INPUT] = [0, 1, 2] as const;
export type ExploreExit = typeof OK | typeof VIOLATED | typeof BAD_INPUT;
export async function explore(words: readonly string[], io: ExploreIo): Promise<ExploreExit> {
  const parsed = parseExploreArguments(words);
  if ('problem' in parsed) return refuse([parsed.problem], io);
  if (parsed.kind === 'help') {
    io.out(EXPLORE_USAGE);
    return OK;
  }
  const asked = parsed.arguments;
  try {
    if (asked.mode === EXHAUSTIVE && !asked.mutants) return (await exploreExhaustively(asked, io)) ? OK : VIOLATED;
    if (asked.mutants) return await searchAsAsked(asked, null, io);
    const base = await baseOf(asked);
    if ('problems' in base) return refuse(base.problems, io);
    return await searchAsAsked(asked, base.scenario, io);
  } catch (error) {
    if (error instanceof TestnetError && error.code === 'bad-input') return refuse(error.problems, io, error.message);
    throw error;
  }
}

/** With threads that start first and end last. `base` null: all mutants. */
async function searchAsAsked(asked: ExploreArguments, base: Scenario | null, io: ExploreIo): Promise<ExploreExit> {
  const pool = new SearchPool(io.entry, asked.jobs ?? io.coreCount);
  try {
    if (base === null) return (await mutantTable(asked, { ...io, pool })) ? OK : VIOLATED;
    const outcome = await searchOne(asked, base, { ...io, pool });
    return outcome.found === null && outcome.errors === 0 ? OK : VIOLATED;
  } finally {
    await pool.close();
  }
}

async function searchOne(asked: ExploreArguments, base: Scenario, io: SearchIo): Promise<SearchOutcome> {
  const { mode, seed, budget, check } = asked;
  const outcome = await search({ base, mode, seed, budget, check }, asked, io);
  if (asked.evidence !== null && outcome.found !== null) {
    const { shrunk, scenario } = outcome.found;
    writeFileSync(asked.evidence, `${JSON.stringify(await evidenceOf(shrunk?.scenario ?? scenario), null, 2)}\n`);
  }
  io.out(asked.json ? `${JSON.stringify(outcome)}\n` : searchText(outcome));
  return outcome;
}

async function baseOf(
  asked: ExploreArguments,
): Promise<{ readonly scenario: Scenario } | { readonly problems: readonly Problem[] }> {
  if (asked.source !== null) return loadScenario(asked.source, asked.set, null);
  return { scenario: plainScenario(asked) };
}

function refuse(problems: readonly Problem[], io: ExploreIo, otherwise = 'bad input'): ExploreExit {
  const [first, ...more] = problems;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  io.err.write(`${first === undefined ? otherwise : describeProblem(first) + rest}\n`);
  return BAD_INPUT;
}
