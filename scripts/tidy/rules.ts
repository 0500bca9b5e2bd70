/** What the linter and the compiler cannot say about this project's sources, as data: a name, a reason, a search. */
import { DETERMINISTIC, FENCES, fenceProblem, isLayer, mayImport } from './layers.ts';
import { isNode, lineAt, nameOf, resolveSpecifier, type Source } from './source.ts';

interface Finding {
  readonly at: number;
  readonly detail: string;
}

export interface Rule {
  readonly id: string;
  /** What it is good for, shown with every violation. */
  readonly why: string;
  readonly find: (source: Source) => readonly Finding[];
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly detail: string;
}

const LINES_MAX = 400;
const TEST_LINES_MAX = 700;
const LINE_LENGTH_MAX = 140;

const CLOCKS_AND_CHANCE = words(
  'Date performance setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame requestIdleCallback',
  'crypto fetch XMLHttpRequest WebSocket WeakRef FinalizationRegistry Atomics process Buffer Intl',
  'globalThis self global require eval Function',
);
/** Wrappers of platform cryptography; their results are proved equal to the reference's before they are used. */
const PLATFORM_CRYPTO = new Set([
  'src/crypto/blake3Lanes.ts',
  'src/crypto/liboqs.ts',
  'src/crypto/webcrypto.ts',
  'src/crypto/randomness.ts',
]);
const PLATFORM_CRYPTO_NAMES = words('crypto globalThis');

/** ECMA-262 leaves their results to the implementation ("implementation-approximated"). */
const APPROXIMATED = words(
  'acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 hypot',
  'log log10 log1p log2 pow sin sinh sqrt tan tanh',
);
const LOCALE_DEPENDENT = words('localeCompare toLocaleString toLocaleLowerCase toLocaleUpperCase');

const BROWSER_ONLY = words(
  'Worker SharedWorker BroadcastChannel indexedDB document window navigator',
  'localStorage sessionStorage location history',
);
const BROWSER_LAYERS = new Set(['runtime', 'storage', 'ui', 'app']);
const NODE_LAYERS = new Set(['cli', 'runtime']);

export const RULES: readonly Rule[] = [
  {
    id: 'layers',
    why: 'imports only point down, so that each layer can be understood and tested without those above it',
    find: (source) => (source.isTest || source.layer === '' ? [] : layerFindings(source)),
  },
  {
    id: 'fences',
    why: 'protocols and page features stand alone, so that one can be added or removed without the others',
    find: (source) => (source.isTest ? [] : fenceFindings(source)),
  },
  {
    id: 'extension',
    why: 'an import names its file, so that every tool resolves it alike',
    find: (source) =>
      source.imports
        .filter(
          ({ specifier }) => specifier.startsWith('.') && !/\.(tsx?|mjs|css|json|svg|txt)(\?.*)?$/.test(specifier),
        )
        .map(({ at, specifier }) => ({ at, detail: `${specifier} has no file ending` })),
  },
  {
    id: 'clock',
    why: 'time and chance arrive as inputs, else a run cannot be repeated',
    find: (source) =>
      isDeterministic(source)
        ? [
            ...source.globals
              .filter(({ name }) => CLOCKS_AND_CHANCE.has(name) && !isExcused(source, name))
              .map(nameFinding),
            ...nodeModules(source),
          ]
        : [],
  },
  {
    id: 'chance',
    why: 'random numbers come from keyed streams (core/prng.ts) or, for names, from crypto',
    find: (source) => (source.isTest ? [] : mathFindings(source, (name) => name === 'random')),
  },
  {
    id: 'float',
    why: 'engines differ in these results, and a differing bit is a differing fingerprint',
    find: (source) =>
      isDeterministic(source) && source.layer !== 'crypto'
        ? [...mathFindings(source, (name) => APPROXIMATED.has(name)), ...powers(source), ...bareMath(source)]
        : [],
  },
  {
    id: 'locale',
    why: 'results that depend on the language of the machine are not reproducible',
    find: (source) =>
      isDeterministic(source)
        ? members(source)
            .filter(({ name }) => LOCALE_DEPENDENT.has(name))
            .map(nameFinding)
        : [],
  },
  {
    id: 'platform',
    why: 'what only a browser or only Node has stays in the few layers that wrap it',
    find: (source) => {
      if (source.isTest || source.layer === '') return [];
      const browser = BROWSER_LAYERS.has(source.layer) || source.path.startsWith('src/session/boot');
      return [
        ...(browser ? [] : source.globals.filter(({ name }) => BROWSER_ONLY.has(name)).map(nameFinding)),
        ...(NODE_LAYERS.has(source.layer) || isDeterministic(source) ? [] : nodeModules(source)),
      ];
    },
  },
  {
    id: 'any',
    why: 'any and silenced errors switch the compiler off where it is needed',
    find: (source) => [...anyTypes(source), ...comments(source, /@ts-(ignore|nocheck)|@ts-expect-error(?! \S)/)],
  },
  {
    id: 'leftover',
    why: 'unfinished work belongs in an issue',
    find: (source) => comments(source, /\b(TODO|FIXME|XXX|HACK)\b/),
  },
  {
    id: 'size',
    why: 'a long file or line hides more than one idea',
    find: (source) => {
      const lines = source.text.split('\n');
      const most = source.isTest ? TEST_LINES_MAX : LINES_MAX;
      const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
      return [
        ...(count > most ? [{ at: source.text.length, detail: `${count} lines, at most ${most}` }] : []),
        ...longLines(source.text),
      ];
    },
  },
];

/** Every violation of every rule in these files, in the order given. */
export function violations(sources: readonly Source[], rules: readonly Rule[] = RULES): Violation[] {
  return sources.flatMap((source) =>
    rules.flatMap((rule) =>
      rule.find(source).map(({ at, detail }) => ({
        path: source.path,
        line: lineAt(source.text, at),
        rule: rule.id,
        detail: `${detail} (${rule.why})`,
      })),
    ),
  );
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}

function layerFindings(source: Source): Finding[] {
  if (!isLayer(source.layer)) return [{ at: 0, detail: `src/${source.layer} has no place in the import table` }];
  return relativeImports(source).flatMap(({ at, target }) => {
    const [top, layer = '', ...inside] = target.split('/');
    if (top !== 'src' || inside.length === 0) return [{ at, detail: `${target} is outside the layers` }];
    return mayImport(source.layer, layer) ? [] : [{ at, detail: `${source.layer} must not know ${layer}` }];
  });
}

function fenceFindings(source: Source): Finding[] {
  return relativeImports(source).flatMap(({ at, target }) =>
    FENCES.flatMap((fence) => fenceProblem(fence, source.path, target) ?? []).map((detail) => ({ at, detail })),
  );
}

function relativeImports(source: Source): { at: number; target: string }[] {
  return source.imports.flatMap(({ specifier, at }) => {
    const target = resolveSpecifier(source.path, specifier);
    return target === null ? [] : [{ at, target }];
  });
}

function isDeterministic(source: Source): boolean {
  return DETERMINISTIC.has(source.layer) && !source.isTest;
}

function isExcused(source: Source, name: string): boolean {
  return PLATFORM_CRYPTO.has(source.path) && PLATFORM_CRYPTO_NAMES.has(name);
}

function nodeModules(source: Source): Finding[] {
  return source.imports
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ at, specifier }) => ({ at, detail: specifier }));
}

function nameFinding({ name, at }: { readonly name: string; readonly at: number }): Finding {
  return { at, detail: name };
}

/** Fields read by name, `a.b` and `a['b']`. */
function members(source: Source): { object: string | null; name: string; at: number }[] {
  return source.visits.flatMap(({ node }) => {
    if (node.type !== 'MemberExpression') return [];
    const property = node.property;
    const literal = isNode(property) && property.type === 'Literal' ? property.value : null;
    const name = node.computed === true ? literal : nameOf(property);
    return typeof name === 'string' ? [{ object: nameOf(node.object), name, at: node.start }] : [];
  });
}

function mathFindings(source: Source, isForbidden: (name: string) => boolean): Finding[] {
  return members(source)
    .filter(({ object, name }) => object === 'Math' && isForbidden(name))
    .map(({ name, at }) => ({ at, detail: `Math.${name}` }));
}

/** `Math` itself handed on or taken apart, where nothing can see what is used of it. */
function bareMath(source: Source): Finding[] {
  const named = new Set(members(source).map(({ at }) => at));
  return source.globals.filter(({ name, at }) => name === 'Math' && !named.has(at)).map(nameFinding);
}

/** `a ** b`: exact only where both are written out. */
function powers(source: Source): Finding[] {
  return source.visits
    .filter(({ node }) => node.operator === '**' || node.operator === '**=')
    .filter(({ node }) => [node.left, node.right].some((side) => !isNode(side) || side.type !== 'Literal'))
    .map(({ node }) => ({ at: node.start, detail: '** of values that are not literals' }));
}

/** `any`, unless the line above says why in the form that the linter demands. */
function anyTypes(source: Source): Finding[] {
  const excuse = /^ *biome-ignore lint\/suspicious\/noExplicitAny: \S/;
  const excused = source.comments.filter(({ text }) => excuse.test(text)).map(({ at }) => lineAt(source.text, at) + 1);
  return source.visits
    .filter(({ node }) => node.type === 'TSAnyKeyword')
    .map(({ node }) => ({ at: node.start, detail: 'any' }))
    .filter(({ at }) => !excused.includes(lineAt(source.text, at)));
}

function comments(source: Source, pattern: RegExp): Finding[] {
  return source.comments.flatMap(({ text, at }) => {
    const match = pattern.exec(text);
    return match === null ? [] : [{ at, detail: match[0] }];
  });
}

function longLines(text: string): Finding[] {
  let at = 0;
  return text.split('\n').flatMap((line) => {
    const start = at;
    at += line.length + 1;
    return line.length > LINE_LENGTH_MAX ? [{ at: start, detail: `${line.length} characters` }] : [];
  });
}
