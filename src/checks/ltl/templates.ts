/**
 * Properties people ask for again and again, as formulas to fill in: the patterns and scopes of Dwyer, Avrunin & Corbett
 * (ICSE 1999, §3 and §4), read over finite traces, and response within a bound in time. A scope includes the state that
 * opens it and not the one that closes it.
 */
import { parseFormula } from './parse.ts';

export type Pattern = 'absence' | 'universality' | 'existence' | 'precedence' | 'response' | 'bounded response';
export type Scope = 'globally' | 'before' | 'after' | 'between' | 'after-until';

/** What is put in: formulas; `within` is a bound such as `5s`. */
export interface Blanks {
  /** What is spoken of. */
  readonly p: string;
  /** What must come before (precedence) or after (response) it. */
  readonly s: string;
  /** Opens the scope. */
  readonly q: string;
  /** Closes the scope. */
  readonly r: string;
  readonly within: string;
}

export interface Template {
  readonly pattern: Pattern;
  readonly scope: Scope;
  /** For people, with P, S, Q, R in it. */
  readonly says: string;
  /** The blanks it has, in the order of its sentence. */
  readonly blanks: readonly (keyof Blanks)[];
  /** With P, S, Q, R and T as the blanks. */
  readonly shape: string;
}

const PATTERNS: Readonly<Record<Pattern, { readonly says: string; readonly blanks: readonly (keyof Blanks)[] }>> = {
  absence: { says: 'P never holds', blanks: ['p'] },
  universality: { says: 'P always holds', blanks: ['p'] },
  existence: { says: 'P holds at least once', blanks: ['p'] },
  precedence: { says: 'P holds only once S has held', blanks: ['p', 's'] },
  response: { says: 'after every P, S holds', blanks: ['p', 's'] },
  'bounded response': { says: 'after every P, S holds within T', blanks: ['p', 's', 'within'] },
};

const SCOPES: Readonly<Record<Scope, { readonly says: string; readonly blanks: readonly (keyof Blanks)[] }>> = {
  globally: { says: '', blanks: [] },
  before: { says: 'before the first R', blanks: ['r'] },
  after: { says: 'after the first Q', blanks: ['q'] },
  between: { says: 'between every Q and the next R', blanks: ['q', 'r'] },
  'after-until': { says: 'from every Q until the next R, or for good', blanks: ['q', 'r'] },
};

const OPEN = 'Q & !R';
const CLOSED = 'Q & !R & F R';
const ANSWERED = '(P -> (!R U (S & !R)))';
const IN_TIME = '(P -> (!R U[<=T] (S & !R)))';

const SHAPES: Readonly<Record<Pattern, Readonly<Record<Scope, string>>>> = {
  absence: {
    globally: 'G !P',
    before: 'F R -> (!P U R)',
    after: 'G (Q -> G !P)',
    between: `G (${CLOSED} -> (!P U R))`,
    'after-until': `G (${OPEN} -> (!P W R))`,
  },
  universality: {
    globally: 'G P',
    before: 'F R -> (P U R)',
    after: 'G (Q -> G P)',
    between: `G (${CLOSED} -> (P U R))`,
    'after-until': `G (${OPEN} -> (P W R))`,
  },
  existence: {
    globally: 'F P',
    before: '!R W (P & !R)',
    after: 'G !Q | F (Q & F P)',
    between: `G (${OPEN} -> (!R W (P & !R)))`,
    'after-until': `G (${OPEN} -> (!R U (P & !R)))`,
  },
  precedence: {
    globally: '!P W S',
    before: 'F R -> (!P U (S | R))',
    after: '!Q W (Q & (!P W S))',
    between: `G (${CLOSED} -> (!P U (S | R)))`,
    'after-until': `G (${OPEN} -> (!P W (S | R)))`,
  },
  response: {
    globally: 'G (P -> F S)',
    before: `F R -> (${ANSWERED} U R)`,
    after: 'G (Q -> G (P -> F S))',
    between: `G (${CLOSED} -> (${ANSWERED} U R))`,
    'after-until': `G (${OPEN} -> (${ANSWERED} W R))`,
  },
  'bounded response': {
    globally: 'G (P -> F[<=T] S)',
    before: `F R -> (${IN_TIME} U R)`,
    after: 'G (Q -> G (P -> F[<=T] S))',
    between: `G (${CLOSED} -> (${IN_TIME} U R))`,
    'after-until': `G (${OPEN} -> (${IN_TIME} W R))`,
  },
};

/** All of them, pattern by pattern. */
export const TEMPLATES: readonly Template[] = (Object.keys(SHAPES) as Pattern[]).flatMap((pattern) =>
  (Object.keys(SCOPES) as Scope[]).map((scope) => ({
    pattern,
    scope,
    says: [PATTERNS[pattern].says, SCOPES[scope].says].filter((part) => part !== '').join(', '),
    blanks: [...PATTERNS[pattern].blanks, ...SCOPES[scope].blanks],
    shape: SHAPES[pattern][scope],
  })),
);

export function template(pattern: Pattern, scope: Scope): Template {
  return TEMPLATES.find((one) => one.pattern === pattern && one.scope === scope) as Template;
}

const BLANK_OF: Readonly<Record<string, keyof Blanks>> = { P: 'p', S: 's', Q: 'q', R: 'r' };

/** The template's formula with the blanks filled in; a blank that is left out keeps its letter. */
export function fillTemplate({ shape }: Template, blanks: Partial<Blanks>): string {
  return shape.replace(/\b[PSQRT]\b/gu, (letter) => {
    if (letter === 'T') return blanks.within ?? letter;
    const given = blanks[BLANK_OF[letter] as keyof Blanks];
    return given === undefined ? letter : wrapped(given);
  });
}

/** In parentheses unless it is a single proposition that binds tightly anyway. */
function wrapped(text: string): string {
  const parsed = parseFormula(text);
  const simple = 'formula' in parsed && parsed.formula.kind === 'proposition';
  return simple && parsed.formula.proposition.comparison === null ? text : `(${text})`;
}
