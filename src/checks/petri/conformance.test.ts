/** Correct nodes keep to the net whatever happens to them; whoever breaks the order is named with the step that does. */
import { beforeAll, describe, expect, it } from 'vitest';
import { clonePlain } from '../../core/clone.ts';
import type { DecideHighlight, Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { Behaviour } from '../../kernel/plan.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { openInProcess } from '../../runtime/inprocess.ts';
import { compileScenario, presetById, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { begins, liar, record, type Tape } from '../testing/tape.ts';
import { Conformance, type ConformanceReport } from './conformance.ts';
import { describeDeviation } from './describe.ts';

async function replayed(input: unknown): Promise<ConformanceReport> {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const plan = compileScenario(validated.scenario, PROTOCOLS);
  const options = { keepWords: false, highlights: 'all' } as const;
  const executor = await openInProcess(plan, options, (world) => [new Conformance(world)]);
  executor.run({ until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null });
  return (await executor.status()).reports['petri'] as ConformanceReport;
}

const QUICK: ScenarioInput = {
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { ratePerSecond: 20, accounts: 10 },
  stop: { ms: 12_000 },
};

function storm(seed: number): ScenarioInput {
  return {
    ...QUICK,
    seed,
    validators: [4, 6, 7, 10][seed % 4] ?? 4,
    network: { synchrony: { kind: 'partial', gstMs: 6000, deltaMs: 200 } },
    storm: { intensity: 0.2 + 0.1 * (seed % 9), beyond: false, startMs: 200 },
    stop: { ms: 15_000 },
  };
}

describe('storms, seeds 321 to 360', () => {
  const SEEDS = Array.from({ length: 40 }, (_, i) => 321 + i);
  const reports: ConformanceReport[] = [];

  beforeAll(async () => {
    for (const seed of SEEDS) reports.push(await replayed(storm(seed)));
  }, 120_000);

  it('take no correct node off the net: fitness 1', () => {
    reports.forEach(({ checks, fitness, deviations }, i) => {
      const broken = deviations.filter(({ isCorrect }) => isCorrect).map(describeDeviation);
      expect(broken, `seed ${SEEDS[i]}`).toEqual([]);
      expect(checks.map(({ name, kind, verdict }) => [name, kind, verdict])).toEqual([['petri-net', 'petri', 'holds']]);
      expect(fitness).toBe(1);
    });
  });

  it('nor does a decision on the vote of a traitor that only a certificate shows', async () => {
    const config = { blockTimeMs: 1000, viewChangeTimeoutMs: 700, statusPeriodMs: 600 };
    const seed338 = {
      ...storm(338),
      protocol: { name: 'svbft', config },
      workload: { ratePerSecond: 10 },
      stop: { ms: 20_000 },
    };
    const { checks, fitness, deviations } = await replayed(seed338);
    expect({ verdict: checks[0]?.verdict, fitness }).toEqual({ verdict: 'holds', fitness: 1 });
    expect(deviations.length).toBeGreaterThan(0);
  });

  it('were no summer breeze: traitors deviate in many of them, and thousands of steps were replayed', () => {
    expect(reports.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThan(8_000);
    expect(reports.filter(({ deviationCount }) => deviationCount > 0).length).toBeGreaterThan(8);
  });
});

/** What gives each behaviour away: the steps and what they lacked; null where the order of its steps is kept. */
const BEHAVIOURS: readonly (readonly [Behaviour, RegExp | null])[] = [
  ['equivocate', /proposal for .* "may propose"|prepare for .* "may prepare"/],
  ['double-vote', /prepare for .* "may prepare"/],
  ['forged-sender', /"said by v\d before"/],
  ['transplant', /commit for .* "said by v\d before"/],
  ['withhold', /prepare for .* "slot \d+ still open"/],
  ['twins', /proposal for .* "may propose"/],
  ['silent', null],
  ['selective', null],
  ['corrupt', null],
  ['replay', null],
  ['duplicate-votes', null],
  ['inflate-certificate', null],
];

describe('a traitor', () => {
  it.each(BEHAVIOURS)('that does %s is told by its steps', async (behaviour, sign) => {
    const { checks, deviations } = await replayed({
      ...QUICK,
      faults: [{ kind: 'byzantine', target: 'v0', behaviour, at: 700 }],
    });
    expect(checks[0]?.verdict).toBe('holds');
    const told = deviations.map(describeDeviation);
    if (sign === null) {
      expect(told.filter((text) => !text.startsWith('commit'))).toEqual([]);
      return;
    }
    expect(told.join('\n')).toMatch(sign);
    expect(deviations.every(({ node, isCorrect, t }) => node === 0 && !isCorrect && t >= 700_000)).toBe(true);
    expect(checks[0]?.detail).toContain('v0 is Byzantine and left it');
  });
});

describe('a broken variant of the protocol', () => {
  // Those whose fault is the order of steps; the others break what the net does not speak of.
  it.each([
    ['mutant-quorum-2f+1-any-n', /commit for slot \d+, epoch 0, without "PREPAREs" \(3 of 4\)/],
    ['mutant-votes-not-distinct', /commit for slot \d+, epoch 0, without "PREPAREs" \(2 of 3\)/],
    ['mutant-unverified', /decide for slot \d+, epoch 0, without "COMMITs" \(\d of 3\)/],
    ['mutant-no-domain-separation', /decide for slot \d+, epoch 0, without "COMMITs" \(\d of 3\)/],
  ])('%s takes correct nodes off the net', async (preset, detail) => {
    const { checks, fitness } = await replayed(presetById(preset)?.scenario);
    expect(checks[0]).toMatchObject({ verdict: 'violated', atMs: expect.any(Number) });
    expect(checks[0]?.detail).toMatch(detail);
    expect(fitness).toBeLessThan(1);
  });
});

let tape: Tape;
/** Steps of height 3: all in view 0, proposed by one node. */
const SLOT = 3;

beforeAll(async () => {
  tape = await record({ stop: { height: 5 } });
});

function replay(highlights: readonly Highlight[], on: Tape = tape): ConformanceReport {
  const conformance = new Conformance(on.world);
  for (const highlight of highlights) conformance.onHighlight(highlight);
  return conformance.report();
}

const isMessage = (highlight: Highlight, type: string, slot = SLOT): highlight is MessageHighlight =>
  highlight.kind === 'message' &&
  highlight.slot === slot &&
  tape.world.protocol.declaration.messages[highlight.type]?.type === type;

const isDecision = (highlight: Highlight, slot = SLOT): highlight is DecideHighlight =>
  highlight.kind === 'decide' && highlight.decision.slot === slot;

function positionOf(matches: (highlight: Highlight) => boolean): number {
  const found = tape.highlights.findIndex(matches);
  if (found < 0) throw new Error('the tape has no such step');
  return found;
}

/** The tape with the step at `from` moved before the one at `to`. */
function moved(from: number, to: number): Highlight[] {
  const list = [...tape.highlights];
  const [step] = list.splice(from, 1);
  list.splice(to < from ? to : to - 1, 0, step as Highlight);
  return list;
}

function first(highlights: readonly Highlight[]): string {
  const { checks, deviations } = replay(highlights);
  const [deviation] = deviations;
  if (deviation === undefined) return 'fits';
  expect(checks[0]?.verdict).toBe('violated');
  return `v${deviation.node}: ${describeDeviation(deviation)}`;
}

/** A digest no block has. */
const OTHER = 'ab'.repeat(32);

describe('an altered run', () => {
  it('fits as it was', () => {
    const { fitness, steps, deviations } = replay(tape.highlights);
    expect({ fitness, deviations }).toEqual({ fitness: 1, deviations: [] });
    // A proposal, four votes of either kind and four decisions a height; the last height is cut off.
    expect(steps).toBeGreaterThanOrEqual(4 * 13);
  });

  it('without its proposal: nobody may vote', () => {
    const without = tape.highlights.filter((highlight) => !isMessage(highlight, 'proposal'));
    expect(first(without)).toMatch(/^v\d: prepare for slot 3, epoch 0, without "proposals" \(0 of 1\)$/);
  });

  it('with one PREPARE too few: the first COMMIT has no quorum', () => {
    const prepares = tape.highlights.filter((highlight) => isMessage(highlight, 'prepare'));
    const gone = prepares.slice(1, 3);
    const [commit] = tape.highlights.filter((highlight) => isMessage(highlight, 'commit'));
    const without = tape.highlights.filter((highlight) => !gone.includes(highlight as MessageHighlight));
    expect(first(without)).toMatch(/^v\d: commit for slot 3, epoch 0, without .*"PREPAREs" \(2 of 3\)$/);
    expect(replay(without).deviations[0]?.t).toBe(commit?.t);
  });

  it('with a decision before its COMMITs', () => {
    const decision = positionOf((highlight) => isDecision(highlight));
    const commit = positionOf((highlight) => isMessage(highlight, 'commit'));
    expect(first(moved(decision, commit))).toMatch(/^v\d: decide for slot 3, epoch 0, without "COMMITs" \(\d of 3\)$/);
  });

  it('with a decision in the step that casts the last vote fits, and not when that vote never comes', () => {
    const commits = tape.highlights.filter((highlight) => isMessage(highlight, 'commit'));
    const last = commits[2] as MessageHighlight;
    const decision = positionOf((highlight) => isDecision(highlight) && highlight.node === last.node);
    const decided = { ...(tape.highlights[decision] as DecideHighlight), t: last.t - 1 };
    // Two others have committed; the node decides, and its own COMMIT departs a moment later.
    const list = tape.highlights.flatMap((highlight): Highlight[] => {
      if (highlight === last) return [decided, last];
      return highlight === tape.highlights[decision] ? [] : [highlight];
    });
    expect(first(list)).toBe('fits');
    expect(first(list.filter((highlight) => highlight !== last))).toBe(
      `v${last.node}: decide for slot 3, epoch 0, without "COMMITs" (2 of 3)`,
    );
  });

  it('with a vote for the next height before the decision', () => {
    const late = positionOf((highlight) => isDecision(highlight));
    const { node } = tape.highlights[late] as DecideHighlight;
    const next = positionOf((highlight) => isMessage(highlight, 'prepare', SLOT + 1) && highlight.node === node);
    expect(first(moved(late, next + 1))).toBe(
      `v${node}: prepare for slot 4, epoch 0, without "decided slot 3" (0 of 1)`,
    );
  });

  it.each([
    ['proposal', /proposal for slot 3, epoch 0, without "may propose" \(0 of 1\)/],
    ['prepare', /prepare for slot 3, epoch 0, without "may prepare" \(0 of 1\) and "proposals" \(0 of 1\)/],
    ['commit', /commit for slot 3, epoch 0, without "voted" \(0 of 1\) and "PREPAREs" \(0 of 3\)/],
  ])('with a second %s of another block', (type, expected) => {
    const at = positionOf((highlight) => isMessage(highlight, type));
    const second = { ...(tape.highlights[at] as MessageHighlight), digest: OTHER };
    const list = [...tape.highlights];
    list.splice(at + 1, 0, second);
    expect(first(list)).toMatch(expected);
  });

  it('with a step back into a view that was left', () => {
    const at = positionOf((highlight) => isMessage(highlight, 'prepare'));
    const prepare = tape.highlights[at] as MessageHighlight;
    const change = tape.world.protocol.declaration.messages.findIndex(({ type }) => type === 'view-change');
    const left = { ...prepare, type: change, epoch: 2, digest: '' };
    const list = [...tape.highlights];
    list.splice(at, 0, left);
    expect(first(list)).toBe(`v${prepare.node}: prepare for slot 3, epoch 0, without "in view" (0 of 1)`);
  });

  it('with a NEW-VIEW that nobody asked for', () => {
    const at = positionOf((highlight) => isMessage(highlight, 'prepare'));
    const type = tape.world.protocol.declaration.messages.findIndex((message) => message.type === 'proposal');
    const alone = { ...(tape.highlights[at] as MessageHighlight), type, epoch: 1 };
    expect(first([...tape.highlights.slice(0, at), alone])).toMatch(
      /proposal for slot 3, epoch 1, without "in view" \(0 of 1\) and "VIEW-CHANGEs" \(0 of 3\)/,
    );
  });

  it('with words put into the mouth of another, but not with words passed on', () => {
    const at = positionOf((highlight) => isMessage(highlight, 'prepare'));
    const prepare = tape.highlights[at] as MessageHighlight;
    const liarNode = (prepare.node + 1) % 4;
    const passed = { ...prepare, node: liarNode };
    const list = [...tape.highlights];
    list.splice(at + 1, 0, passed);
    expect(first(list)).toBe('fits');
    list.splice(at + 1, 1, { ...passed, digest: OTHER });
    expect(first(list)).toBe(
      `v${liarNode}: prepare for slot 3, epoch 0, without "said by v${prepare.node} before" (0 of 1)`,
    );
  });

  it('with repetitions fits', () => {
    const twice = (highlight: Highlight): Highlight[] =>
      highlight.kind === 'message' ? [highlight, highlight] : [highlight];
    expect(first(tape.highlights.flatMap(twice))).toBe('fits');
  });

  it('with a traitor that goes on lying: the run goes on, and the check holds', () => {
    const at = positionOf((highlight) => isMessage(highlight, 'commit'));
    const commit = tape.highlights[at] as MessageHighlight;
    const lies = Array.from({ length: 100 }, (_, i) => ({ ...commit, digest: `${100 + i}`.padEnd(64, '0') }));
    const list = [...tape.highlights];
    list.splice(at + 1, 0, begins(liar(commit.node), commit.t), ...lies);
    const { checks, deviations, deviationCount, fitness } = replay(list);
    expect({ verdict: checks[0]?.verdict, deviationCount, fitness }).toEqual({
      verdict: 'holds',
      deviationCount: 100,
      fitness: 1,
    });
    expect(deviations).toHaveLength(32);
    expect(checks[0]?.detail).toContain(`v${commit.node} is Byzantine and left it 100 times, first at`);
  });
});

describe('the replay', () => {
  it('survives a snapshot at any point', () => {
    const at = positionOf((highlight) => isMessage(highlight, 'commit'));
    const commit = tape.highlights[at] as MessageHighlight;
    const list = [...tape.highlights];
    list.splice(at + 1, 0, begins(liar(commit.node), commit.t), { ...commit, digest: OTHER });
    const whole = replay(list);
    for (let cut = 0; cut <= list.length; cut += 7) {
      const before = new Conformance(tape.world);
      for (const highlight of list.slice(0, cut)) before.onHighlight(highlight);
      const after = new Conformance(tape.world);
      after.restore(clonePlain(before.capture()));
      for (const highlight of list.slice(cut)) after.onHighlight(highlight);
      expect(after.report()).toEqual(whole);
    }
  });

  it('does not judge what goes on from a snapshot without its memory', () => {
    const conformance = new Conformance(tape.world);
    conformance.restore(undefined);
    for (const highlight of tape.highlights.slice(50)) conformance.onHighlight(highlight);
    expect(conformance.report().checks[0]?.verdict).toBe('pending');
    expect(conformance.capture()).toBeNull();
  });

  it('knows the quorum of a set of validators that changes', async () => {
    const config = { blockTimeMs: 500, validatorChanges: [{ height: 3, members: ['v0', 'v1', 'v2', 'v3'] }] };
    const { checks, steps } = await replayed({
      ...QUICK,
      validators: 7,
      protocol: { name: 'svbft', config },
      stop: { height: 8 },
    });
    expect(checks[0]).toMatchObject({ verdict: 'holds' });
    expect(steps).toBeGreaterThan(60);
  });
});
