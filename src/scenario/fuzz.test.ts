/** Malformed scenarios and links: always problems of one readable line each or a valid scenario, never an exception. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeProblem } from '../core/problem.ts';
import { compileScenario } from './compile.ts';
import corpus from './corpus.json';
import { fakeProtocols } from './fake-protocol.ts';
import { decodeLink, encodeLink } from './link.ts';
import type { ScenarioInput } from './schema.ts';
import { parseScenarioText, type Validated, validateScenario } from './validate.ts';

const SEED = 20_261_121;
const protocol = { name: 'fake' };

/** One valid scenario with every part in it: what mutations start from. */
const RICH: ScenarioInput = {
  format: 'testnet-scenario/1',
  name: 'Everything',
  description: 'x',
  seed: 7,
  protocol: { name: 'fake', config: { blockTimeMs: 1000 }, mutant: 'broken' },
  validators: [{ stake: 2, region: 'eu-west', suite: 'ed25519' }, {}, {}, {}],
  clients: 2,
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: {
    latency: { kind: 'pareto', minMs: 5, alpha: 2, maxMs: 90 },
    loss: 0.1,
    synchrony: { kind: 'partial', gstMs: 9000 },
  },
  workload: { kind: 'transfers', ratePerSecond: 5, accounts: 10 },
  faults: [
    { kind: 'crash', target: 'v0', at: 3000, until: 12_000 },
    {
      kind: 'partition',
      groups: [
        ['v0', 'v1'],
        ['v2', 'v3'],
      ],
      at: 20_000,
      until: 26_000,
    },
    { kind: 'link', from: ['v0'], to: ['c1'], types: ['prepare'], loss: 1 },
    { kind: 'slow', target: 'c0', untilWhen: 'height >= 3' },
    { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', when: 'height >= 5', peers: ['v2'] },
  ],
  storm: { intensity: 0.4, healed: { f0: 500 } },
  transactions: [{ at: 1, from: 'a0', to: 'a9', amount: 3, client: 'c1' }],
  stop: { height: 20, ms: 60_000 },
  expect: [{ name: 'recovers', ltl: 'G (crash -> F viewChanged)' }],
};

function checkOutcome(result: Validated): 'valid' | 'refused' {
  if ('scenario' in result) {
    // A scenario that passes must also have a plan.
    expect(compileScenario(result.scenario, fakeProtocols).validators.length).toBeGreaterThan(0);
    return 'valid';
  }
  expect(result.problems.length).toBeGreaterThan(0);
  expect(result.problems.length).toBeLessThanOrEqual(50);
  for (const problem of result.problems) {
    const line = describeProblem(problem);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(line.length).toBeLessThan(1200);
    expect(problem.found).not.toBe('');
    expect(problem.expected).not.toBe('');
  }
  return 'refused';
}

/** Every path of the document, with its parents. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  const here = [[...path]];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}
const PATHS = pathsOf(RICH);

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    1e21,
    2 ** 53,
    -0,
    '',
    'v0',
    'v99',
    'c0',
    '__proto__',
    '\u0000',
    '\u202e\u2028',
    '\ud800',
    'x'.repeat(6000),
    [],
    {},
    [[]],
    [null],
    { kind: 'crash' },
    { kind: 'link' },
    'height >= ',
    'height >= 1 & view < 2',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const mutation = fc.record({
  path: fc.constantFrom(...PATHS),
  change: fc.constantFrom('replace', 'remove', 'add'),
  key: fc.constantFrom('x', 'at', 'kind', 'constructor', 'toString', 'hasOwnProperty', '\u0007', '0'),
  value: nasty,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(document: unknown, { path, change, key, value }: Mutation): unknown {
  if (path.length === 0 && change !== 'add') return value;
  if (typeof document !== 'object' || document === null) return document;
  const copy: unknown = structuredClone(document);
  let parent = copy as Record<string, unknown>;
  const steps = change === 'add' ? path : path.slice(0, -1);
  for (const step of steps) {
    const next = Object.hasOwn(parent, step) ? parent[step] : undefined;
    if (typeof next !== 'object' || next === null) return copy;
    parent = next as Record<string, unknown>;
  }
  const last = path.at(-1) ?? '';
  if (change === 'add') parent[key] = value;
  else if (change === 'replace') parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

it('the scenario that mutations start from is valid', () => {
  expect(checkOutcome(validateScenario(RICH, fakeProtocols))).toBe('valid');
});

it(`1,000 mutated documents (seed ${SEED})`, () => {
  const outcomes = { valid: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const document = mutations.reduce<unknown>(mutate, RICH);
      outcomes[checkOutcome(validateScenario(document, fakeProtocols))]++;
    }),
    { numRuns: 1000, seed: SEED },
  );
  // Neither outcome may swallow the other: the mutations must hurt, and some must be harmless.
  expect(outcomes.refused).toBeGreaterThan(500);
  expect(outcomes.valid).toBeGreaterThan(20);
});

it(`1,000 mutated texts (seed ${SEED})`, () => {
  const text = JSON.stringify(RICH, null, 2);
  const piece = fc.oneof(
    fc.constantFrom('"', '{', ']', ',', ':', '\\', '\u0000', '1e999', '__proto__', '\u202e'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(20), piece, (at, removed, inserted) => {
      const outcome = checkOutcome(
        parseScenarioText(text.slice(0, at) + inserted + text.slice(at + removed), fakeProtocols),
      );
      if (outcome === 'refused') refused++;
    }),
    { numRuns: 1000, seed: SEED },
  );
  expect(refused).toBeGreaterThan(700);
});

it('1,000 mutated links', async () => {
  const link = await encodeLink(RICH);
  const character = fc.constantFrom('A', 'z', '0', '-', '_', '=', ' ', '%', '\u202e');
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(link.length - 1),
      fc.nat(3),
      fc.array(character, { maxLength: 3 }),
      async (at, removed, inserted) => {
        const decoded = await decodeLink(link.slice(0, at) + inserted.join('') + link.slice(at + removed));
        const outcome = checkOutcome('problems' in decoded ? decoded : validateScenario(decoded.value, fakeProtocols));
        if (outcome === 'refused') refused++;
      },
    ),
    { numRuns: 1000, seed: SEED },
  );
  expect(refused).toBeGreaterThan(700);
});

it('the JSON test suite holds no scenario', () => {
  for (const [name, base64] of corpus.cases) {
    const text = new TextDecoder().decode(Buffer.from(base64 ?? '', 'base64'));
    expect(`${name}: ${checkOutcome(parseScenarioText(text, fakeProtocols))}`).toBe(`${name}: refused`);
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

it('as a link, the JSON test suite is refused too', async () => {
  for (const [, base64] of corpus.cases.slice(0, 60)) {
    const decoded = await decodeLink((base64 ?? '').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));
    expect(checkOutcome('problems' in decoded ? decoded : validateScenario(decoded.value, fakeProtocols))).toBe(
      'refused',
    );
  }
});

it('values that no JSON has', () => {
  for (const value of [
    undefined,
    () => 1,
    Symbol('x'),
    new Date(0),
    new Map([[1, 2]]),
    new Uint8Array(3),
    Number.NaN,
  ]) {
    expect(checkOutcome(validateScenario({ protocol, seed: value, faults: value }, fakeProtocols))).toBe(
      value === undefined ? 'valid' : 'refused',
    );
  }
});
