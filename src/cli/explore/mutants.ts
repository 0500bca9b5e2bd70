/** `--mutants`: every broken variant found from a plain configuration and shrunk; the correct protocol survives ten times as much. */
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type PlainConfiguration, plainScenario } from '../../explore/index.ts';
import { presetById, validatorCount, type Scenario } from '../../scenario/index.ts';
import type { ExploreArguments } from './arguments.ts';
import { search, type SearchIo, type SearchOutcome } from './search.ts';

interface MutantRow {
  readonly protocol: string;
  readonly mutant: string;
  readonly check: string;
  readonly validators: number;
  readonly outcome: SearchOutcome;
  /** Faults of the shipped preset; null where there is none. */
  readonly presetFaults: number | null;
}

interface CorrectRow {
  readonly protocol: string;
  readonly validators: number;
  readonly outcome: SearchOutcome;
}

/** How many times the budget the correct protocol must survive. */
const SURVIVAL = 10;

/** Prints the table; true when each variant was found and no correct protocol was broken. */
export async function mutantTable(asked: ExploreArguments, io: SearchIo): Promise<boolean> {
  const rows: MutantRow[] = [];
  const correct: CorrectRow[] = [];
  const { mode, seed, budget } = asked;
  for (const [protocol, { mutants }] of PROTOCOLS) {
    if (asked.only !== null && asked.only !== protocol) continue;
    const plain = new Map<string, Required<Pick<PlainConfiguration, 'validators' | 'config'>>>();
    for (const { name: mutant, check, scenario: presetId, needs: config = {} } of mutants) {
      if (asked.mutant !== null && asked.mutant !== mutant) continue;
      const preset = presetById(presetId)?.scenario ?? null;
      const validators = preset === null ? asked.validators : countOf(preset.validators ?? 4);
      plain.set(JSON.stringify([validators, config]), { validators, config });
      const base = plainScenario({ protocol, mutant, validators, config });
      const outcome = await search({ base, mode, seed, budget, check }, { ...asked, shrink: true }, io);
      rows.push({ protocol, mutant, check, validators, outcome, presetFaults: preset?.faults?.length ?? null });
      if (!asked.json)
        io.err.write(`${mutant}: ${outcome.found === null ? 'not found' : `index ${outcome.found.index}`}\n`);
    }
    for (const { validators, config } of plain.values()) {
      const base = plainScenario({ protocol, mutant: null, validators, config });
      const request = { base, mode, seed, budget: budget * SURVIVAL, check: null };
      correct.push({ protocol, validators, outcome: await search(request, { ...asked, shrink: false }, io) });
    }
  }
  io.out(asked.json ? `${JSON.stringify({ rows, correct })}\n` : tableText(rows, correct, budget));
  return rows.every(({ outcome }) => outcome.found !== null) && correct.every(({ outcome }) => outcome.found === null);
}

const countOf = (validators: number | readonly unknown[]): number =>
  typeof validators === 'number' ? validators : validators.length;

function tableText(rows: readonly MutantRow[], correct: readonly CorrectRow[], budget: number): string {
  const lines = [
    `Budget: ${budget} runs a variant, ${budget * SURVIVAL} for the correct protocol.`,
    '',
    '| protocol | variant | n | check | found at run | faults found → shrunk (preset) | nodes | shrinking runs |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const { protocol, mutant, check, validators, outcome, presetFaults } of rows) {
    const { found } = outcome;
    const shrunk = found?.shrunk ?? null;
    const size =
      found === null
        ? '–'
        : `${faultsOf(found.scenario)} → ${shrunk?.scenario.faults.length ?? '–'} (${presetFaults ?? '–'})`;
    const nodes = shrunk === null ? '–' : validatorCount(shrunk.scenario);
    const at = found === null ? `not in ${outcome.runs}` : found.index + 1;
    lines.push(
      `| ${protocol} | ${mutant} | ${validators} | ${check} | ${at} | ${size} | ${nodes} | ${shrunk?.runs ?? '–'} |`,
    );
  }
  for (const { protocol, validators, outcome } of correct) {
    const verdict = outcome.found === null ? `survives ${outcome.runs}` : `VIOLATED at run ${outcome.found.index + 1}`;
    lines.push(
      `| ${protocol} | (correct) | ${validators} | all | ${verdict} | ${outcome.faults} faults in all | – | – |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const faultsOf = (scenario: Scenario): string => (scenario.storm === null ? String(scenario.faults.length) : 'a storm');
