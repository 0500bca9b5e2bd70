/** What a transaction touches: the fast way inside one shard, the slow way of atomic commit over several. */
import { required } from '../../core/assert.ts';
import type { Problem } from '../../core/problem.ts';
import type { AccountIndex, Transfer } from '../../ledger/types.ts';
import type { LockWant } from '../locks/types.ts';
import type { ShardIndex } from '../types.ts';
import { type Placement, shardOf } from './accounts.ts';

/** Units that leave or reach an account. */
export interface Movement {
  readonly account: AccountIndex;
  /** A positive integer. */
  readonly amount: number;
}

/** Takes from the inputs what it gives to the outputs: both sums are equal. */
export interface ShardedTransfer {
  readonly inputs: readonly Movement[];
  readonly outputs: readonly Movement[];
}

/** What one shard has to do for a transaction. */
export interface RoutePart {
  readonly shard: ShardIndex;
  readonly inputs: readonly Movement[];
  readonly outputs: readonly Movement[];
  /** All its accounts exclusively, ascending. */
  readonly wants: readonly LockWant[];
}

export interface Route {
  /** `single`: one shard decides alone. `cross`: the shards of `parts` agree by atomic commit. */
  readonly way: 'single' | 'cross';
  /** Ascending shards: the order in which the `ordered` lock policy must ask them. */
  readonly parts: readonly RoutePart[];
  /** Whose coordinator runs the commit: the shard of the first input. */
  readonly home: ShardIndex;
}

/** Accounts a transaction may name: one on each of 64 shards, in and out. */
export const MOVEMENT_COUNT_MAX = 128;

/** A ledger transfer as one input and one output. */
export function shardedTransfer({ from, to, amount }: Transfer): ShardedTransfer {
  return { inputs: [{ account: from, amount }], outputs: [{ account: to, amount }] };
}

/** The shards and locks of a transaction, or what is wrong with it. Never throws, whatever a peer sends in these fields. */
export function routeTransfer(
  transfer: ShardedTransfer,
  placement: Placement,
): { readonly route: Route } | { readonly problems: readonly Problem[] } {
  const problems = transferProblems(transfer, placement);
  if (problems.length > 0) return { problems };
  const home = (account: AccountIndex): ShardIndex => required(shardOf(placement, account), 'a placed account');
  const accounts = [...transfer.inputs, ...transfer.outputs].map(({ account }) => account);
  const shards = [...new Set(accounts.map(home))].sort((a, b) => a - b);
  const parts = shards.map((shard): RoutePart => {
    const here = ({ account }: Movement): boolean => home(account) === shard;
    const touched = accounts.filter((account) => home(account) === shard).sort((a, b) => a - b);
    return {
      shard,
      inputs: transfer.inputs.filter(here),
      outputs: transfer.outputs.filter(here),
      wants: touched.map((account) => ({ account, mode: 'exclusive' })),
    };
  });
  const [first] = transfer.inputs;
  const way = parts.length === 1 ? 'single' : 'cross';
  return { route: { way, parts, home: home(required(first, 'an input').account) } };
}

/** Every account once, amounts positive integers, equal sums, all accounts known. */
export function transferProblems({ inputs, outputs }: ShardedTransfer, placement: Placement): Problem[] {
  const count = inputs.length + outputs.length;
  if (inputs.length === 0 || outputs.length === 0 || count > MOVEMENT_COUNT_MAX) {
    const found = `${inputs.length} inputs, ${outputs.length} outputs`;
    return [{ path: 'transaction', found, expected: `at least one of each, ${MOVEMENT_COUNT_MAX} together at most` }];
  }
  const seen = new Set<AccountIndex>();
  const problems = [
    ...inputs.flatMap((movement, i) => movementProblems(`inputs[${i}]`, movement, seen, placement)),
    ...outputs.flatMap((movement, i) => movementProblems(`outputs[${i}]`, movement, seen, placement)),
  ];
  if (problems.length > 0) return problems;
  const [taken, given] = [sumOf(inputs), sumOf(outputs)];
  if (taken === given && Number.isSafeInteger(taken)) return [];
  return [{ path: 'transaction', found: `inputs of ${taken}, outputs of ${given}`, expected: 'equal, exact sums' }];
}

function movementProblems(
  path: string,
  { account, amount }: Movement,
  seen: Set<AccountIndex>,
  placement: Placement,
): Problem[] {
  if (shardOf(placement, account) === null) {
    const expected = `an account from 0 to ${placement.home.length - 1}`;
    return [{ path: `${path}.account`, found: String(account), expected }];
  }
  if (seen.has(account))
    return [{ path: `${path}.account`, found: `${account} again`, expected: 'every account once' }];
  seen.add(account);
  if (Number.isSafeInteger(amount) && amount > 0) return [];
  return [{ path: `${path}.amount`, found: String(amount), expected: 'a positive integer' }];
}

function sumOf(movements: readonly Movement[]): number {
  return movements.reduce((sum, { amount }) => sum + amount, 0);
}
