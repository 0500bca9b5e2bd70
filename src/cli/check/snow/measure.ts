/** How often the machines disagree: instances of Slush or Snowflake decided in whole testnets, over seeds. */
import type { DecideHighlight, Highlight, MessageHighlight } from '../../../kernel/trace/highlights.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { RunObserver } from '../../../runtime/executor.ts';
import { openInProcess } from '../../../runtime/inprocess.ts';
import { compileScenario, type Scenario, validateScenario } from '../../../scenario/index.ts';
import type { SnowModel } from './chain.ts';

export interface Measured {
  /** Instances that every correct node has decided, or that two have decided differently. */
  readonly instances: number;
  readonly disagreements: number;
  /** By how many correct nodes asked with the first colour first: instances. */
  readonly splits: readonly number[];
}

/** What is known of one instance. */
interface Instance {
  /** By colour: correct nodes that asked with it first, and those that decided it. */
  readonly asked: Map<string, number>;
  readonly askers: Set<number>;
  readonly decided: Map<string, number>;
}

/** Virtual ms of one run. */
const RUN_MS = 20_000;

/** @throws Error when the model fits no testnet */
export async function measure(model: SnowModel, seeds: readonly number[]): Promise<Measured> {
  const correct = model.nodeCount - model.liarCount;
  const total = { instances: 0, disagreements: 0, splits: new Array<number>(correct + 1).fill(0) };
  for (const seed of seeds) {
    for (const { asked, decided } of (await instancesOf(model, seed)).values()) {
      const deciders = [...decided.values()].reduce((sum, count) => sum + count, 0);
      if (deciders < correct && decided.size < 2) continue;
      const [first = 0] = asked.values();
      // Where a node took its colour from a decided neighbour and asked nobody, it counts with the rest.
      total.splits[Math.min(correct, first)] = (total.splits[Math.min(correct, first)] ?? 0) + 1;
      total.instances++;
      if (decided.size > 1) total.disagreements++;
    }
  }
  return total;
}

async function instancesOf(model: SnowModel, seed: number): Promise<Map<number, Instance>> {
  const instances = new Map<number, Instance>();
  const isLiar = (node: number): boolean => node >= model.nodeCount - model.liarCount;
  const of = (slot: number): Instance => {
    const known = instances.get(slot) ?? { asked: new Map(), askers: new Set(), decided: new Map() };
    instances.set(slot, known);
    return known;
  };
  const onQuery = ({ node, slot, digest }: MessageHighlight): void => {
    const { asked, askers } = of(slot);
    if (digest === '' || askers.has(node)) return;
    askers.add(node);
    asked.set(digest, (asked.get(digest) ?? 0) + 1);
  };
  const onDecision = ({ decision: { slot, digest } }: DecideHighlight): void => {
    const { decided } = of(slot);
    decided.set(digest, (decided.get(digest) ?? 0) + 1);
  };
  const onHighlight = (highlight: Highlight): void => {
    if (isLiar(highlight.node)) return;
    if (highlight.kind === 'decide') onDecision(highlight);
    if (highlight.kind === 'message' && highlight.type === QUERY) onQuery(highlight);
  };
  const plan = compileScenario(scenarioOf(model, seed), PROTOCOLS);
  const watch: RunObserver = { name: 'instances', onHighlight, ...SILENT };
  const run = await openInProcess(plan, { keepWords: false, highlights: 'all' }, () => [watch]);
  run.run({ until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null });
  return instances;
}

const QUERY = PROTOCOLS.get('avalanche')?.declaration.messages.findIndex(({ type }) => type === 'query') ?? -1;

const SILENT = {
  onHorizon: () => undefined,
  report: () => null,
  capture: () => null,
  restore: () => undefined,
} as const;

function scenarioOf({ mode, nodeCount, liarCount, sampleSize, alpha, beta }: SnowModel, seed: number): Scenario {
  const faults = Array.from({ length: liarCount }, (_, i) => {
    const target = `v${nodeCount - 1 - i}`;
    return { kind: 'byzantine', target, behaviour: 'equivocate', types: ['chit'], peers: [target], at: 0 };
  });
  const config = {
    mode,
    sampleSize,
    alpha,
    beta1: beta,
    beta2: beta,
    rounds: beta,
    issueTimeMs: 20,
    pollTimeoutMs: 100,
  };
  const validated = validateScenario(
    {
      seed,
      protocol: { name: 'avalanche', config },
      validators: nodeCount,
      crypto: { suite: 'modelled:ed25519' },
      network: { latency: { kind: 'uniform', minMs: 1, maxMs: 10 } },
      workload: { ratePerSecond: 1 },
      faults,
      stop: { ms: RUN_MS },
    },
    PROTOCOLS,
  );
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}
