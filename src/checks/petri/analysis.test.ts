import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseNet } from './analyse.ts';
import { coverability } from './coverability.ts';
import { placeInvariants, transitionInvariants } from './invariants.ts';
import { checkNet, incidence, type PetriNet } from './net.ts';
import { explore, fire } from './reach.ts';
import { firings, initialMarking } from './net.ts';
import {
  boundedProducer,
  CLASSES,
  kanban,
  netOf,
  philosophers,
  PRODUCER,
  readersAndWriters,
  tokenRing,
} from './testing/models.ts';

const reachable = (net: PetriNet): number => {
  const { markings, cutOff } = explore(net);
  expect(cutOff).toBeNull();
  return markings.size;
};

describe('reachable markings', () => {
  // Model Checking Contest, Philosophers: 243 for 5, 59,049 for 10; the trace of the n-th power of its transfer matrix is 3^n.
  it.each([
    [2, 9],
    [5, 243],
    [10, 59_049],
  ])('of %i dining philosophers are %i', (count, expected) => {
    expect(reachable(philosophers(count))).toBe(expected);
  });

  // Ciardo & Tilgner, ICASE 96-35, 1996; Model Checking Contest, Kanban.
  it.each([
    [1, 160],
    [2, 4_600],
    [3, 58_400],
    [4, 454_475],
  ])('of the Kanban system with %i cards a cell are %i', (cards, expected) => {
    expect(reachable(kanban(cards))).toBe(expected);
  });

  it.each([1, 2, 7, 40])('of %i readers and writers are two more', (processes) => {
    expect(reachable(readersAndWriters(processes))).toBe(processes + 2);
  });

  it.each([1, 3, 50])('of a token ring of %i stations are twice as many', (stations) => {
    expect(reachable(tokenRing(stations))).toBe(2 * stations);
  });

  it.each([1, 9])('stop where an inhibitor arc of weight %i says', (size) => {
    expect(reachable(boundedProducer(size))).toBe(size + 1);
  });

  it('of a net without transitions are one, of an empty net too', () => {
    expect(reachable(netOf('still', { a: 3 }, []))).toBe(1);
    expect(reachable(netOf('empty', {}, []))).toBe(1);
  });

  it('say where they were cut off', () => {
    const graph = explore(kanban(3), { markings: 1_000, edges: 1_000_000 });
    expect(graph.cutOff).toBe('markings');
    expect(graph.explored).toBeLessThan(graph.markings.size);
    expect(explore(kanban(3), { markings: 1_000_000, edges: 500 }).cutOff).toBe('edges');
    expect(explore(netOf('flood', { a: 1 }, ['t: a -> 1000000000 a + 1000000000 b'])).cutOff).toBe('tokens');
  });

  it('are all reached by firing: every way leads to its marking', () => {
    const net = philosophers(4);
    const graph = explore(net);
    const moves = firings(net);
    for (let at = 0; at < graph.markings.size; at++) {
      const marking = initialMarking(net);
      const path: number[] = [];
      for (let back = at; (graph.parents[back] ?? -1) >= 0; back = graph.parents[back] ?? -1) {
        path.push(graph.parentLabels[back] ?? 0);
      }
      for (const t of path.reverse()) fire(moves[t] as (typeof moves)[number], marking);
      expect([...marking]).toEqual(graph.markings.at(at));
    }
  });
});

describe('deadlocks', () => {
  it('of philosophers: all hold the left fork, or all the right one', () => {
    const { deadlocks } = analyseNet(philosophers(3));
    expect(deadlocks.count).toBe(2);
    expect(deadlocks.isComplete).toBe(true);
    const held = deadlocks.examples.map(({ marking }) => Object.keys(marking).sort());
    expect(held).toContainEqual(['hasLeft0', 'hasLeft1', 'hasLeft2']);
    expect(held).toContainEqual(['hasRight0', 'hasRight1', 'hasRight2']);
    expect(deadlocks.examples[0]?.path).toHaveLength(3);
  });

  it('of the Kanban system: none', () => {
    expect(analyseNet(kanban(2)).deadlocks).toEqual({ count: 0, examples: [], isComplete: true });
  });
});

describe('bounds', () => {
  it('of the Kanban system are its cards', () => {
    const { bounds } = analyseNet(kanban(2));
    expect(bounds).toMatchObject({ isBounded: true, k: 2, by: 'reachability' });
    expect(new Set(Object.values(bounds.places))).toEqual(new Set([2]));
  });

  it('are ω where a store is never full', () => {
    const { bounds, liveness, reachable: found } = analyseNet(PRODUCER, { markings: 500 });
    expect(bounds).toMatchObject({ isBounded: false, k: null, by: 'coverability' });
    expect(bounds.places).toEqual({ ready: 1, hungry: 1, store: null, full: 1 });
    expect(found.cutOff).toBe('markings');
    expect(liveness).toBeNull();
  });

  it('are not known with inhibitor arcs when the graph is cut off', () => {
    expect(analyseNet(boundedProducer(1_000), { markings: 100 }).bounds.isBounded).toBeNull();
  });

  it('of a net too large to explore come from its coverability graph', () => {
    const { bounds } = analyseNet(kanban(2), { markings: 100 });
    expect(bounds).toMatchObject({ isBounded: true, k: 2, by: 'coverability' });
  });
});

describe('coverability', () => {
  // Karp & Miller 1969: p grows by a loop; then each firing of the second moves a token on.
  it('finds what grows only after something else has grown', () => {
    const net = netOf('two stages', { a: 1 }, [
      'grow: a -> a + p',
      'move: p -> q',
      'turn: a + 3 q -> c',
      'drain: c + q -> c',
    ]);
    expect(coverability(net).bounds).toEqual([1, null, null, 1]);
    expect(coverability(net).markings).toEqual(
      expect.arrayContaining([
        [1, null, null, 0],
        [0, null, null, 1],
      ]),
    );
  });

  it('of a bounded net gives its exact bounds', () => {
    const net = philosophers(4);
    expect(coverability(net).bounds).toEqual(explore(net).markings.maxima());
  });

  it('says when it gave up, and refuses inhibitor arcs', () => {
    expect(coverability(kanban(2), 50).isComplete).toBe(false);
    expect(() => coverability(boundedProducer(2))).toThrow(RangeError);
  });
});

describe('liveness', () => {
  it('tells the classes apart', () => {
    const { liveness } = analyseNet(CLASSES);
    expect(liveness).toEqual({
      classes: { spin: 'L3', leave: 'L1', forth: 'L4', home: 'L4', never: 'dead' },
      isLive: false,
      isReversible: false,
    });
  });

  it('of philosophers ends in their deadlocks; a Kanban system lives for ever and gets back', () => {
    expect(new Set(Object.values(analyseNet(philosophers(3)).liveness?.classes ?? {}))).toEqual(new Set(['L3']));
    expect(analyseNet(kanban(1)).liveness).toMatchObject({ isLive: true, isReversible: true });
  });
});

describe('invariants', () => {
  it('of the Kanban system: what a cell holds, and the ways round it', () => {
    const { placeInvariants: places, transitionInvariants: transitions } = analyseNet(kanban(5), { markings: 10 });
    const cell = (tokens: number, machine: number) => ({
      [`kanban${tokens}`]: '1',
      [`machine${machine}`]: '1',
      [`back${machine}`]: '1',
      [`out${machine}`]: '1',
    });
    // Cells 2 and 3 are loaded and unloaded together, so their cards and their machines may be swapped.
    const expected = [cell(1, 1), cell(2, 2), cell(2, 3), cell(3, 2), cell(3, 3), cell(4, 4)];
    expect(places.isComplete).toBe(true);
    expect(places.invariants).toHaveLength(expected.length);
    for (const invariant of expected) expect(places.invariants).toContainEqual(invariant);
    expect(transitions.invariants).toHaveLength(5);
    expect(transitions.invariants).toContainEqual({ redo2: '1', again2: '1' });
  });

  it('of philosophers: each is in one state, each fork in one place; either fork may come first', () => {
    const { placeInvariants: places, transitionInvariants: transitions } = analyseNet(philosophers(5));
    expect(places.invariants).toHaveLength(10);
    expect(places.invariants).toContainEqual({ think2: '1', hasLeft2: '1', hasRight2: '1', eat2: '1' });
    expect(places.invariants).toContainEqual({ fork2: '1', hasLeft2: '1', eat2: '1', hasRight1: '1', eat1: '1' });
    expect(transitions.invariants).toHaveLength(10);
    expect(transitions.invariants).toContainEqual({ left3: '1', both3: '1', end3: '1' });
  });

  it('are minimal: none contains another', () => {
    // Both ways from a to d pass through b or c; a sum of two ways is an invariant too, and not minimal.
    const net = netOf('ways', { a: 1 }, [
      'ab: a -> b',
      'ac: a -> c',
      'bd: b -> d',
      'cd: c -> d',
      'bc: b -> c',
      'cb: c -> b',
      'da: d -> a',
    ]);
    const { invariants } = transitionInvariants(net);
    const supports = invariants.map((x) => x.map((weight) => (weight > 0n ? 1 : 0)).join(''));
    // ab bd da · ac cd da · bc cb · ab bc cd da · ac cb bd da
    expect(supports.sort()).toEqual(['0000110', '0101001', '0110011', '1001101', '1010001']);
  });

  it('have the weights that the arcs ask for', () => {
    const { placeInvariants: found } = analyseNet(readersAndWriters(4));
    expect(found.invariants).toContainEqual({ keys: '1', reading: '1', writing: '4' });
    expect(found.invariants).toContainEqual({ idle: '1', reading: '1', writing: '1' });
    expect(found.invariants).toHaveLength(2);
  });

  it('stay exact beyond 2^53', () => {
    const net = netOf('chain', { a: 1 }, ['x: a -> 999999937 b', 'y: b -> 999999929 c', 'z: c -> 999999893 d']);
    const [weights] = placeInvariants(net).invariants;
    expect(weights?.[0]).toBe(999_999_937n * 999_999_929n * 999_999_893n);
    expect(weights?.[3]).toBe(1n);
  });

  it('say when there were too many rows', () => {
    const { isComplete, invariants } = placeInvariants(philosophers(6), 4);
    expect(isComplete).toBe(false);
    expect(invariants.length).toBeLessThan(placeInvariants(philosophers(6)).invariants.length);
  });
});

const places = ['a', 'b', 'c', 'd', 'e'];
const side = fc.array(fc.tuple(fc.constantFrom(...places), fc.integer({ min: 1, max: 3 })), { maxLength: 3 });
const randomNet = fc
  .tuple(
    fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 5 }),
    fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
  )
  .map(([moves, tokens]) => {
    const text = (terms: readonly (readonly [string, number])[]): string => {
      const sum = new Map<string, number>();
      for (const [place, weight] of terms) sum.set(place, (sum.get(place) ?? 0) + weight);
      return [...sum].map(([place, weight]) => `${weight} ${place}`).join(' + ');
    };
    const initial = Object.fromEntries(places.map((place, i) => [place, tokens[i] ?? 0]));
    return netOf(
      'random',
      initial,
      moves.map(([left, right], t) => `t${t}: ${text(left)} -> ${text(right)}`),
    );
  });

describe('of random nets', () => {
  it('invariants are semi-positive, minimal and annulled by the incidence matrix', () => {
    fc.assert(
      fc.property(randomNet, (net) => {
        expect(checkNet(net)).toEqual([]);
        const matrix = incidence(net);
        for (const y of placeInvariants(net).invariants) {
          expect(y.every((weight) => weight >= 0n) && y.some((weight) => weight > 0n)).toBe(true);
          for (const row of matrix)
            expect(row.reduce((sum, value, p) => sum + BigInt(value) * (y[p] ?? 0n), 0n)).toBe(0n);
        }
        const { invariants } = transitionInvariants(net);
        for (const x of invariants) {
          places.forEach((_, p) => {
            expect(matrix.reduce((sum, row, t) => sum + BigInt(row[p] ?? 0) * (x[t] ?? 0n), 0n)).toBe(0n);
          });
          const contained = invariants.filter((other) =>
            other.every((weight, t) => weight === 0n || (x[t] ?? 0n) > 0n),
          );
          expect(contained).toEqual([x]);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('place invariants hold in every reachable marking, and bounds agree with coverability', () => {
    let unbounded = 0;
    let bounded = 0;
    fc.assert(
      fc.property(randomNet, (net) => {
        const graph = explore(net, { markings: 300, edges: 10_000 });
        const sums = placeInvariants(net).invariants.map((y) => {
          const sum = (at: number): bigint =>
            graph.markings.at(at).reduce((total, tokens, p) => total + BigInt(tokens) * (y[p] ?? 0n), 0n);
          return new Set(Array.from({ length: graph.markings.size }, (_, at) => sum(at))).size;
        });
        expect(sums.every((count) => count === 1)).toBe(true);
        const covered = coverability(net, 2_000);
        if (!covered.isComplete) return;
        if (graph.cutOff === null) expect(covered.bounds).toEqual(graph.markings.maxima());
        else expect(covered.bounds.some((bound) => bound === null || bound > 2)).toBe(true);
        if (covered.bounds.includes(null)) unbounded++;
        else bounded++;
      }),
      { numRuns: 400, seed: 2 },
    );
    expect(Math.min(bounded, unbounded)).toBeGreaterThan(40);
  });
});

describe('a net is refused', () => {
  const sound = netOf('sound', { a: 1 }, ['t: a -> b']);
  it.each([
    ['an unknown end', { arcs: [{ from: 'a', to: 'x', weight: 1, kind: 'normal' }] }, 'arcs[0].to: found "x"'],
    ['two places joined', { arcs: [{ from: 'a', to: 'b', weight: 1, kind: 'normal' }] }, 'between two places'],
    ['a weight of 0', { arcs: [{ from: 'a', to: 't', weight: 0, kind: 'normal' }] }, 'arcs[0].weight: found 0'],
    ['an inhibitor from a transition', { arcs: [{ from: 't', to: 'b', weight: 1, kind: 'inhibitor' }] }, 'inhibitor'],
    ['an id twice', { transitions: [{ id: 'a', name: '' }] }, 'a second "a"'],
    ['half a token', { places: [{ id: 'a', name: '', initial: 0.5 }] }, 'places[0].initial: found 0.5'],
  ] as const)('for %s', (_, change, expected) => {
    const problems = checkNet({ ...sound, ...change } as PetriNet);
    expect(problems.map(({ path, found }) => `${path}: found ${found}`).join('\n')).toContain(
      expected.replace(/^between/, 'an arc between'),
    );
  });
});
