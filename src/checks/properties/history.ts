/** What clients saw of one object: operations with when they were called, when they returned and what they gave. Plain data. */
import type { Micros } from '../../core/time.ts';

export interface Operation<O, R> {
  readonly client: string;
  readonly calledAt: Micros;
  /** Null: it never returned, so that it may have taken effect at any time since, or not at all. */
  readonly returnedAt: Micros | null;
  readonly operation: O;
  /** Of no meaning where it never returned. */
  readonly result: R | null;
}

export type History<O, R> = readonly Operation<O, R>[];

/**
 * What an object does when one operation follows the other. Operations are total: each may come in any state, and says so
 * by its result when it fails.
 */
export interface SequentialModel<S, O, R> {
  readonly initial: S;
  /** The state afterwards and what the operation gives. Pure: never changes the state it is given. */
  apply(state: S, operation: O): { readonly state: S; readonly result: R };
  /** Texts that are equal for equal states only. */
  keyOf(state: S): string;
  sameResult(a: R, b: R): boolean;
  /** Splits what can be judged apart, such as the keys of a store; left out: nothing can. */
  partOf?(operation: O): string;
  describe(operation: O, result: R | null): string;
}

/** A register that can be read, written and exchanged. */
export type RegisterOperation =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: number }
  | { readonly kind: 'exchange'; readonly key: string; readonly expected: number; readonly value: number };

/** Of a read its value, of an exchange 1 where it took place and 0 where not, of a write 0. */
export const registers: SequentialModel<number, RegisterOperation, number> = {
  initial: 0,
  apply(state, operation) {
    switch (operation.kind) {
      case 'read':
        return { state, result: state };
      case 'write':
        return { state: operation.value, result: 0 };
      case 'exchange':
        return state === operation.expected ? { state: operation.value, result: 1 } : { state, result: 0 };
    }
  },
  keyOf: (state) => String(state),
  sameResult: (a, b) => a === b,
  partOf: ({ key }) => key,
  describe(operation, result) {
    const { kind, key } = operation;
    const given = result === null ? 'nothing yet' : String(result);
    if (kind === 'read') return `read ${key} gave ${given}`;
    if (kind === 'write') return `write ${key} := ${operation.value}`;
    return `exchange ${key} from ${operation.expected} to ${operation.value} gave ${given}`;
  },
};

/** Accounts between which money moves; all begin with the same balance. */
export type LedgerOperation =
  | { readonly kind: 'transfer'; readonly from: number; readonly to: number; readonly amount: number }
  | { readonly kind: 'balance'; readonly account: number };

/** Of a balance its value, of a transfer 1 where it took place and 0 where it was refused. */
export function accounts(
  count: number,
  initialBalance: number,
): SequentialModel<readonly number[], LedgerOperation, number> {
  return {
    initial: Array.from({ length: count }, () => initialBalance),
    apply(state, operation) {
      if (operation.kind === 'balance') return { state, result: state[operation.account] ?? 0 };
      const { from, to, amount } = operation;
      const covered = from !== to && amount > 0 && (state[from] ?? 0) >= amount && state[to] !== undefined;
      if (!covered) return { state, result: 0 };
      const next = state.map((balance, account) => {
        if (account === from) return balance - amount;
        return account === to ? balance + amount : balance;
      });
      return { state: next, result: 1 };
    },
    keyOf: (state) => state.join(),
    sameResult: (a, b) => a === b,
    describe(operation, result) {
      if (operation.kind === 'balance') return `balance of a${operation.account} gave ${result ?? 'nothing yet'}`;
      const { from, to, amount } = operation;
      const outcome = result === null ? 'has not returned' : result === 1 ? 'took place' : 'was refused';
      return `transfer of ${amount} from a${from} to a${to} ${outcome}`;
    },
  };
}

/** What happens to one account, whatever the other side of it is: the sum of what came and went, and what was read. */
export type AccountOperation =
  | { readonly kind: 'add'; readonly account: number; readonly units: number }
  | { readonly kind: 'balance'; readonly account: number };

/**
 * Accounts one by one, `initial` units each by number. A history of transfers that is linearizable is so for each account: what is
 * refuted here is refuted for good, what is not may still be torn between two accounts.
 */
export function sums(initial: ReadonlyMap<number, number>): SequentialModel<number | null, AccountOperation, number> {
  return {
    initial: null,
    apply(state, operation) {
      const before = state ?? initial.get(operation.account) ?? 0;
      if (operation.kind === 'balance') return { state: before, result: before };
      return { state: before + operation.units, result: 0 };
    },
    keyOf: (state) => String(state),
    sameResult: (a, b) => a === b,
    partOf: ({ account }) => String(account),
    describe(operation, result) {
      if (operation.kind === 'balance') return `balance of a${operation.account} gave ${result ?? 'nothing yet'}`;
      return `${operation.units} units to a${operation.account}`;
    },
  };
}
