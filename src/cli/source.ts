/** From what the command line names to a scenario that is valid and ends by itself. */
import { readFileSync, statSync } from 'node:fs';
import { didYouMean } from '../core/near.ts';
import type { Problem } from '../core/problem.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import {
  decodeLink,
  parseHash,
  presetById,
  presets,
  type Scenario,
  setPaths,
  unknownPreset,
  validateScenario,
  withSeed,
} from '../scenario/index.ts';
import { parseJson, TEXT_LIMIT_BYTES } from '../scenario/json.ts';

type Loaded<T> = T | { readonly problems: readonly Problem[] };

/** Where a scenario does not say when to stop, virtual ms. */
const STOP_DEFAULT_MS = 60_000;

/**
 * The scenario behind a file, preset id or link, with `assignments` (`path=value`) made. Where it would go on for ever, it
 * stops after 60 s of virtual time.
 */
export async function loadScenario(
  source: string,
  assignments: readonly string[],
  seed: number | null,
): Promise<Loaded<{ readonly scenario: Scenario }>> {
  const loaded = await loadDocument(source);
  if ('problems' in loaded) return loaded;
  const changed = setPaths(loaded.document, assignments);
  if ('problems' in changed) return changed;
  const validated = validateScenario(changed.document, PROTOCOLS);
  if ('problems' in validated) return validated;
  const { scenario } = validated;
  const { stop } = scenario;
  const ends = stop.height !== null || stop.ms !== null;
  return {
    scenario: {
      ...withSeed(scenario, seed ?? scenario.seed),
      stop: ends ? stop : { height: null, ms: STOP_DEFAULT_MS },
    },
  };
}

async function loadDocument(source: string): Promise<Loaded<{ readonly document: unknown }>> {
  const preset = presetById(source);
  if (preset !== null) return { document: preset.scenario };
  const hash = source.indexOf('#');
  if (hash >= 0) {
    const request = parseHash(source.slice(hash)).source;
    if (request?.kind === 'preset') {
      const linked = presetById(request.id);
      return linked === null ? { problems: [unknownPreset(request.id)] } : { document: linked.scenario };
    }
    if (request?.kind === 'scenario') return asDocument(await decodeLink(request.payload));
  }
  return readFile(source);
}

function readFile(path: string): Loaded<{ readonly document: unknown }> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    return refuse(
      'scenario',
      JSON.stringify(path.slice(0, 80)),
      `a file, a preset id (see --list) or a link with #s=…${didYouMean(
        path,
        presets.map(({ id }) => id),
      )}`,
    );
  }
  if (!stat.isFile()) return refuse(path, 'no regular file', 'a JSON file');
  if (stat.size > TEXT_LIMIT_BYTES) return refuse(path, `${stat.size} bytes`, `at most ${TEXT_LIMIT_BYTES} bytes`);
  try {
    return asDocument(parseJson(readFileSync(path, 'utf8')), path);
  } catch (error) {
    return refuse(path, `an error (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, 'a file that can be read');
  }
}

/** Problems of the text say where it stands; a file is named before the position. */
function asDocument(parsed: ReturnType<typeof parseJson>, file?: string): Loaded<{ readonly document: unknown }> {
  if ('value' in parsed) return { document: parsed.value };
  const where = (path: string): string => [file, path].filter((part) => part !== undefined && part !== '').join(':');
  return { problems: parsed.problems.map((problem) => ({ ...problem, path: where(problem.path) })) };
}

function refuse(path: string, found: string, expected: string): { readonly problems: readonly Problem[] } {
  return { problems: [{ path, found, expected }] };
}
