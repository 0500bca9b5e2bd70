/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import { maxFaulty } from '../../core/quorum.ts';
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import {
  count,
  numberSchema,
  own,
  parseNumber,
  refuseUnknown,
  show,
  time,
  type NumberOption,
} from '../common/options.ts';

/** The members of the family, each with what the one before lacks. */
export const MODES = ['slush', 'snowflake', 'snowball', 'avalanche'] as const;
export type Mode = (typeof MODES)[number];

/** What the machine reads: times in µs. */
export interface AvalancheConfig {
  readonly mode: Mode;
  /** k: how many others are asked in one poll; fewer where there are fewer. */
  readonly sampleSize: number;
  /** α: how many of them must agree. Null: derived from k and the number of validators, see `thresholdOf`. */
  readonly alpha: number | null;
  /** β1: polls in a row that accept a vertex without a rival; in Snowflake and Snowball the paper's β. */
  readonly beta1: number;
  /** β2: polls in a row that accept one of several rivals. */
  readonly beta2: number;
  /** m: polls after which Slush accepts what it prefers. */
  readonly rounds: number;
  /** From one vertex of a node to its next, µs; in the modes without DAG from a decision to the next instance. */
  readonly issueMicros: Micros;
  /** A poll ends with what has been answered by then, µs. */
  readonly pollMicros: Micros;
  /** Time within which an instance without DAG is to be decided, for the liveness check, µs; null: none is stated. */
  readonly patienceMicros: Micros | null;
  readonly parentCount: number;
  readonly maxTransactionsPerBlock: number;
  readonly mempoolLimit: number;
}

const NUMBERS = {
  sampleSize: count(10, 1, 255, 'k: validators asked in one poll; all others where there are fewer.'),
  beta1: count(
    11,
    1,
    1000,
    'β1: successful polls in a row that accept a vertex without a rival; β of Snowflake and Snowball.',
  ),
  beta2: count(30, 1, 1000, 'β2: successful polls in a row that accept one of several rivals; at least β1.'),
  rounds: count(12, 1, 1000, 'm: polls after which Slush accepts what it prefers.'),
  issueTimeMs: time(
    1000,
    1,
    'Virtual ms from one vertex of a node to its next; without DAG, from a decision to the next instance.',
  ),
  pollTimeoutMs: time(1500, 1, 'Virtual ms after which a poll ends without the answers still missing.'),
  patienceMs: time(
    0,
    0,
    'Virtual ms from one decision to the next that the liveness check allows without DAG, where the paper promises none; 0: any.',
  ),
  parentCount: count(4, 1, 16, 'Parents of a vertex at most.'),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one vertex.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one node; more are refused.'),
} satisfies Record<string, NumberOption>;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mode: {
      type: 'string',
      enum: MODES,
      default: 'avalanche',
      description: 'Slush, Snowflake and Snowball decide one instance after the other; Avalanche a DAG of vertices.',
    },
    ...numberSchema(NUMBERS),
    alpha: {
      type: 'integer',
      minimum: 1,
      maximum: 255,
      description: 'α: equal answers that make a poll succeed, more than half of k; by default what k and n allow.',
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount?: number,
): { readonly config: AvalancheConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, ['mode', ...Object.keys(NUMBERS), 'alpha'], problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: AvalancheConfig = {
    mode: parseMode(own(raw, 'mode'), problems),
    sampleSize: number('sampleSize'),
    alpha: parseAlpha(own(raw, 'alpha'), number('sampleSize'), problems),
    beta1: number('beta1'),
    beta2: number('beta2'),
    rounds: number('rounds'),
    issueMicros: Math.max(1, microsFromMs(number('issueTimeMs'))),
    pollMicros: Math.max(1, microsFromMs(number('pollTimeoutMs'))),
    patienceMicros: number('patienceMs') > 0 ? Math.max(1, microsFromMs(number('patienceMs'))) : null,
    parentCount: number('parentCount'),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
  };
  if (config.beta2 < config.beta1) {
    problems.push({ path: 'beta2', found: `${config.beta2}`, expected: `at least beta1, ${config.beta1}` });
  }
  const asksTooMany = validatorCount !== undefined && own(raw, 'sampleSize') !== undefined;
  if (asksTooMany && config.sampleSize > validatorCount - 1) {
    const expected = `at most ${validatorCount - 1}, as many as there are others`;
    problems.push({ path: 'sampleSize', found: `${config.sampleSize}`, expected });
  } else if (validatorCount !== undefined && config.alpha !== null && config.alpha > validatorCount - 1) {
    const expected = `at most ${validatorCount - 1}, as many as there are others`;
    problems.push({ path: 'alpha', found: `${config.alpha}`, expected });
  }
  return problems.length > 0 ? { problems: unique(problems) } : { config };
}

/** k, at most as many as there are others. */
export function sampleSizeOf(config: AvalancheConfig, validatorCount: number): number {
  return Math.min(config.sampleSize, validatorCount - 1);
}

/**
 * α. Where it is not given: four fifths of k, as in the paper's evaluation (evaluation), or fewer, so that the f faulty nodes that a
 * testnet of this size is tried with cannot fail a poll by silence; always more than half.
 */
export function thresholdOf(config: AvalancheConfig, validatorCount: number): number {
  const k = sampleSizeOf(config, validatorCount);
  if (config.alpha !== null) return Math.min(config.alpha, k);
  const wanted = Math.min(Math.ceil((4 * k) / 5), k - maxFaulty(validatorCount));
  return Math.min(k, Math.max(Math.floor(k / 2) + 1, wanted));
}

function parseMode(value: unknown, problems: Problem[]): Mode {
  if (value === undefined) return 'avalanche';
  const mode = MODES.find((name) => name === value);
  if (mode === undefined) problems.push({ path: 'mode', found: show(value), expected: `one of ${MODES.join(', ')}` });
  return mode ?? 'avalanche';
}

/** Two different answers must not both reach α: it is more than half of k. */
function parseAlpha(value: unknown, sampleSize: number, problems: Problem[]): number | null {
  if (value === undefined) return null;
  const least = Math.floor(sampleSize / 2) + 1;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= sampleSize) return value as number;
  const expected = `an integer from ${least} to ${sampleSize}: more than half of sampleSize`;
  problems.push({ path: 'alpha', found: show(value), expected });
  return null;
}

/** `sampleSize` is read twice; its mistake is told once. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ path }, i) => problems.findIndex((other) => other.path === path) === i);
}
