/** Every protocol with a net: correct nodes keep to it in storms within its fault model, broken variants leave it, liars are told. */
import { beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { openInProcess } from '../../runtime/inprocess.ts';
import { compileScenario, presetById, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { Conformance, type ConformanceReport } from './conformance.ts';
import { describeDeviation } from './describe.ts';
import { deadlocks, explore } from './reach.ts';
import { unfoldNet } from './unfold.ts';

async function replayed(input: unknown): Promise<ConformanceReport> {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const plan = compileScenario(validated.scenario, PROTOCOLS);
  const options = { keepWords: false, highlights: 'all' } as const;
  const executor = await openInProcess(plan, options, (world) => [new Conformance(world)]);
  executor.run({ until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null });
  return (await executor.status()).reports['petri'] as ConformanceReport;
}

interface Case {
  /** Where the case is not called by it. */
  readonly protocol?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly sizes: readonly number[];
  readonly stopMs: number;
  /** Steps of correct nodes that the storms must have at least, so that they show something. */
  readonly stepsMin: number;
  /** The same of one that is alone; 10 if absent. Who has nobody to ask takes fewer. */
  readonly stepsAlone?: number;
  /** A storm in which the check once found fault with correct nodes. */
  readonly once?: { readonly seed: number; readonly validators: number; readonly intensity: number };
}

const CASES: Readonly<Record<string, Case>> = {
  pbft: {
    config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 1500,
    // A decision waited in the queue of an earlier step.
    once: { seed: 1045, validators: 4, intensity: 0.4 },
  },
  tendermint: {
    config: { blockTimeMs: 500 },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 800,
    // A traitor's prevote was seen by correct validators in a POLKA alone.
    once: { seed: 2145, validators: 6, intensity: 0.6 },
  },
  'hotstuff, chained': {
    protocol: 'hotstuff',
    config: { blockTimeMs: 300, mode: 'chained' },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 800,
  },
  'hotstuff, two-chain': {
    protocol: 'hotstuff',
    config: { blockTimeMs: 300, mode: 'two-chain' },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 800,
  },
  'hotstuff, basic': {
    protocol: 'hotstuff',
    config: { blockTimeMs: 300, mode: 'basic' },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 1500,
  },
  svbft: {
    config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 700,
  },
  fastpath: {
    config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, fastTimeoutMs: 200, statusPeriodMs: 1000 },
    sizes: [4, 6, 7],
    stopMs: 12_000,
    stepsMin: 700,
  },
  raft: { config: { blockTimeMs: 500 }, sizes: [3, 4, 5], stopMs: 15_000, stepsMin: 700 },
  paxos: { config: { blockTimeMs: 500 }, sizes: [3, 4, 5], stopMs: 15_000, stepsMin: 700 },
  avalanche: { config: {}, sizes: [4, 7, 10], stopMs: 15_000, stepsMin: 2500, stepsAlone: 5 },
  snowball: {
    protocol: 'avalanche',
    config: { mode: 'snowball' },
    sizes: [4, 7, 10],
    stopMs: 15_000,
    stepsMin: 1500,
    stepsAlone: 0,
  },
  snowflake: {
    protocol: 'avalanche',
    config: { mode: 'snowflake' },
    sizes: [4, 7, 10],
    stopMs: 15_000,
    stepsMin: 1500,
    stepsAlone: 0,
  },
  slush: {
    protocol: 'avalanche',
    config: { mode: 'slush' },
    sizes: [4, 7, 10],
    stopMs: 15_000,
    stepsMin: 1500,
    stepsAlone: 0,
  },
};

function quiet(of: string, more: Partial<ScenarioInput> = {}): ScenarioInput {
  const { protocol: name = of, config = {} } = CASES[of] ?? {};
  return {
    seed: 5,
    protocol: { name, config: { ...config } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { ratePerSecond: 5 },
    stop: { ms: 8000 },
    ...more,
  };
}

describe.each(Object.entries(CASES))('%s', (name, { sizes, stopMs, stepsMin, stepsAlone = 10, once }) => {
  const reports: ConformanceReport[] = [];
  const random = Array.from({ length: 8 }, (_, i) => {
    const seed = 400 + i;
    return { seed, validators: sizes[seed % sizes.length] ?? 4, intensity: 0.3 + 0.1 * (seed % 7), ms: stopMs };
  });
  const storms = once === undefined ? random : [{ ...once, ms: 25_000 }, ...random];

  beforeAll(async () => {
    for (const { seed, validators, intensity, ms } of storms) {
      const storm = { intensity, beyond: false, startMs: 300 };
      const network = { synchrony: { kind: 'partial', gstMs: 9000, deltaMs: 200 } } as const;
      reports.push(await replayed(quiet(name, { seed, validators, network, storm, stop: { ms } })));
    }
  }, 120_000);

  it('keeps its correct nodes on the net in storms', () => {
    reports.forEach(({ checks, fitness, deviations }, i) => {
      const broken = deviations.filter(({ isCorrect }) => isCorrect).map(describeDeviation);
      expect(broken, `seed ${storms[i]?.seed}`).toEqual([]);
      expect(checks.map(({ name: check, verdict }) => [check, verdict])).toEqual([['petri-net', 'holds']]);
      expect(fitness).toBe(1);
    });
    expect(reports.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThan(stepsMin);
  });

  it('keeps to it alone, and in pairs', async () => {
    for (const validators of [1, 2]) {
      const { checks, steps } = await replayed(quiet(name, { validators }));
      expect(checks[0]?.verdict, `${validators}: ${checks[0]?.detail}`).toBe('holds');
      expect(steps).toBeGreaterThan(validators === 1 ? stepsAlone : 10);
    }
  });
});

describe('a broken variant', () => {
  it.each([
    ['mutant-quorum-2f', /commit for slot \d+, epoch 0, without "PREPAREs" \(2 of 3\)/],
    ['mutant-slot-conflict', /prepare for slot \d+, epoch 0, without "may vote" \(0 of 1\)/],
    ['mutant-pbft-votes-not-distinct', /commit for slot \d+, epoch 0, without "PREPAREs" \(2 of 3\)/],
    ['mutant-fastpath-75', /decide for slot \d+, epoch 0, without "VOTEs" \(3 of 4\)/],
    ['mutant-tendermint-quorum-2f+1-any-n', /precommit for slot \d+, epoch \d+, without "PREVOTEs" \(\d of \d\)/],
    ['mutant-tendermint-unverified', /decide for slot \d+, epoch \d+, without "PRECOMMITs" \(\d of \d\)/],
    ['mutant-hotstuff-two-phase', /commit for slot \d+, epoch \d+, without "PRE-COMMIT VOTEs" \(0 of \d\)/],
    ['mutant-raft-majority-of-peers', /decide for slot \d+, epoch \d+, without "ACKs" \(1 of 2\)/],
    ['mutant-raft-forgets-vote', /vote for epoch \d+, without "may vote" \(0 of 1\)/],
    ['mutant-snow-alpha-half', /decide for slot \d+, epoch \d+, without "preferences" \(2 of 3\)/],
    ['mutant-paxos-amnesia', /accepted for slot \d+, epoch \d+, without "promised" \(0 of 1\)/],
  ])('%s takes correct nodes off the net', async (preset, detail) => {
    const { checks, fitness } = await replayed(presetById(preset)?.scenario);
    expect(checks[0]).toMatchObject({ verdict: 'violated', atMs: expect.any(Number) });
    expect(checks[0]?.detail).toMatch(detail);
    expect(fitness).toBeLessThan(1);
  });
});

describe('a traitor', () => {
  it.each([
    ['pbft', 'equivocate', ['v0'], /pre-prepare for .* "may vote"/],
    ['pbft', 'double-vote', ['v1'], /prepare for .* "may vote"/],
    ['pbft', 'forged-sender', ['v0'], /"said by v\d before"/],
    ['fastpath', 'equivocate', ['v1'], /proposal for .* "may propose"/],
    ['hotstuff, chained', 'double-vote', ['v1'], /vote for .* "may vote"/],
    ['tendermint', 'double-vote', ['v1'], /prevote for .* "may prevote"/],
    ['avalanche', 'equivocate', ['v1'], /vertex for .* "may issue"/],
    // Whoever is elected.
    ['raft', 'equivocate', ['v0', 'v1', 'v2'], /append for .* "may append"/],
    ['paxos', 'equivocate', ['v0', 'v1', 'v2'], /accept for .* "may accept"/],
  ] as const)('of %s that does %s is told by its steps', async (name, behaviour, targets, sign) => {
    const faults = targets.map((target) => ({ kind: 'byzantine', target, behaviour, at: 700 }) as const);
    const { deviations } = await replayed(quiet(name, { validators: 4, faults }));
    expect(deviations.map(describeDeviation).join('\n')).toMatch(sign);
    expect(deviations.filter(({ isCorrect }) => isCorrect)).toEqual([]);
  });
});

describe('unfolded', () => {
  const reach = (name: string, validators: number) => {
    const { net, quorum } = PROTOCOLS.get(name)?.declaration ?? {};
    if (net === undefined || quorum === undefined) throw new Error(`${name} has no net`);
    const epochs = net.epochsMin ?? 1;
    return explore(unfoldNet(net, { validators, quorum: quorum(validators), epochs, values: 1 }, name));
  };

  it.each([
    ['pbft', 6673],
    ['tendermint', 16_516],
    ['fastpath', 5386],
    ['raft', 2731],
    ['paxos', 21_851],
    ['avalanche', 56_560],
  ])('the net of four nodes of %s has %i markings', (name, markings) => {
    const graph = reach(name, 4);
    expect({ cutOff: graph.cutOff, markings: graph.markings.size }).toEqual({ cutOff: null, markings });
  });

  // Ongaro & Ousterhout, figure 3 (election safety): a term has one leader, because majorities meet and a server votes once.
  it('Raft elects one leader a term; with a quorum of half the servers it does not', () => {
    const { net } = PROTOCOLS.get('raft')?.declaration ?? {};
    if (net === undefined) throw new Error('no net');
    const elected = (quorum: number): number => {
      const election = { ...net, transitions: net.transitions.filter(({ id }) => ['campaign', 'vote'].includes(id)) };
      const unfolded = unfoldNet(election, { validators: 4, quorum, epochs: 2, values: 2 }, 'election');
      const votes = unfolded.places.flatMap(({ id }, i) => (id.startsWith('votes.e1') ? [i] : []));
      const { markings, cutOff } = explore(unfolded);
      expect({ cutOff, candidates: votes.length }).toEqual({ cutOff: null, candidates: 2 });
      let most = 0;
      for (let at = 0; at < markings.size; at++) {
        const tokens = markings.at(at);
        most = Math.max(most, votes.filter((place) => (tokens[place] ?? 0) >= quorum).length);
      }
      return most;
    };
    expect(elected(3)).toBe(1);
    expect(elected(2)).toBe(2);
  });

  it('Raft ends where every server has committed, and only there', () => {
    const { net } = PROTOCOLS.get('raft')?.declaration ?? {};
    const unfolded = unfoldNet(
      net as NonNullable<typeof net>,
      { validators: 4, quorum: 3, epochs: 2, values: 1 },
      'raft',
    );
    const graph = explore(unfolded);
    const committed = unfolded.places.flatMap(({ id }, i) => (id.startsWith('committed') ? [i] : []));
    expect({ ends: deadlocks(graph).length, servers: committed.length }).toEqual({ ends: 1, servers: 4 });
    for (const at of deadlocks(graph)) {
      const tokens = graph.markings.at(at);
      expect(committed.map((place) => tokens[place])).toEqual([1, 1, 1, 1]);
    }
  });
});
