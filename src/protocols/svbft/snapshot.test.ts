/** Old blocks are forgotten, and who missed them takes over the state: PBFT §4.3; TOCS 20(4), 2002, state transfer. */
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { isExecuted, stateRoot, totalUnits } from '../../ledger/ledger.ts';
import { pack } from '../../core/pack.ts';
import { adversary } from './adversary.ts';
import { parseMessage, type SyncResponse } from './messages.ts';
import { NOTE } from './notes.ts';
import { REFUSED } from './rules.ts';
import { firstKept } from '../common/chain/kept.ts';
import { type Copy, Network, type NetworkOptions } from './testing/harness.ts';

const SECOND = 1_000_000;
/** Keeps 8 blocks, and up to 9 before it forgets. */
const CONFIG = { blockTimeMs: 100, viewChangeTimeoutMs: 200, statusPeriodMs: 300, blocksKept: 8, syncBatch: 4 };

/** v3 sleeps while the others decide far more than they keep; a client submits all the while. */
function slept(options: Partial<NetworkOptions> = {}): Network {
  const network = new Network({ n: 4, config: CONFIG, overTheWire: true, ...options });
  for (let i = 0; i < 60; i++) network.at(i * 90_000, () => network.submit(0, i, 0, 1 + (i % 7), 1));
  network.at(SECOND, () => network.crash(3));
  network.at(5 * SECOND, () => network.restart(3));
  return network.start();
}

const jumpsOf = (network: Network, node: number) =>
  (network.decisions[node] ?? []).filter(({ isSnapshot }) => isSnapshot === true);

describe('forgetting', () => {
  it('what a validator keeps is bounded, in memory and on disk', () => {
    const network = new Network({ n: 4, config: CONFIG }).start();
    network.run(4 * SECOND);
    const sizes = [0, 1, 2, 3].map((node) => pack([network.states[node], network.disks[node]]).length);
    network.run(40 * SECOND);
    for (const [node, state] of network.states.entries()) {
      expect(state.decided).toBeGreaterThan(300);
      expect(state.chain.length).toBeGreaterThanOrEqual(8);
      expect(state.chain.length).toBeLessThan(10);
      expect(state.chain.map(({ block }) => block.height)[0]).toBe(firstKept(state));
      expect(pack([state, network.disks[node]]).length).toBeLessThan(1.3 * (sizes[node] ?? 0));
    }
  });

  it('without a bound everything is kept, and nobody jumps', () => {
    const network = slept({ config: { ...CONFIG, blocksKept: 0 } });
    network.run(8 * SECOND);
    expect(network.states[0]?.chain.length).toBe(network.states[0]?.decided);
    expect(network.states[3]?.chain[0]?.block.parent).toBe(GENESIS_HASH);
    expect(jumpsOf(network, 3)).toEqual([]);
    expect(network.states[3]?.decided).toBe(network.states[0]?.decided);
  });
});

describe('state transfer', () => {
  it('a validator that missed more than is kept takes over the state, then blocks, and votes again', () => {
    const network = slept();
    network.run(8 * SECOND);
    const [one, back] = [network.states[0]!, network.states[3]!];
    const [jump] = jumpsOf(network, 3);
    expect(jumpsOf(network, 3)).toHaveLength(1);
    expect(jump?.slot).toBeGreaterThan(30);
    expect(back.decided).toBe(one.decided);
    expect(back.tip).toBe(one.tip);
    expect(stateRoot(back.ledger)).toBe(stateRoot(one.ledger));
    expect(network.disagreement()).toBeNull();
    // It is one of the three that decide when another falls silent.
    const before = back.decided;
    network.crash(0);
    network.run(20 * SECOND);
    expect(network.states[1]!.decided).toBeGreaterThan(before + 20);
    expect(network.disagreement()).toBeNull();
  });

  it('what was executed before the jump is not executed again', () => {
    const network = slept();
    network.run(5_500_000);
    const back = network.states[3]!;
    expect(jumpsOf(network, 3)).toHaveLength(1);
    expect(isExecuted(back.ledger, 0, 20)).toBe(true);
    for (let node = 0; node < 4; node++) network.submit(0, 20, 0, 1, 500);
    network.run(9 * SECOND);
    for (const state of network.states) {
      expect(totalUnits(state.ledger)).toBe(8_000);
      expect(state.ledger.balances[0]).toBe(940);
    }
  });

  it('a validator that lags less gets blocks', () => {
    const network = new Network({ n: 4, config: CONFIG });
    network.at(SECOND, () => network.crash(3));
    network.at(1_600_000, () => network.restart(3));
    network.start().run(4 * SECOND);
    expect(jumpsOf(network, 3)).toEqual([]);
    expect(network.states[3]?.decided).toBe(network.states[0]?.decided);
  });

  it('survives a crash after the jump, and serves what it kept', () => {
    const network = slept();
    network.run(8 * SECOND);
    network.crash(3);
    network.restart(3);
    const back = network.states[3]!;
    expect(back.decided).toBeGreaterThan(40);
    network.run(10 * SECOND);
    expect(back.decided).toBe(network.states[0]?.decided);
    expect(network.disagreement()).toBeNull();
    const heights = back.chain.map(({ block }) => block.height);
    expect(heights).toEqual(heights.map((_, i) => firstKept(back) + i));
  });

  it('a jump over a change of the validator set votes with the right set', () => {
    const validatorChanges = [{ height: 20, members: ['v0', 'v1', 'v2', 'v3', 'v4'] }];
    const network = slept({ n: 6, config: { ...CONFIG, validatorChanges } });
    network.run(8 * SECOND);
    expect(jumpsOf(network, 3)).toHaveLength(1);
    expect(network.states[3]?.members).toEqual([0, 1, 2, 3, 4]);
    expect(network.states[3]?.quorum).toBe(network.states[0]?.quorum);
    expect(network.states[3]?.decided).toBe(network.states[0]?.decided);
  });
});

describe('a wrong snapshot', () => {
  const altering =
    (alter: (message: SyncResponse) => SyncResponse | null) =>
    (copy: Copy, network: Network): Copy[] => {
      const { message } = copy;
      if (message.type !== 'sync-response' || message.snapshot === undefined) return [copy];
      const altered = alter(message);
      return altered === null ? [] : [{ ...copy, message: altered, proof: network.sign(copy.from, altered) }];
    };

  it.each([
    [
      'accounts that the block does not name',
      NOTE.wrongState,
      (message: SyncResponse, network: () => Network) =>
        adversary.conflicting(message, network().states[0]!, network().contexts[0]!) as SyncResponse,
    ],
    [
      'fewer signers than a quorum',
      REFUSED.few,
      ({ snapshot, ...rest }: SyncResponse) => ({
        ...rest,
        snapshot: { ...snapshot!, entry: { ...snapshot!.entry, votes: snapshot!.entry.votes.slice(1) } },
      }),
    ],
    [
      'a block nobody voted for',
      REFUSED.forged,
      ({ snapshot, ...rest }: SyncResponse) => ({
        ...rest,
        snapshot: { ...snapshot!, entry: { ...snapshot!.entry, block: { ...snapshot!.entry.block, height: 99 } } },
      }),
    ],
  ] as const)('with %s is refused, and another peer helps', (_, note, alter) => {
    let network: Network;
    const liar = altering((message) => alter(message, () => network));
    network = slept({ traitors: { 0: liar } });
    network.run(12 * SECOND);
    expect(network.log.some((line) => line.includes(`v3 · ${note}`))).toBe(true);
    expect(network.states[3]?.decided).toBe(network.states[1]?.decided);
    expect(stateRoot(network.states[3]!.ledger)).toBe(stateRoot(network.states[1]!.ledger));
    expect(network.disagreement([0])).toBeNull();
  });

  it('of the wrong shape is no message', () => {
    const network = slept();
    let seen: SyncResponse | null = null;
    network.run(6 * SECOND, () => false);
    const entry = network.states[0]!.chain.at(-1)!;
    const good = { type: 'sync-response', entries: [], snapshot: { entry, ledger: network.states[0]!.ledger } };
    seen = parseMessage(good) as SyncResponse | null;
    expect(seen).toBe(good);
    const { balances, executed } = network.states[0]!.ledger;
    for (const ledger of [
      { balances: [-1], executed },
      { balances: [0.5], executed },
      { balances, executed: [{ floor: 3, above: [3] }] },
      { balances, executed: [{ floor: 3, above: [5, 4] }] },
      { balances, executed, more: 1 },
      null,
    ])
      expect(parseMessage({ ...good, snapshot: { entry, ledger } })).toBeNull();
    expect(parseMessage({ ...good, other: 1 })).toBeNull();
  });
});
