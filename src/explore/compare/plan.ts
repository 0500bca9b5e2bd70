/** From what is to be compared to the runs that must be made. Pure. */
import { required } from '../../core/assert.ts';
import { TestnetError } from '../../core/problem.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type Scenario, validatorCount } from '../../scenario/index.ts';
import { oneOf } from '../../scenario/show.ts';
import { withoutStorm } from '../shrink/index.ts';
import { aimOf, FAULT_CASES, faultCase } from './cases.ts';
import { leaveOut, translate, type Translated, withModelledSuites } from './translate.ts';
import {
  type Aim,
  type Cell,
  type ComparisonPlan,
  type ComparisonRequest,
  PROTOCOLS_MAX,
  PROTOCOLS_MIN,
  type RowHeading,
} from './types.ts';

/** Where a scenario does not say when to stop, virtual ms. */
const STOP_DEFAULT_MS = 30_000;
export const ROWS_MAX = 16;
const VALIDATORS_MAX = 256;
const SEED_MAX = 0xffff_ffff;

/** @throws TestnetError `bad-input` naming what cannot be compared */
export function planComparison(request: ComparisonRequest): ComparisonPlan {
  const protocols = protocolsOf(request.protocols);
  const { vary } = request;
  const rows = rowsOf(request);
  const cells = rows.flatMap((_, row) => {
    // Random faults follow from the seed: they are drawn anew for each.
    const seed = vary.kind === 'seeds' ? (vary.seeds[row] ?? 0) : request.base.seed;
    const base = prepare({ ...request, base: { ...request.base, seed } });
    return protocols.map((protocol, column): Cell => {
      const { scenario, notes } = translate(base.scenario, protocol);
      const made = rowScenario(request, row, scenario, protocol);
      return { row, column, scenario: made.scenario, aim: made.aim, notes: [...base.notes, ...notes, ...made.notes] };
    });
  });
  const columns = protocols.map(({ declaration: { name, title, faultModel } }) => ({
    protocol: name,
    title,
    faultModel,
  }));
  return { name: request.name, rows, columns, cells };
}

function protocolsOf(names: readonly string[]): AnyProtocol[] {
  const known = oneOf([...PROTOCOLS.keys()]);
  if (names.length < PROTOCOLS_MIN || names.length > PROTOCOLS_MAX) {
    throw refusal('protocols', `${names.length} of them`, `${PROTOCOLS_MIN} to ${PROTOCOLS_MAX} of ${known}`);
  }
  for (const [i, name] of names.entries()) {
    if (!PROTOCOLS.has(name)) throw refusal(`protocols[${i}]`, JSON.stringify(name.slice(0, 60)), known);
    if (names.indexOf(name) !== i) throw refusal(`protocols[${i}]`, JSON.stringify(name), 'each protocol once');
  }
  return names.map((name) => required(PROTOCOLS.get(name), `protocol ${name}`));
}

/** The base as all protocols get it: its storm written out, an end, and signatures as wanted. */
function prepare({ base, realSignatures }: ComparisonRequest): Translated {
  const notes: string[] = [];
  let scenario = withoutStorm(base);
  if (base.storm !== null) notes.push(`the storm that ${base.protocol.name} would get from this seed, for everyone`);
  if (scenario.stop.height === null && scenario.stop.ms === null) {
    scenario = { ...scenario, stop: { height: null, ms: STOP_DEFAULT_MS } };
  }
  return { scenario: realSignatures ? scenario : withModelledSuites(scenario), notes };
}

function rowsOf({ vary }: ComparisonRequest): RowHeading[] {
  if (vary.kind === 'none') return [{ id: 'as-it-is', label: 'the scenario' }];
  if (vary.kind === 'validators') {
    const { counts } = vary;
    if (counts.length === 0 || counts.length > ROWS_MAX) {
      throw refusal('vary', `${counts.length} sizes`, `1 to ${ROWS_MAX} numbers of validators`);
    }
    const bad = counts.find((count) => !Number.isInteger(count) || count < 1 || count > VALIDATORS_MAX);
    if (bad !== undefined) throw refusal('vary', String(bad), `a number of validators from 1 to ${VALIDATORS_MAX}`);
    return counts.map((count) => ({ id: `n-${count}`, label: `n = ${count}` }));
  }
  if (vary.kind === 'seeds') {
    const { seeds } = vary;
    const bad = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed > SEED_MAX);
    if (bad !== undefined || seeds.length === 0 || seeds.length > ROWS_MAX) {
      throw refusal('vary', seeds.join(','), `1 to ${ROWS_MAX} seeds from 0 to ${SEED_MAX}`);
    }
    return seeds.map((seed) => ({ id: `seed-${seed}`, label: `seed ${seed}` }));
  }
  if (vary.cases.length === 0) throw refusal('vary', 'no case', 'at least one');
  return vary.cases.map((id) => {
    const known = faultCase(id);
    const ids = oneOf(FAULT_CASES.map((each) => each.id));
    if (known === null) throw refusal('vary', JSON.stringify(id.slice(0, 60)), ids);
    return { id, label: known.label };
  });
}

function rowScenario(
  { vary }: ComparisonRequest,
  row: number,
  scenario: Scenario,
  protocol: AnyProtocol,
): Translated & { readonly aim: Aim | null } {
  if (vary.kind === 'none' || vary.kind === 'seeds') return { scenario, notes: [], aim: null };
  if (vary.kind === 'validators') {
    return { ...leaveOut({ ...scenario, validators: vary.counts[row] ?? 1 }, []), aim: null };
  }
  const known = required(faultCase(vary.cases[row] ?? ''), 'the case of a row');
  const endMs = scenario.stop.ms ?? STOP_DEFAULT_MS;
  const plain: Scenario = { ...scenario, faults: [], stop: { height: null, ms: endMs } };
  const aim = aimOf(known, protocol, validatorCount(scenario), Math.round(endMs / 3));
  return { scenario: plain, notes: [], aim };
}

function refusal(path: string, found: string, expected: string): TestnetError {
  const message = `${path}: found ${found}, expected ${expected}`;
  return new TestnetError('bad-input', message, [{ path, found, expected }]);
}
