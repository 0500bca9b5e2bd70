import { describe, expect, it } from 'vitest';
import { adversary } from './adversary.ts';
import { svbft } from './index.ts';
import { mutantScenarios } from './mutant-scenarios.ts';
import { mutants } from './mutants.ts';
import { type Copy, Network, type NetworkOptions } from './testing/harness.ts';
import { forge, inflate, repeatVotes } from './testing/traitors.ts';

const CONFIG = { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 2000 };
const DELAY = [10_000];

/** What went wrong in a run, by the name of the check that sees it. */
function violations(network: Network, traitors: readonly number[]): string[] {
  const found = network.disagreement(traitors) === null ? [] : ['agreement'];
  const isProved = network.decisions
    .filter((_, node) => !traitors.includes(node))
    .every((decisions) =>
      decisions.every((decision) => {
        const { members, quorum } = svbft.quorumAt(decision, [], {
          validatorCount: network.options.n,
          stakes: [],
        });
        const signers = svbft.votes(decision).map(({ proof }) => proof.signer);
        const isDistinct = new Set(signers).size === signers.length;
        const isSigned = svbft
          .votes(decision)
          .every(({ message, proof }) => network.contexts[0]?.verify(proof.signer, message, proof.signature));
        return (
          isDistinct && isSigned && signers.length >= quorum && signers.every((signer) => members.includes(signer))
        );
      }),
    );
  if (!isProved) found.push('certificates');
  if (Math.max(...network.heights()) === 0) found.push('liveness');
  return found;
}

interface Case {
  readonly mutant: string;
  readonly options: Omit<NetworkOptions, 'mutant'>;
  readonly traitors?: readonly number[];
  readonly prepare?: (network: Network) => void;
  /** Neither side has a quorum, so that the correct protocol rightly decides nothing. */
  readonly staysSplit?: boolean;
}

/** v0 hears and is not heard. */
const isFromMute = ({ from }: Copy) => from === 0;

const CASES: readonly Case[] = [
  {
    mutant: 'svbft-vc-forgets',
    options: {
      n: 4,
      config: CONFIG,
      route: (copy, now) =>
        isFromMute(copy) || (copy.message.type === 'commit' && copy.to !== 0 && now < 900_000) ? [] : DELAY,
    },
  },
  {
    mutant: 'quorum-2f+1-any-n',
    options: { n: 6, config: CONFIG, route: ({ from, to }) => (from < 3 === to < 3 ? DELAY : []) },
    staysSplit: true,
  },
  {
    mutant: 'votes-not-distinct',
    options: {
      n: 4,
      config: CONFIG,
      traitors: { 3: repeatVotes },
      route: (_, __, network) => [5_000 + network.random(60_000)],
    },
    traitors: [3],
  },
  {
    mutant: 'timer-not-doubled',
    options: { n: 4, config: { ...CONFIG, viewChangeTimeoutMs: 500 }, route: () => [600_000] },
  },
  {
    mutant: 'unverified',
    options: { n: 4, config: CONFIG, traitors: { 1: forge } },
    traitors: [1],
    prepare: (network) => network.submit(0, 0, 0, 1, 5),
  },
  {
    mutant: 'no-domain-separation',
    options: {
      n: 4,
      config: CONFIG,
      route: (copy, now, network) => routeForTransplant(copy, now, network),
    },
    traitors: [3],
  },
  {
    mutant: 'qc-repeated-signers',
    options: {
      n: 4,
      config: CONFIG,
      traitors: { 2: inflate },
      route: ({ to, from, message }, now) => {
        if ((to === 3 || from === 3) && now < 1_200_000) return [];
        return to === 3 && from !== 2 && message.type === 'sync-response' ? [] : DELAY;
      },
    },
    traitors: [2],
  },
];

/** v1 and v2 hear no PREPARE, v3 no PROPOSAL in view 0; v3 hands the PREPAREs it hears to v0 as COMMITs. */
function routeForTransplant(copy: Copy, now: number, network: Network): readonly number[] {
  if (isFromMute(copy)) return [];
  if (now >= 900_000) return DELAY;
  if (copy.message.type === 'prepare' && copy.to === 3) {
    const ctx = network.contexts[3];
    const message = ctx === undefined ? null : adversary.transplant(copy, ctx);
    const isGenuine = (stolen: Copy) => ctx?.verify(stolen.from, stolen.message, stolen.proof.signature) === true;
    if (message !== null) {
      const stolen = { ...copy, to: 0, message };
      network.at(now + 50_000, () => isGenuine(stolen) && network.deliver(stolen));
    }
  }
  const isCut =
    (copy.message.type === 'prepare' && copy.to !== 0) || (copy.message.type === 'proposal' && copy.to === 3);
  return isCut ? [] : DELAY;
}

function play({ options, prepare }: Case, mutant: string | null): Network {
  const network = new Network({ ...options, ...(mutant === null ? {} : { mutant }) }).start();
  prepare?.(network);
  return network.run(12_000_000);
}

describe('mutants', () => {
  it.each(CASES)('$mutant is caught by its check, and the correct protocol passes the same run', (item) => {
    const check = mutants.find(({ name }) => name === item.mutant)?.check;
    expect(violations(play(item, item.mutant), item.traitors ?? [])).toContain(check);
    expect(violations(play(item, null), item.traitors ?? [])).toEqual(item.staysSplit ? ['liveness'] : []);
  });

  it('all have a case here and a scenario that names them', () => {
    expect(CASES.map(({ mutant }) => mutant).sort()).toEqual(mutants.map(({ name }) => name).sort());
    const scenarios = mutantScenarios.map(({ id, mutant }) => [id, mutant]);
    expect(scenarios).toEqual(expect.arrayContaining(mutants.map(({ scenario, name }) => [scenario, name])));
  });
});
