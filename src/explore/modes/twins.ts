/**
 * Twins (Bano et al., arXiv 2004.10617): f validators run two machines with one key, and the network is partitioned anew in
 * every round. All scenarios are enumerated: who is duplicated (hence whether it leads in a round, since leaders follow the
 * protocol's own order), which twin the others talk to, and how the others are split in each of three rounds. A round is a
 * slot of the run without faults, or as long as the protocol's slots take. Partitions that differ by the names of their
 * groups only are one. Where an audience is fixed, a twin speaks within its own audience: the paper lets it change sides.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { FaultInput, Scenario } from '../../scenario/index.ts';
import type { Field } from '../field.ts';
import { type Mode, withFaults } from './mode.ts';

const ROUNDS = 3;

export const twins: Mode = {
  name: 'twins',
  explain: 'every way to duplicate f validators and to split the others anew in each of three rounds',
  candidate(field, seed, index): Scenario | null {
    const { validatorCount: n } = field;
    const traitorCount = Math.max(1, field.byzantineMax);
    if (field.byzantineMax === 0 || n - traitorCount < 2) return null;
    const groups = choose(n, traitorCount);
    const splitCount = 2 ** (n - traitorCount - 1);
    // The first split serves as the audience of the twins: all its ways matter, for the others see it from two sides.
    const shape = [groups.length, splitCount, ...Array.from({ length: ROUNDS }, () => splitCount)];
    const digits = digitsOf(index, shape);
    if (digits === null) return null;
    const [which = 0, audience = 0, ...rounds] = digits;
    return build(field, seed, groups[which] ?? [0], audience, rounds);
  },
};

/** How many scenarios the enumeration has for so many validators. */
export function twinsCount({
  validatorCount: n,
  byzantineMax,
}: Pick<Field, 'validatorCount' | 'byzantineMax'>): number {
  if (byzantineMax === 0 || n - byzantineMax < 2) return 0;
  return choose(n, byzantineMax).length * 2 ** ((n - byzantineMax - 1) * (ROUNDS + 1));
}

function build(
  field: Field,
  seed: number,
  traitors: readonly NodeIndex[],
  audience: number,
  rounds: readonly number[],
): Scenario {
  const others = Array.from({ length: field.validatorCount }, (_, i) => i).filter((node) => !traitors.includes(node));
  const favoured = others.filter((_, i) => side(audience, i) === 0);
  const faults: FaultInput[] = traitors.map((target) => ({
    kind: 'byzantine',
    target: `v${target}`,
    behaviour: 'twins',
    peers: named([...traitors, ...favoured].sort((a, b) => a - b)),
    at: 0,
  }));
  for (const [round, split] of rounds.entries()) {
    if (split === 0) continue;
    const [at, until] = spanOf(field, round);
    const groups = [0, 1].map((half) => named(others.filter((_, i) => side(split, i) === half)));
    faults.push({ kind: 'partition', groups, cut: 'lost', at, until });
  }
  return withFaults(field, { seed, faults, stopMs: spanOf(field, ROUNDS)[1] + 6 * field.slotMs });
}

/** A round in ms: the first begins with the run, each lasts two slots, so that a round may fail and its successor lead. */
function spanOf({ slotMs }: Field, round: number): readonly [number, number] {
  return [2 * round * slotMs, 2 * (round + 1) * slotMs];
}

/** The first of the others is always on side 0: swapping the groups changes nothing. */
function side(split: number, position: number): 0 | 1 {
  return position > 0 && (split >> (position - 1)) % 2 === 1 ? 1 : 0;
}

/** Mixed-radix digits of an index, the first radix turning fastest; null when the index is beyond the last number. */
function digitsOf(index: number, shape: readonly number[]): number[] | null {
  const digits: number[] = [];
  let rest = index;
  for (const radix of shape) {
    digits.push(rest % radix);
    rest = Math.floor(rest / radix);
  }
  return rest === 0 ? digits : null;
}

/** All sets of `size` among n, in lexical order. */
function choose(n: number, size: number, from = 0): NodeIndex[][] {
  if (size === 0) return [[]];
  const sets: NodeIndex[][] = [];
  for (let first = from; first <= n - size; first++) {
    for (const rest of choose(n, size - 1, first + 1)) sets.push([first, ...rest]);
  }
  return sets;
}

const named = (nodes: readonly NodeIndex[]): string[] => nodes.map((node) => `v${node}`);
