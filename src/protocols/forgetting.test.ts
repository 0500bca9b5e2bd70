/**
 * What a node keeps is bounded, and who was away longer than that comes back by state transfer: one suite over every protocol that
 * decides one block after the other.
 */
import { describe, expect, it } from 'vitest';
import { pack } from '../core/pack.ts';
import { type Copy, TestNetwork } from './common/testing/network.ts';
import { PROTOCOLS, protocolByName } from './registry.ts';

const SECOND = 1_000_000;
const KEPT = 8;
/** By protocol: ten blocks a virtual second, eight blocks kept, and a wait that is over soon. */
const CONFIGS = {
  svbft: { blockTimeMs: 100, viewChangeTimeoutMs: 300, statusPeriodMs: 300, blocksKept: KEPT, syncBatch: 4 },
  fastpath: { blockTimeMs: 100, viewChangeTimeoutMs: 600, statusPeriodMs: 300, blocksKept: KEPT, syncBatch: 4 },
  tendermint: {
    blockTimeMs: 100,
    timeoutProposeMs: 200,
    timeoutProposeIncrementMs: 50,
    timeoutPrevoteMs: 100,
    timeoutPrecommitMs: 100,
    heartbeatMs: 300,
    blocksKept: KEPT,
    syncBatch: 4,
  },
  pbft: {
    blockTimeMs: 100,
    viewChangeTimeoutMs: 400,
    statusPeriodMs: 300,
    checkpointInterval: 4,
    windowSize: 8,
    blocksKept: KEPT,
    syncBatch: 4,
  },
  hotstuff: { blockTimeMs: 60, viewChangeTimeoutMs: 300, statusPeriodMs: 200, blocksKept: KEPT, syncBatch: 4 },
  raft: { blockTimeMs: 100, electionTimeoutMs: 400, heartbeatMs: 100, snapshotEntries: KEPT, appendEntries: 4 },
  paxos: { blockTimeMs: 100, takeoverTimeoutMs: 400, heartbeatMs: 100, blocksKept: KEPT, learnBlocks: 4 },
} as const;
type Name = keyof typeof CONFIGS;
const NAMES = Object.keys(CONFIGS) as Name[];

// biome-ignore lint/suspicious/noExplicitAny: the suite sees what all protocols have in common.
type Network = TestNetwork<any, { readonly type: string }, any, any, any>;
interface Settings {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly traitors?: Readonly<Record<number, (copy: Copy<{ readonly type: string }>) => { readonly type: string }[]>>;
}

function protocolOf(name: Name) {
  const protocol = protocolByName(name);
  if (protocol === null) throw new Error(`no protocol ${name}`);
  return protocol;
}

/** Four nodes; a client hands in a batch every other block. */
function running(name: Name, seconds: number, { config = {}, traitors = {} }: Settings = {}): Network {
  const network: Network = new TestNetwork(protocolOf(name), {
    n: 4,
    config: { ...CONFIGS[name], ...config },
    traitors,
  });
  for (let i = 0; i < seconds * 5; i++) network.at(i * 200_000, () => network.submit(i, 1));
  return network;
}

function slept(name: Name, settings: Settings = {}): Network {
  const network = running(name, 20, settings);
  network.at(SECOND, () => network.crash(3));
  network.at(7 * SECOND, () => network.restart(3));
  return network.start();
}

const known = (name: Name, network: Network, node: number) =>
  protocolOf(name).validator.inspect(network.states[node]) as { readonly height: number; readonly ledgerRoot: string };
const heightOf = (name: Name, network: Network, node: number): number => known(name, network, node).height;
const jumpsOf = (network: Network, node: number) =>
  (network.decisions[node] ?? []).filter(({ isSnapshot }) => isSnapshot === true);
const bytesOf = (network: Network, node: number): number => pack([network.states[node], network.disks[node]]).length;

/** Nodes that decided a height in two ways. */
function disagreements(network: Network, except: readonly number[] = []): string[] {
  const first = new Map<number, string>();
  const found: string[] = [];
  for (const [node, decisions] of network.decisions.entries()) {
    if (except.includes(node)) continue;
    for (const { slot, digest } of decisions) {
      if ((first.get(slot) ?? digest) !== digest) found.push(`v${node} at ${slot}`);
      first.set(slot, digest);
    }
  }
  return found;
}

it('is asked of every protocol that decides one block after the other', () => {
  const isChain = (name: string): boolean => name !== 'avalanche' && name !== 'sharded';
  expect([...NAMES].sort()).toEqual([...PROTOCOLS.keys()].filter(isChain).sort());
});

describe.each(NAMES)('%s forgets', (name) => {
  it('so that state and disk after a thousand decisions are no larger than after five hundred', () => {
    const network = running(name, 110).start();
    const nodes = [0, 1, 2, 3];
    network.run(200 * SECOND, () => heightOf(name, network, 0) >= 500);
    const before = nodes.map((node) => bytesOf(network, node));
    network.run(200 * SECOND, () => heightOf(name, network, 0) >= 1000);
    for (const node of nodes) {
      expect(heightOf(name, network, node)).toBeGreaterThan(900);
      expect(bytesOf(network, node)).toBeLessThan(1.3 * (before[node] as number));
    }
    expect(disagreements(network)).toEqual([]);
  }, 120_000);

  it('and who was away longer takes over the state, decides on with the others and is needed', () => {
    const network = slept(name);
    network.run(12 * SECOND);
    const jumps = jumpsOf(network, 3);
    expect(jumps.length).toBeGreaterThan(0);
    expect(jumps[0]?.slot).toBeGreaterThan(2 * KEPT);
    network.run(20 * SECOND, () => heightOf(name, network, 3) === heightOf(name, network, 0));
    expect(known(name, network, 3).ledgerRoot).toBe(known(name, network, 0).ledgerRoot);
    expect(disagreements(network)).toEqual([]);
    const before = heightOf(name, network, 3);
    network.crash(0);
    network.run(network.now + 12 * SECOND);
    expect(heightOf(name, network, 3)).toBeGreaterThan(before + 10);
    expect(disagreements(network)).toEqual([]);
  }, 60_000);

  it('and who was away less is sent blocks', () => {
    const network = running(name, 10);
    network.at(SECOND, () => network.crash(3));
    network.at(1_500_000, () => network.restart(3));
    network.start().run(5 * SECOND);
    expect(jumpsOf(network, 3)).toEqual([]);
    expect(heightOf(name, network, 3)).toBeGreaterThan(30);
  }, 60_000);

  it('and what was jumped to survives a crash, again and again', () => {
    const network = slept(name);
    for (let i = 0; i < 6; i++) {
      network.at(9 * SECOND + i * 1_700_000, () => network.crash(3));
      network.at(9 * SECOND + i * 1_700_000 + 200_000, () => network.restart(3));
    }
    network.run(9_250_000);
    const back = heightOf(name, network, 3);
    expect(back).toBeGreaterThan(2 * KEPT);
    network.run(24 * SECOND, () => heightOf(name, network, 3) > back + 100);
    expect(heightOf(name, network, 3)).toBeGreaterThan(back + 100);
    expect(disagreements(network)).toEqual([]);
    expect(network.evidence).toEqual([]);
  }, 60_000);

  it('unless it is told to keep everything', () => {
    const network = slept(name, { config: name === 'raft' ? { snapshotEntries: 0 } : { blocksKept: 0 } });
    network.run(14 * SECOND);
    expect(jumpsOf(network, 3)).toEqual([]);
    expect(heightOf(name, network, 3)).toBeGreaterThan(3 * KEPT);
    expect(bytesOf(network, 0)).toBeGreaterThan(2 * bytesOf(slept(name).run(14 * SECOND), 0));
  }, 60_000);
});

describe.each(['svbft', 'fastpath'] as const)('%s', (name) => {
  it('keeps on disk what was said at the last heights only, and comes back to the same state with it', () => {
    const config = { blocksKept: 0 };
    const network = running(name, 12, { config }).start();
    network.run(10 * SECOND);
    network.crash(2);
    const kinds = (kind: string) => (network.disks[2] ?? []).filter((record) => record.kind === kind);
    expect(kinds('decided').length).toBeGreaterThan(50);
    expect(kinds('accepted').length).toBeGreaterThan(0);
    for (const kind of ['accepted', 'prepared', 'view']) expect(kinds(kind).length, kind).toBeLessThan(10);
    const before = heightOf(name, network, 2);
    network.restart(2);
    expect(heightOf(name, network, 2)).toBe(before);
    network.run(12 * SECOND);
    expect(heightOf(name, network, 2)).toBe(heightOf(name, network, 0));
  });
});

/** A unit more in the first account: the proof of the block is whole, the state is not the one behind it. */
function enriched(message: { readonly type: string }): { readonly type: string } {
  for (const [key, value] of Object.entries(message)) {
    if (typeof value !== 'object' || value === null || !('ledger' in value)) continue;
    const { ledger } = value as { readonly ledger: { readonly balances: readonly number[] } };
    const balances = ledger.balances.map((balance, account) => (account === 0 ? balance + 1 : balance));
    return { ...message, [key]: { ...(value as object), ledger: { ...ledger, balances } } };
  }
  return message;
}

describe.each(NAMES.filter((name) => protocolOf(name).declaration.faultModel === 'byzantine'))('%s', (name) => {
  it('takes over no state but the one behind the root, and another peer helps', () => {
    let refused = 0;
    for (const liar of [0, 1, 2]) {
      const network = slept(name, { traitors: { [liar]: ({ message }) => [enriched(message)] } });
      network.run(16 * SECOND);
      refused += (network.notes[3] ?? []).filter((note) => note.includes('not the state behind')).length;
      expect(heightOf(name, network, 3)).toBeGreaterThan(4 * KEPT);
      expect(jumpsOf(network, 3).length).toBeGreaterThan(0);
      expect(disagreements(network, [liar])).toEqual([]);
      const honest = liar === 0 ? 1 : 0;
      network.run(20 * SECOND, () => heightOf(name, network, 3) === heightOf(name, network, honest));
      expect(known(name, network, 3).ledgerRoot).toBe(known(name, network, honest).ledgerRoot);
    }
    expect(refused).toBeGreaterThan(0);
  }, 60_000);
});
