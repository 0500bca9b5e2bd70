/** The faults that rows of a comparison can be about, said in terms of what a protocol promises to bear. */
import type { AnyProtocol } from '../../protocols/protocol.ts';
import { faultBudget } from '../../scenario/storm.ts';
import type { Aim } from './types.ts';

interface FaultCase {
  readonly id: string;
  readonly label: string;
  /** Null: nobody fails. */
  readonly fails: {
    readonly what: Aim['what'];
    /** A number of nodes, or so many more than the protocol bears of this kind. */
    readonly count: number | { readonly beyond: number };
    readonly from: Aim['from'];
  } | null;
}

export const FAULT_CASES: readonly FaultCase[] = [
  { id: 'none', label: 'no fault', fails: null },
  { id: 'f-crashes', label: 'f crashes', fails: { what: 'crash', count: { beyond: 0 }, from: 'leader' } },
  { id: 'f+1-crashes', label: 'f+1 crashes', fails: { what: 'crash', count: { beyond: 1 }, from: 'leader' } },
  { id: 'f-liars', label: 'f liars', fails: { what: 'lie', count: { beyond: 0 }, from: 'leader' } },
  { id: 'f+1-liars', label: 'f+1 liars', fails: { what: 'lie', count: { beyond: 1 }, from: 'leader' } },
  { id: 'one-crash', label: 'the leader crashes', fails: { what: 'crash', count: 1, from: 'leader' } },
  { id: 'one-liar', label: 'the leader lies', fails: { what: 'lie', count: 1, from: 'leader' } },
  { id: 'slow-leader', label: 'the leader is slow', fails: { what: 'slow', count: 1, from: 'leader' } },
  { id: 'slow-other', label: 'another node is slow', fails: { what: 'slow', count: 1, from: 'others' } },
];

/** The rows of `faults` where nobody says which. */
export const CASES_DEFAULT: readonly string[] = ['none', 'f-crashes', 'f+1-crashes', 'f-liars', 'f+1-liars'];

export function faultCase(id: string): FaultCase | null {
  return FAULT_CASES.find((known) => known.id === id) ?? null;
}

/** Nodes that may lie, and that may lie or be down. */
export function toleratedBy(
  { declaration: { faultModel } }: Pick<AnyProtocol, 'declaration'>,
  validatorCount: number,
): { readonly liars: number; readonly faulty: number } {
  const { byzantine, total } = faultBudget({ validatorCount, faultModel });
  return { liars: byzantine, faulty: total };
}

/** What the case asks of this protocol; null where nobody is to fail. */
export function aimOf({ fails }: FaultCase, protocol: AnyProtocol, validatorCount: number, atMs: number): Aim | null {
  if (fails === null) return null;
  const { liars, faulty } = toleratedBy(protocol, validatorCount);
  const borne = fails.what === 'lie' ? liars : faulty;
  const wanted = typeof fails.count === 'number' ? fails.count : borne + fails.count.beyond;
  const count = Math.min(validatorCount, wanted);
  return count === 0 ? null : { what: fails.what, count, from: fails.from, atMs };
}
