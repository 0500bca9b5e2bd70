/** `protocol.config.proposals` of a scenario: what the council is asked to change, and when. */
import type { Problem } from '../../../core/problem.ts';
import { type Micros, microsFromMs } from '../../../core/time.ts';
import { isNumber } from '../../common/shape.ts';
import { own, show } from '../../common/options.ts';
import { type Change, type Parameter, PARAMETERS } from './messages.ts';

/** A change that all shards are to ask for at this time. */
export interface Asked {
  readonly at: Micros;
  readonly change: Change;
}

const ASKED_MAX = 100;
const SHARDS_MAX = 64;
const DAY_MS = 86_400_000;
const NAMES = Object.keys(PARAMETERS) as Parameter[];

/** Part of the JSON Schema of `protocol.config`. */
export const proposalsSchema = {
  type: 'array',
  maxItems: ASKED_MAX,
  default: [],
  description: 'With a council: parameters or reputations that it is asked to change, and when.',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['atMs'],
    properties: {
      atMs: { type: 'number', minimum: 0, maximum: DAY_MS, description: 'Virtual ms at which it is asked.' },
      parameter: { enum: NAMES, description: 'What is to change, with `value`.' },
      value: { type: 'integer', minimum: 0, description: 'In the unit of the name.' },
      reputation: {
        type: 'array',
        maxItems: SHARDS_MAX,
        items: { type: 'integer', minimum: 0 },
        description: 'Instead of a parameter: one number a shard; who has more leads the council earlier.',
      },
    },
  },
} as const;

export function parseProposals(
  raw: Readonly<Record<string, unknown>>,
  hasCouncil: boolean,
  problems: Problem[],
): readonly Asked[] {
  const given = own(raw, 'proposals') ?? [];
  if (!Array.isArray(given) || given.length > ASKED_MAX) {
    problems.push({ path: 'proposals', found: show(given), expected: `a list of at most ${ASKED_MAX}` });
    return [];
  }
  if (given.length > 0 && !hasCouncil)
    problems.push({ path: 'proposals', found: `${given.length} of them`, expected: 'none, or "council": true' });
  return given.flatMap((item: unknown, i): Asked[] => {
    const asked = readAsked(item);
    if ('at' in asked) return [asked];
    problems.push({ path: `proposals[${i}]${asked.path}`, found: show(asked.found), expected: asked.expected });
    return [];
  });
}

type Wrong = { readonly path: string; readonly found: unknown; readonly expected: string };

function readAsked(item: unknown): Asked | Wrong {
  const shape = '{ "atMs", "parameter", "value" } or { "atMs", "reputation" }';
  if (typeof item !== 'object' || item === null) return { path: '', found: item, expected: shape };
  const { atMs, parameter, value, reputation, ...more } = item as Record<string, unknown>;
  if (Object.keys(more).length > 0) return { path: '', found: item, expected: shape };
  if (typeof atMs !== 'number' || !(atMs >= 0 && atMs <= DAY_MS))
    return { path: '.atMs', found: atMs, expected: `a number from 0 to ${DAY_MS}` };
  const at = microsFromMs(atMs);
  if (reputation !== undefined) {
    if (parameter !== undefined || value !== undefined) return { path: '', found: item, expected: shape };
    const isList = Array.isArray(reputation) && reputation.length > 0 && reputation.length <= SHARDS_MAX;
    return isList && reputation.every((each) => isNumber(each))
      ? { at, change: { kind: 'reputation', of: reputation as number[] } }
      : { path: '.reputation', found: reputation, expected: 'whole numbers from 0, one a shard' };
  }
  const name = NAMES.find((known) => known === parameter);
  if (name === undefined) return { path: '.parameter', found: parameter, expected: `one of ${NAMES.join(', ')}` };
  const { least, most } = PARAMETERS[name];
  return isNumber(value, least, most)
    ? { at, change: { kind: 'parameter', name, value } }
    : { path: '.value', found: value, expected: `a whole number from ${least} to ${most}` };
}
