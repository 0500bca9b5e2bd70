/** Formulas about runs: what the words mean, what a state is, and that nothing a run goes through changes a verdict. */
import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../core/assert.ts';
import { SECOND } from '../../core/time.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { record, type Tape } from '../testing/tape.ts';
import { bindFormula, wordsOf } from './bind.ts';
import { LtlObserver, settingOf } from './observer.ts';
import { describeFormulaProblem } from './parse.ts';
import { nodesFor } from './vocabulary.ts';
import { Watch } from './watch.ts';

let tape: Tape;
beforeAll(async () => {
  tape = await record({
    stop: { ms: 12_000 },
    faults: [
      { kind: 'crash', target: 'v0', at: 2000, until: 5000 },
      { kind: 'partition', groups: [['v1', 'v2', 'v3'], ['v0']], at: 6000, until: 8000 },
      { kind: 'byzantine', target: 'v3', behaviour: 'double-vote', at: 9000 },
    ],
  });
});

function observer(formulas: readonly string[]): LtlObserver {
  const expectations = formulas.map((ltl) => ({ name: ltl, ltl }));
  return new LtlObserver({ ...tape.world, plan: { ...tape.world.plan, expectations } });
}

function judge(formulas: readonly string[], highlights: readonly Highlight[] = tape.highlights): LtlObserver {
  const ltl = observer(formulas);
  for (const highlight of highlights) ltl.onHighlight(highlight);
  ltl.onHorizon(20 * SECOND);
  return ltl;
}

const TRUE = [
  'F crash(v0) & !F crash(v1)',
  'G (crash -> fault & crashed & crashed(v0) & !calm & faults = 1)',
  'F (crashed(v0) & !crash) & G (restart -> !crashed)',
  'G (crash(v0) -> F[<=3s] restart(v0)) & !G (crash(v0) -> F[<=2999ms] restart(v0))',
  'F (restart(v0) & heal(v0) & timeMs = 5000)',
  'F (partition & fault(v2) & timeMs = 6000) & F (partitioned(v0) & !partition)',
  'G (heal -> !partitioned)',
  'calm U crash',
  'F byzantine & G (byzantine -> byzantine(v3) & !byzantine(v1))',
  'F evidence(v3) & !F evidence(v0) & G (evidence -> byzantine)',
  'F viewChanged & F viewChanged(v1) & F epochChanged & F viewChange',
  'G (viewChanged -> view >= 0) & F view >= 1 & F view(v1) >= 1',
  'F (decide(v1) & height(v1) = 1 & height = 1)',
  '!decide W sent(commit)',
  'F sent(proposal) & F sent(view-change) & F sent(submit, c0) & !F sent(proposal, c0)',
  'G (leader = v0 | leader = v1 | leader = v2 | leader = v3 | leader != v0)',
  'F leaderChanged & F leader = v1 & F primary = v2',
  'G (crash -> F !alive(v0)) & F alive(v0)',
  'F phase(v1) = prepare & F phase(v1) = "view change" & F role(v1) = primary',
  'F mempool >= 1 & F mempool(v2) >= 1 & G members(v1) = 4',
  'F lockEpoch(v1) >= 0',
];

describe('words', () => {
  it.each(TRUE)('%s', (formula) => {
    const [check] = judge([formula]).report().finalChecks;
    expect(check?.detail).not.toContain('violated');
    expect(check?.verdict).toBe('holds');
    expect(judge([`!(${formula})`]).report().finalChecks[0]?.verdict).toBe('violated');
  });

  it.each([...PROTOCOLS.values()].map(({ declaration }) => declaration))('of $name can all be used', (declaration) => {
    const setting = { declaration, validatorCount: 4, clientCount: 1 };
    for (const word of wordsOf(setting).values()) {
      const type = required(declaration.messages[0], 'a message').type;
      const parameter = word.parameter === 'node' ? `(${nodesFor(word, setting)[0]})` : '';
      const variable = word.word + (word.parameter === 'message, node?' ? `(${type})` : parameter);
      const value =
        word.kind === 'number'
          ? ' >= 1'
          : ` = ${JSON.stringify((word.kind === 'name' ? word.values?.[0] : undefined) ?? 'v0')}`;
      const formula = `G ${variable}${word.kind === 'number' || word.kind === 'name' ? value : ''}`;
      expect(bindFormula(formula, setting), formula).toHaveProperty('bound');
      expect(word.explain).toMatch(/\.$/u);
    }
  });

  it.each([
    ['F hight', 'column 3: found "hight", expected a word of this testnet (did you mean height?)'],
    ['F zzzzzz', 'expected a word of this testnet: sent, decide'],
    ['F height', 'found height alone, expected a comparison such as height >= 1'],
    ['F (crash = 1)', 'column 4: found a comparison of crash, expected crash alone'],
    ['F crash(v4)', 'found "v4", expected a node, v0 to v3'],
    ['F crash(v0, v1)', 'found 2 parameters of crash, expected at most 1'],
    ['F calm(v0)', 'found 1 parameters of calm, expected none'],
    ['F sent', 'found sent without a message, expected sent(…) with one of proposal'],
    ['F sent(commmit)', 'found "commmit", expected sent(…) with one of'],
    ['F leader = v7', 'found "v7", expected one of v0, v1, v2, v3'],
    ['F leader > 1', 'found ">", expected = or !='],
    ['F phase(v0) = asleep', 'found "asleep", expected one of waiting'],
    ['F phase = prepare', 'found phase without a node, expected phase(v0)'],
    ['F height = v1', 'found "v1", expected a number to compare height with'],
  ])('%s is refused', (formula, expected) => {
    const found = bindFormula(formula, settingOf(tape.world));
    expect('problem' in found ? describeFormulaProblem(found.problem) : 'accepted').toContain(expected);
  });
});

describe('states', () => {
  it('are the moments at which something happened, whatever is watched and in whichever order', () => {
    const moments = new Set(tape.highlights.map(({ t }) => t));
    const count = (formulas: readonly string[], highlights = tape.highlights): number =>
      judge(formulas, highlights).capture().count;
    expect(count([])).toBe(moments.size);
    expect(count(TRUE)).toBe(moments.size);
    const reversed = [...tape.highlights].reverse().sort((a, b) => a.t - b.t);
    // Faults come before what nodes do in the same moment, as the conductor tells them.
    const ordered = reversed.sort((a, b) => a.t - b.t || rank(a) - rank(b));
    const last = new Map<string, Highlight>();
    for (const highlight of tape.highlights)
      if (highlight.kind === 'state') last.set(`${highlight.t} ${highlight.node}`, highlight);
    const settled = ordered.filter((one) => one.kind !== 'state' || last.get(`${one.t} ${one.node}`) === one);
    expect(judge(TRUE, settled).report()).toEqual(judge(TRUE).report());
  });

  it('give the same verdicts when judging was interrupted at any point', () => {
    const formulas = [
      ...TRUE,
      'G (height <= 3)',
      'F height >= 500',
      'G (crash -> F[<=1s] restart)',
      'G (decide -> Y sent(commit))',
    ];
    const expected = judge(formulas).report();
    expect(expected.checks.filter(({ verdict }) => verdict === 'violated').length).toBeGreaterThan(1);
    for (let cut = 0; cut < tape.highlights.length; cut += 41) {
      const first = observer(formulas);
      for (const highlight of tape.highlights.slice(0, cut)) first.onHighlight(highlight);
      const second = observer([]);
      second.restore(structuredClone(first.capture()));
      for (const highlight of tape.highlights.slice(cut)) second.onHighlight(highlight);
      second.onHorizon(20 * SECOND);
      expect(second.report(), `cut at ${cut}`).toEqual(expected);
    }
  });

  it('are not judged before they are complete', () => {
    const watch = new Watch(settingOf(tape.world));
    watch.add({ name: 'x', ltl: 'F decide' });
    watch.at(7);
    watch.decide(0, 1);
    watch.settle(7);
    expect(watch.count).toBe(0);
    watch.settle(8);
    expect([watch.count, watch.watched[0]?.monitor.verdict]).toEqual([1, 'satisfied']);
  });
});

describe('reports', () => {
  const details = (formula: string): string => judge([formula]).report().finalChecks[0]?.detail ?? '';

  it('name the state, the time and the innermost part that failed', () => {
    expect(details('G (crash -> F[<=1s] restart)')).toMatch(
      /^violated at state \d+ \(3\.000 s\): F\[<=1s\] restart, due since state \d+ \(2\.000 s\): did not come in time$/u,
    );
    expect(details('G (decide -> height <= 2 & calm)')).toMatch(
      /: (height <= 2|calm) does not hold: (height|calm) is (3|false)$/u,
    );
    expect(details('F (height >= 500)')).toMatch(
      /^violated, the run ended at state \d+, .* s: F \(height >= 500\), due since state 0 .*: never came$/u,
    );
    expect(details('F crash & G !crash')).toMatch(/^violated at state 0 .*nothing that can still come satisfies it$/u);
  });

  it('say pending of what is too much to follow, and never violated', () => {
    const pairs = Array.from({ length: 9 }, (_, i) => `(F (height = ${2 * i + 900}) | G F (height = ${2 * i + 901}))`);
    const [check] = judge([pairs.join(' & ')]).report().finalChecks;
    expect(check).toMatchObject({ verdict: 'pending', detail: expect.stringContaining('not judged') });
  });
});

function rank({ kind }: Highlight): number {
  return kind === 'fault' || kind === 'heal' ? 0 : 1;
}
