import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeAccounts } from './accounts.ts';
import { MOVEMENT_COUNT_MAX, type Movement, routeTransfer, type ShardedTransfer, shardedTransfer } from './route.ts';

const placement = placeAccounts('hash', { shardCount: 4, accountCount: 40 });
const homeOf = (account: number): number => placement.home[account] as number;

const accountLists = fc.oneof(
  fc.uniqueArray(fc.nat({ max: 39 }), { minLength: 2, maxLength: 2 }),
  fc.uniqueArray(fc.nat({ max: 39 }), { minLength: 3, maxLength: 12 }),
);

/** Well-formed transfers: distinct accounts, equal sums. */
const transfers = fc
  .tuple(accountLists, fc.nat({ max: 10 }), fc.nat({ max: 50 }))
  .map(([accounts, cut, extra]): ShardedTransfer => {
    const inputCount = 1 + (cut % (accounts.length - 1));
    const outputCount = accounts.length - inputCount;
    const [more, less] = [inputCount * 100 + extra, outputCount];
    const each = Math.floor(more / less);
    return {
      inputs: accounts.slice(0, inputCount).map((account, i) => ({ account, amount: i === 0 ? 100 + extra : 100 })),
      outputs: accounts
        .slice(inputCount)
        .map((account, i) => ({ account, amount: i === 0 ? more - each * (less - 1) : each })),
    };
  });

describe('routing', () => {
  it('gives every movement to the shard of its account, locks in order, and is single exactly on one shard', () => {
    const ways = { single: 0, cross: 0 };
    fc.assert(
      fc.property(transfers, (transfer) => {
        const routed = routeTransfer(transfer, placement);
        if (!('route' in routed)) throw new Error(JSON.stringify(routed.problems));
        const { way, parts, home } = routed.route;
        ways[way]++;
        expect(way).toBe(parts.length === 1 ? 'single' : 'cross');
        expect(home).toBe(homeOf(transfer.inputs[0]?.account ?? -1));
        expect(parts.map(({ shard }) => shard)).toEqual(
          [...new Set(parts.map(({ shard }) => shard))].sort((a, b) => a - b),
        );
        for (const { shard, inputs, outputs, wants } of parts) {
          const accounts = [...inputs, ...outputs].map(({ account }) => account).sort((a, b) => a - b);
          expect(accounts.every((account) => homeOf(account) === shard)).toBe(true);
          expect(wants).toEqual(accounts.map((account) => ({ account, mode: 'exclusive' })));
        }
        const sorted = (list: readonly Movement[]) => [...list].sort((a, b) => a.account - b.account);
        expect(sorted(parts.flatMap(({ inputs }) => inputs))).toEqual(sorted(transfer.inputs));
        expect(sorted(parts.flatMap(({ outputs }) => outputs))).toEqual(sorted(transfer.outputs));
      }),
    );
    expect(ways.single).toBeGreaterThan(0);
    expect(ways.cross).toBeGreaterThan(20);
  });

  it('a ledger transfer is one input and one output', () => {
    expect(shardedTransfer({ from: 3, to: 5, amount: 7 })).toEqual({
      inputs: [{ account: 3, amount: 7 }],
      outputs: [{ account: 5, amount: 7 }],
    });
  });

  const to = (account: number, amount = 1): Movement => ({ account, amount });
  it.each([
    ['no inputs', { inputs: [], outputs: [to(1)] }, 'transaction: 0 inputs, 1 outputs'],
    ['no outputs', { inputs: [to(1)], outputs: [] }, 'transaction: 1 inputs, 0 outputs'],
    ['an unknown account', { inputs: [to(40)], outputs: [to(1)] }, 'inputs[0].account: 40'],
    ['a fraction as account', { inputs: [to(1)], outputs: [to(0.5)] }, 'outputs[0].account: 0.5'],
    ['an account twice', { inputs: [to(1)], outputs: [to(1)] }, 'outputs[0].account: 1 again'],
    ['nothing moved', { inputs: [to(1, 0)], outputs: [to(2, 0)] }, 'inputs[0].amount: 0'],
    ['a negative amount', { inputs: [to(1)], outputs: [to(2, -1)] }, 'outputs[0].amount: -1'],
    ['units from nowhere', { inputs: [to(1, 4)], outputs: [to(2, 5)] }, 'transaction: inputs of 4, outputs of 5'],
    ['units that vanish', { inputs: [to(1, 5)], outputs: [to(2, 4)] }, 'transaction: inputs of 5, outputs of 4'],
    [
      'sums beyond exact integers',
      { inputs: [to(1, Number.MAX_SAFE_INTEGER), to(2)], outputs: [to(3, Number.MAX_SAFE_INTEGER), to(4)] },
      'transaction: inputs of 9007199254740992, outputs of 9007199254740992',
    ],
  ])('refuses %s', (_, transfer, expected) => {
    const routed = routeTransfer(transfer, placement);
    expect('problems' in routed && routed.problems.map(({ path, found }) => `${path}: ${found}`)).toContain(expected);
  });

  it('refuses more accounts than fit a message', () => {
    const outputs = Array.from({ length: MOVEMENT_COUNT_MAX }, (_, account) => to(account));
    expect(routeTransfer({ inputs: [to(0)], outputs }, placement)).toMatchObject({
      problems: [{ path: 'transaction' }],
    });
  });
});
