/** `--mode exhaustive`: every order of events of a built-in model, or of real machines within bounds. */
import { machineModel } from '../../checks/explore/machines.ts';
import type { Model, ModelReport } from '../../checks/explore/model.ts';
import { transactionCommit, twoPhaseCommit } from '../../checks/explore/models/commit.ts';
import { synod, voting } from '../../checks/explore/models/synod.ts';
import { searchModel } from '../../checks/explore/search.ts';
import { TestnetError } from '../../core/problem.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { plainScenario } from '../../explore/index.ts';
import { validatorCount } from '../../scenario/index.ts';
import { loadScenario } from '../source.ts';
import type { ExploreArguments } from './arguments.ts';
import type { ExploreIo } from './search.ts';

interface BuiltIn {
  readonly mutants: readonly string[];
  run(size: number, mutant: string | null, limits: Limits): ModelReport;
}

interface Limits {
  readonly statesMax: number;
  readonly depthMax: number;
  readonly reduce: boolean;
}

/** By the name that `--model` takes. `--validators` is the number of resource managers or acceptors. */
const MODELS: Readonly<Record<string, BuiltIn>> = {
  'transaction-commit': { mutants: [], run: (size, _, limits) => searchModel(transactionCommit(size), limits) },
  'two-phase-commit': {
    mutants: ['release-after-yes'],
    run: (size, mutant, limits) =>
      searchModel(twoPhaseCommit(size, mutant === 'release-after-yes' ? mutant : null), limits),
  },
  voting: { mutants: [], run: (size, _, limits) => searchModel(voting(synodSize(size)), limits) },
  synod: {
    mutants: ['own-value'],
    run: (size, mutant, limits) => searchModel(synod(synodSize(size), mutant === 'own-value' ? mutant : null), limits),
  },
};

const synodSize = (acceptors: number) => ({ acceptors, values: acceptors === 1 ? 1 : 2, ballots: 2 });

/** True where no property is violated. @throws TestnetError `bad-input` */
export async function exploreExhaustively(asked: ExploreArguments, io: ExploreIo): Promise<boolean> {
  const limits = { statesMax: asked.budget, depthMax: asked.depth, reduce: true };
  const began = performance.now();
  const report = asked.model === null ? await machines(asked, limits) : builtIn(asked, asked.model, limits);
  const wallMs = performance.now() - began;
  io.out(asked.json ? `${JSON.stringify({ ...report, wallMs })}\n` : reportText(report, wallMs));
  return report.counterexample === null;
}

function builtIn({ mutant, validators }: ExploreArguments, name: string, limits: Limits): ModelReport {
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model === undefined) throw refused('--model', name, Object.keys(MODELS).join(', '));
  if (mutant !== null && !model.mutants.includes(mutant)) {
    throw refused('--mutant', mutant, model.mutants.length === 0 ? 'none for this model' : model.mutants.join(', '));
  }
  if (validators > 6) throw refused('--validators', String(validators), 'at most 6 for a model');
  return model.run(validators, mutant, limits);
}

async function machines(asked: ExploreArguments, limits: Limits): Promise<ModelReport> {
  const loaded = asked.source === null ? null : await loadScenario(asked.source, asked.set, null);
  if (loaded !== null && 'problems' in loaded) throw new TestnetError('bad-input', 'bad scenario', loaded.problems);
  const base = loaded?.scenario ?? plainScenario(asked);
  const protocol = PROTOCOLS.get(base.protocol.name);
  if (protocol === undefined) throw refused('--protocol', base.protocol.name, [...PROTOCOLS.keys()].join(', '));
  const { config, mutant } = base.protocol;
  const { drops, duplicates, crashes } = asked;
  const bounds = { drops, duplicates, crashes, timeouts: Math.max(1, asked.timeouts) };
  const model: Model<unknown, unknown> = machineModel(protocol, {
    validators: validatorCount(base),
    config,
    mutant,
    slots: 1,
    ...bounds,
  }) as Model<unknown, unknown>;
  return searchModel(model, limits);
}

function reportText(report: ModelReport, wallMs: number): string {
  const { model, distinctStates, generatedStates, depth, deadlocks, isComplete, counterexample, neverSeen } = report;
  const rate = (distinctStates * 1000) / Math.max(1, wallMs);
  return [
    `${model}: ${isComplete ? 'complete' : counterexample === null ? 'ended by its bounds' : 'stopped at a violation'}`,
    `  distinct states   ${whole(distinctStates)} in ${(wallMs / 1000).toFixed(1)} s, ${whole(Math.round(rate))}/s`,
    `  generated states  ${whole(generatedStates)}`,
    `  depth             ${depth}`,
    `  final states      ${whole(deadlocks)}`,
    ...(isComplete ? neverSeen : []).map((name) => `  never seen        ${name}`),
    ...(counterexample === null
      ? ['  violated          nothing', '']
      : [
          `  violated          ${counterexample.property}, shortest way:`,
          ...counterexample.path.map((step, i) => `  ${String(i + 1).padStart(4)}. ${step}`),
          '',
        ]),
  ].join('\n');
}

const whole = (value: number): string => value.toLocaleString('en-US');

function refused(path: string, found: string, expected: string): TestnetError {
  const problem = { path, found: JSON.stringify(found.slice(0, 60)), expected };
  return new TestnetError('bad-input', `${path}: found ${problem.found}, expected ${expected}`, [problem]);
}
