/**
 * Conditions of faults (`when`, `untilWhen`): comparisons joined by `&`, such as `height >= 5 & view > 0`.
 *
 *   condition  = comparison { "&" comparison }
 *   comparison = field operator number
 *   field      = "height" | "view" | "timeMs"        operator = ">=" | ">" | "<=" | "<" | "=="
 */
import type { ConditionPlan } from '../kernel/plan.ts';
import type { Problem } from '../core/problem.ts';
import { oneOf, showText } from './show.ts';

type Term = ConditionPlan['terms'][number];

export const CONDITION_FIELDS = ['height', 'view', 'timeMs'] as const satisfies readonly Term['field'][];
export const CONDITION_OPERATORS = ['>=', '>', '<=', '<', '=='] as const satisfies readonly Term['comparison'][];
export const CONDITION_LENGTH_MAX = 200;
const TERM_COUNT_MAX = 8;
const VALUE_MAX = 1e9;

interface Token {
  readonly text: string;
  /** Position of its first character, from 1. */
  readonly column: number;
}

export type ParsedCondition = { readonly condition: ConditionPlan } | { readonly problem: Problem };

/** Parses a condition that stands at `path` of the document. The plan's text is the same condition evenly spaced. Never throws. */
export function parseCondition(text: string, path = ''): ParsedCondition {
  const refuse = (token: Token, expected: string): ParsedCondition => {
    const found =
      token.text === '' ? `the end at column ${token.column}` : `${showText(token.text)} at column ${token.column}`;
    return { problem: { path, found, expected } };
  };
  if (text.length > CONDITION_LENGTH_MAX) {
    return { problem: { path, found: `${text.length} characters`, expected: `at most ${CONDITION_LENGTH_MAX}` } };
  }
  const tokens = tokenize(text);
  const end: Token = { text: '', column: text.length + 1 };
  const terms: Term[] = [];
  for (let i = 0; ; i += 4) {
    const [field, operator, number, joint] = [
      tokens[i] ?? end,
      tokens[i + 1] ?? end,
      tokens[i + 2] ?? end,
      tokens[i + 3],
    ];
    const fieldName = CONDITION_FIELDS.find((name) => name === field.text);
    if (fieldName === undefined) return refuse(field, oneOf(CONDITION_FIELDS));
    const comparison = CONDITION_OPERATORS.find((name) => name === operator.text);
    if (comparison === undefined) return refuse(operator, oneOf(CONDITION_OPERATORS));
    if (!isValue(number.text, fieldName)) return refuse(number, valueWanted(fieldName));
    terms.push({ field: fieldName, comparison, value: Number(number.text) });
    if (joint === undefined) break;
    if (joint.text !== '&') return refuse(joint, '"&" or the end');
    if (terms.length === TERM_COUNT_MAX) return refuse(joint, `at most ${TERM_COUNT_MAX} comparisons`);
  }
  const canonical = terms.map((term) => `${term.field} ${term.comparison} ${term.value}`).join(' & ');
  return { condition: { text: canonical, terms } };
}

/** Words, numbers, operators; anything else is a token of its own, to be refused where it stands. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}_.+-]+|[<>=!]+|\S/gu)) {
    tokens.push({ text: match[0], column: match.index + 1 });
  }
  return tokens;
}

/** Heights and views are whole; times may have three decimals (µs). */
function isValue(text: string, field: Term['field']): boolean {
  const shape = field === 'timeMs' ? /^\d{1,10}(\.\d{1,3})?$/ : /^\d{1,10}$/;
  return shape.test(text) && Number(text) <= VALUE_MAX;
}

function valueWanted(field: Term['field']): string {
  return field === 'timeMs' ? 'a time in ms from 0 to 1000000000' : 'a whole number from 0 to 1000000000';
}
