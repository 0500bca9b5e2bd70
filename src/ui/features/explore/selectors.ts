/** What the panel derives from protocols, scenarios and a search. Pure. */
import { MODES, type Moment } from '../../../explore/index.ts';
import type { AnyProtocol, Mutant } from '../../../protocols/protocol.ts';
import type { Fault } from '../../../scenario/index.ts';
import type { Option } from '../../components/controls.tsx';
import type { SearchPhase } from './desk.ts';

export const MODE_OPTIONS: readonly Option[] = MODES.map(({ name }) => ({ value: name, label: name }));

export function modeExplained(name: string): string {
  const explain = MODES.find((mode) => mode.name === name)?.explain ?? '';
  return explain === '' ? '' : `${explain.charAt(0).toUpperCase()}${explain.slice(1)}.`;
}

/** The scenario on screen, or a protocol without anything, correct or broken. */
export const PRESENT = 'present';

export function targetOptions(protocols: Iterable<AnyProtocol>): Option[] {
  const options: Option[] = [{ value: PRESENT, label: 'The scenario on screen' }];
  for (const { declaration, mutants } of protocols) {
    options.push({ value: targetOf(declaration.name, null), label: declaration.title });
    for (const { name } of mutants)
      options.push({ value: targetOf(declaration.name, name), label: `${declaration.title}: ${name}` });
  }
  return options;
}

export function targetOf(protocol: string, mutant: string | null): string {
  return mutant === null ? protocol : `${protocol}/${mutant}`;
}

export function readTarget(target: string): { readonly protocol: string; readonly mutant: string | null } {
  const split = target.indexOf('/');
  return split < 0
    ? { protocol: target, mutant: null }
    : { protocol: target.slice(0, split), mutant: target.slice(split + 1) };
}

const COMMON = ['agreement', 'prefix-consistency', 'validity', 'certificates', 'one-vote', 'liveness'] as const;

/** Names of the checks that judge a protocol. */
export function checkNames({ declaration, properties = [] }: AnyProtocol): string[] {
  const promised: readonly string[] = declaration.guarantees ?? COMMON;
  // Judged where decisions are one chain, whatever else is promised.
  const isChain = ['prefix-consistency', 'validity'].every((name) => promised.includes(name));
  return [...promised, ...properties.map(({ name }) => name), ...(isChain ? ['linearizability'] : [])];
}

export interface Guess {
  readonly mutant: Mutant;
  readonly guessed: string | null;
  /** Checks that fired on the broken variant; null while it runs. */
  readonly fired: readonly { readonly check: string; readonly atMs: number; readonly detail: string }[] | null;
  /** How many heights the mended twin decided with all checks holding; null while it runs. */
  readonly twin: { readonly height: number; readonly violated: readonly string[] } | null;
}

export function verdictOnGuess({ guessed, fired }: Pick<Guess, 'guessed' | 'fired'>): 'right' | 'wrong' | 'none' {
  if (guessed === null || fired === null) return 'none';
  return fired.some(({ check }) => check === guessed) ? 'right' : 'wrong';
}

export const PHASE_WORDS: Readonly<Record<SearchPhase, string>> = {
  idle: 'Not started',
  searching: 'Searching',
  paused: 'Paused',
  shrinking: 'Shrinking',
  following: 'Running other futures',
  done: 'Finished',
};

/** One line a fault, without what it leaves at its default. */
export function faultLine(fault: Fault): string {
  const { kind, ...rest } = fault;
  const told = Object.entries(rest).filter(([, value]) => value !== null && value !== 0 && value !== false);
  const words = told.map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [kind, ...words].join(', ').replaceAll('"', '');
}

export interface SharePoint {
  readonly second: number;
  /** Per cent of futures. */
  readonly share: number;
}

export function sharePoints(moments: readonly Moment[]): SharePoint[] {
  return moments.map(({ atMs, futures, violated }) => ({
    second: Math.round(atMs) / 1000,
    share: futures === 0 ? 0 : Math.round((violated * 1000) / futures) / 10,
  }));
}

/** The first moment from which on all futures ended badly, ms; null where there is none. */
export function inevitableAt(moments: readonly Moment[]): number | null {
  let at: number | null = null;
  for (const { atMs, futures, violated } of moments) {
    if (violated < futures) at = null;
    else at ??= atMs;
  }
  return at;
}
