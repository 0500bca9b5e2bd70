/** What every generator of a search knows: the protocol as it declares itself, who may lie, and when slots were decided. */
import { InvariantError, required } from '../core/assert.ts';
import { type Micros, MILLISECOND, msFromMicros, SECOND } from '../core/time.ts';
import { costsOf } from '../crypto/costs.ts';
import type { Behaviour, FaultBody } from '../kernel/plan.ts';
import type { DecideHighlight } from '../kernel/trace/highlights.ts';
import type { MessageDeclaration } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { behavioursOf } from '../scenario/behaviours.ts';
import { compileScenario, type FaultInput, nodeNames, type Scenario, validatorCount } from '../scenario/index.ts';
import { faultBudget } from '../scenario/storm.ts';

/** When correct nodes decided a slot of the run without faults, ms. */
export interface SlotTimes {
  readonly slot: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Field {
  readonly base: Scenario;
  readonly validatorCount: number;
  readonly names: readonly string[];
  readonly byzantineMax: number;
  readonly faultyMax: number;
  readonly behaviours: readonly Behaviour[];
  /** The protocol's own hooks among them. */
  readonly ownBehaviours: readonly string[];
  readonly messages: readonly MessageDeclaration[];
  /** Messages that proposals and votes travel in, in the order of their phases. */
  readonly agreementTypes: readonly string[];
  /** Ascending. */
  readonly slots: readonly SlotTimes[];
  /** From one decision to the next without faults, ms. */
  readonly slotMs: number;
  /** How long after a calm moment the protocol promises to decide again, ms. */
  readonly boundMs: number;
}

const PHASES = ['propose', 'first', 'second', 'third', 'change', 'cross', 'sync', 'client'] as const;
const AGREEMENT: ReadonlySet<string> = new Set(['propose', 'first', 'second', 'third', 'cross']);
/** How much of a run without faults is looked at, virtual µs. */
const SCOUTED: Micros = 8 * SECOND;
const SLOT_DEFAULT_MS = 1000;
/** Watched for recovery where nothing is promised. */
const UNPROMISED_MS = 60_000;

/** Runs the base without its faults for eight virtual seconds and looks when slots are decided. */
export async function surveyField(base: Scenario): Promise<Field> {
  const protocol = required(PROTOCOLS.get(base.protocol.name), `protocol ${base.protocol.name}`);
  const { declaration } = protocol;
  const n = validatorCount(base);
  const budget = faultBudget({ validatorCount: n, faultModel: declaration.faultModel });
  const slots = await scout(base);
  const [first, last] = [slots[0], slots.at(-1)];
  const spans = Math.max(1, slots.length - 1);
  const slotMs = first === undefined || last === undefined ? 0 : (last.firstMs - first.firstMs) / spans;
  const ranked = [...declaration.messages].sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
  const agreement = ranked.filter(({ phase }) => AGREEMENT.has(phase)).map(({ type }) => type);
  return {
    base,
    validatorCount: n,
    names: nodeNames(base),
    byzantineMax: budget.byzantine,
    faultyMax: budget.total,
    behaviours: declaration.faultModel === 'byzantine' ? behavioursOf(declaration) : [],
    ownBehaviours: declaration.behaviours,
    messages: declaration.messages,
    agreementTypes: agreement,
    slots,
    slotMs: slotMs > 0 ? Math.max(20, Math.round(slotMs)) : SLOT_DEFAULT_MS,
    boundMs: livenessBoundMs(base),
  };
}

/** The protocol's own bound on recovery in this scenario, virtual ms; a minute where network or protocol promises none. */
export function livenessBoundMs(scenario: Scenario): number {
  const { synchrony } = scenario.network;
  if (synchrony.kind === 'asynchronous') return UNPROMISED_MS;
  const protocol = required(PROTOCOLS.get(scenario.protocol.name), 'the protocol');
  const { shards } = scenario;
  const parsed = protocol.parseConfig(scenario.protocol.config, validatorCount(scenario), shards?.validatorsPerShard);
  if ('problems' in parsed) return UNPROMISED_MS;
  const plan = compileScenario(scenario, PROTOCOLS);
  const slowest = plan.validators.reduce((most, { suite }) => {
    const { signMicros, verifyMicros } = costsOf(suite);
    return Math.max(most, signMicros + verifyMicros);
  }, 0);
  const count = plan.validators.length;
  const bound = protocol.livenessBound(parsed.config, {
    deltaMicros: synchrony.deltaMs * MILLISECOND,
    validatorCount: count,
    stepMicros: slowest * count,
  });
  return Number.isFinite(bound) ? msFromMicros(bound) : UNPROMISED_MS;
}

async function scout(base: Scenario): Promise<SlotTimes[]> {
  const calm: Scenario = { ...base, faults: [], storm: null, stop: { height: null, ms: null } };
  const times = new Map<number, { firstMs: number; lastMs: number }>();
  const note = ({ t, decision }: DecideHighlight): void => {
    const ms = msFromMicros(t);
    const known = times.get(decision.slot);
    if (known === undefined) times.set(decision.slot, { firstMs: ms, lastMs: ms });
    else known.lastMs = Math.max(known.lastMs, ms);
  };
  const watch = {
    name: 'scout',
    onHighlight: (highlight: { readonly kind: string }) => {
      if (highlight.kind === 'decide') note(highlight as DecideHighlight);
    },
    onHorizon: () => undefined,
    report: () => null,
    capture: () => null,
    restore: () => undefined,
  };
  const options = { keepWords: false, highlights: 'decisions' } as const;
  const run = await openInProcess(compileScenario(calm, PROTOCOLS), options, () => [watch]);
  run.run({ until: SCOUTED, windows: Number.POSITIVE_INFINITY, goal: null });
  return [...times].map(([slot, span]) => ({ slot, ...span })).sort((a, b) => a.slot - b.slot);
}

type TimedBody = FaultBody & { readonly at: Micros; readonly until: Micros | null };

/** A fault that a storm drew as a document writes it. @throws InvariantError for kinds that storms do not draw */
export function writeFault(
  { names, validatorCount: n }: Pick<Field, 'names' | 'validatorCount'>,
  fault: TimedBody,
): FaultInput {
  const timing = { at: msFromMicros(fault.at), until: fault.until === null ? null : msFromMicros(fault.until) };
  const named = (nodes: readonly number[]): string[] => nodes.map((node) => names[node] ?? `v${node}`);
  switch (fault.kind) {
    case 'crash':
      return { kind: 'crash', target: `v${fault.target}`, restart: fault.disk, ...timing };
    case 'partition':
      return { kind: 'partition', groups: fault.groups.map(named), oneWay: fault.oneWay, cut: fault.cut, ...timing };
    case 'slow':
      return { kind: 'slow', target: named([fault.target])[0] as string, factor: fault.factorMilli / 1000, ...timing };
    case 'byzantine': {
      const peers = fault.peers === null ? null : named(fault.peers);
      const types = fault.types === null ? null : [...fault.types];
      return { kind: 'byzantine', target: `v${fault.target}`, behaviour: fault.behaviour, peers, types, ...timing };
    }
    case 'link': {
      const everyone = (nodes: readonly number[]): boolean => nodes.length >= Math.max(n, names.length);
      const { delayMicros, lossPpm, duplicatePpm, symmetric, types } = fault;
      return {
        kind: 'link',
        from: everyone(fault.from) ? null : named(fault.from),
        to: everyone(fault.to) ? null : named(fault.to),
        symmetric,
        types: types === null ? null : [...types],
        delayMs: msFromMicros(delayMicros),
        loss: lossPpm / 1_000_000,
        duplicate: duplicatePpm / 1_000_000,
        ...timing,
      };
    }
    default:
      throw new InvariantError(`no storm draws a fault of kind ${fault.kind}`);
  }
}
