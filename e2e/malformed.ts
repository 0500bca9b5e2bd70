/** Malformed scenarios, texts and addresses, drawn from a seed: the same ones every time. */
import fc from 'fast-check';
import { PROTOCOLS } from '../src/protocols/registry.ts';
import { encodeLink } from '../src/scenario/link.ts';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { parseScenarioText, validateScenario } from '../src/scenario/validate.ts';

/** A valid scenario with every part in it: what is broken in one place at a time. */
const WHOLE = {
  format: 'testnet-scenario/1',
  name: 'Whole',
  description: 'Every part',
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 500 }, mutant: null },
  validators: [{ stake: 2, region: 'eu-west', suite: 'ed25519' }, {}, {}, {}],
  clients: 1,
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: {
    latency: { kind: 'uniform', minMs: 20, maxMs: 80 },
    loss: 0.1,
    synchrony: { kind: 'partial', gstMs: 100, deltaMs: 500 },
  },
  workload: { kind: 'transfers', ratePerSecond: 5 },
  faults: [
    { kind: 'crash', target: 'v0', at: 3_000, until: 12_000 },
    {
      kind: 'partition',
      groups: [
        ['v0', 'v1'],
        ['v2', 'v3'],
      ],
      at: 20_000,
    },
    { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', when: 'height >= 5' },
  ],
  transactions: [{ at: 1, from: 'a0', to: 'a1', amount: 3 }],
  stop: { height: 20 },
} as const satisfies ScenarioInput;

const NASTY = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.5,
    1e300,
    '',
    'v99',
    '<img src=x onerror=alert(1)>',
    '\u202e\u0000',
    [],
    {},
  ),
  fc.constantFrom<unknown>([[[[]]]], 'x'.repeat(9_000), { kind: 'crash' }, 2 ** 53, '__proto__', 'height >='),
  fc.jsonValue({ maxDepth: 2 }),
);

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

const EDIT = fc.record({
  path: fc.constantFrom(...pathsOf(WHOLE)),
  how: fc.constantFrom('replace', 'remove', 'add'),
  key: fc.constantFrom('x', 'at', 'kind', 'constructor', 'toString', '\u0007', '<b>'),
  value: NASTY,
});

function edited(document: unknown, { path, how, key, value }: typeof EDIT extends fc.Arbitrary<infer T> ? T : never) {
  const copy = structuredClone(document) as Record<string | number, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as typeof copy;
  const last = path.at(-1);
  if (last === undefined) return how === 'replace' ? value : { ...copy, [key]: value };
  const part = at[last];
  if (how === 'remove') delete at[last];
  else if (how === 'add' && typeof part === 'object' && part !== null) Object.assign(part, { [key]: value });
  else at[last] = value;
  return copy;
}

/** `count` documents that are JSON but no scenario. */
export function malformedScenarios(count: number, seed: number): unknown[] {
  const documents = fc.oneof(
    { weight: 9, arbitrary: EDIT.map((edit) => edited(WHOLE, edit)) },
    { weight: 1, arbitrary: NASTY },
  );
  const isMalformed = (document: unknown) => 'problems' in validateScenario(document, PROTOCOLS);
  return fc.sample(documents.filter(isMalformed), { numRuns: count, seed });
}

/** `count` different texts that are not the JSON of a scenario, most of them not JSON at all. */
export function malformedTexts(count: number, seed: number): string[] {
  const whole = JSON.stringify(WHOLE, null, 1);
  const texts = fc.oneof(
    fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
    fc
      .tuple(fc.nat(whole.length - 1), fc.constantFrom('"', '{', ',', '\u0000', 'NaN', '//', '\u202e'))
      .map(([at, text]) => `${whole.slice(0, at)}${text}${whole.slice(at)}`),
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.constantFrom('[', '{}', 'null', '"svbft"', '{"protocol":{"name":"svbft"},"protocol":1}', `${'['.repeat(5_000)}`),
  );
  const isMalformed = (text: string) => text.trim() !== '' && 'problems' in parseScenarioText(text, PROTOCOLS);
  return different(texts.filter(isMalformed), count, seed);
}

function different(texts: fc.Arbitrary<string>, count: number, seed: number): string[] {
  const lists = fc.uniqueArray(texts, { minLength: count, maxLength: count, size: 'max' });
  return fc.sample(lists, { numRuns: 1, seed })[0] ?? [];
}

/** `count` different hashes of an address that ask for something that does not exist. */
export async function malformedHashes(count: number, seed: number): Promise<string[]> {
  const link = await encodeLink(WHOLE);
  const scenarios = malformedScenarios(count, seed) as ScenarioInput[];
  const packed = await Promise.all(scenarios.map((scenario) => encodeLink(scenario)));
  const broken = fc.oneof(
    fc.nat(link.length - 2).map((end) => `#s=${link.slice(0, end + 1)}`),
    fc.stringMatching(/^[\w-]{1,80}$/).map((text) => `#s=${text}`),
    fc.string({ minLength: 1 }).map((text) => `#s=${encodeURIComponent(`!${text}`)}`),
    fc.stringMatching(/^[a-z-]{1,20}$/).map((id) => `#preset=no-${id}`),
    fc.constantFrom(...packed).map((payload) => `#s=${payload}`),
    fc.constantFrom(
      '#preset=__proto__',
      '#preset=<script>',
      '#s=%',
      '#s=AAAA',
      '#preset=happy-path%00',
      '#preset=storm ',
    ),
  );
  return different(broken, count, seed);
}
