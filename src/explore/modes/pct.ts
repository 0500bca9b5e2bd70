/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010), with links for threads: each
 * directed link gets a random priority, at d−1 random moments one link falls below all others. A priority is a delay, so that
 * every schedule is a scenario of ordinary link faults. A bug of depth d among k steps of n threads is hit with
 * probability at least 1/(n·k^(d−1)) a schedule, where delays order all steps; here they order what is sent close together.
 */
import type { FaultInput, Scenario } from '../../scenario/index.ts';
import type { Behaviour } from '../../kernel/plan.ts';
import { Dice } from '../dice.ts';
import type { Field } from '../field.ts';
import { type Mode, seedAt, withFaults } from './mode.ts';

const STREAM = 3;
const DEPTH_MAX = 4;
/** More links than this are grouped by sender: a scenario stays readable. */
const LINKS_MAX = 20;

interface Thread {
  readonly from: string;
  /** Null: to everyone. */
  readonly to: string | null;
}

export const pct: Mode = {
  name: 'pct',
  explain: 'random priorities of links with a few sudden changes (probabilistic concurrency testing)',
  candidate(field, seed, index): Scenario {
    const dice = new Dice(seed, STREAM, index);
    const threads = threadsOf(field);
    const endMs = 8 * field.slotMs;
    const stepMs = Math.max(1, Math.round((dice.pick([1, 2, 4]) * field.slotMs) / threads.length));
    const faults = [...prioritiesOf(threads, stepMs, endMs, dice), ...traitorOf(field, dice)];
    return withFaults(field, { seed: seedAt(seed, index), faults, stopMs: endMs + 6 * field.slotMs });
  },
};

function threadsOf({ validatorCount: n }: Field): Thread[] {
  const names = Array.from({ length: n }, (_, i) => `v${i}`);
  if (n * (n - 1) > LINKS_MAX) return names.map((from) => ({ from, to: null }));
  return names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
}

/** Rank r waits r steps; a link that falls below all waits longer than the last from its change point on. */
function prioritiesOf(threads: readonly Thread[], stepMs: number, endMs: number, dice: Dice): FaultInput[] {
  const ranks = dice.shuffled(threads.length);
  const changes = new Map<number, number>();
  const depth = dice.between(1, DEPTH_MAX);
  for (let k = 1; k < depth; k++) changes.set(dice.roll(threads.length), dice.between(1, Math.max(1, endMs - 1)));
  const faults: FaultInput[] = [];
  for (const [i, { from, to }] of threads.entries()) {
    const link = { kind: 'link' as const, from: [from], to: to === null ? null : [to], symmetric: false };
    const rank = ranks[i] ?? 0;
    const changeMs = changes.get(i);
    if (rank > 0) faults.push({ ...link, delayMs: rank * stepMs, at: 0, until: changeMs ?? endMs });
    if (changeMs === undefined || changeMs >= endMs) continue;
    faults.push({ ...link, delayMs: (threads.length + 1) * stepMs, at: changeMs, until: endMs });
  }
  return faults;
}

/** Half of the schedules have one liar, where the fault model allows one. */
function traitorOf(field: Field, dice: Dice): FaultInput[] {
  if (field.byzantineMax === 0 || field.behaviours.length === 0 || dice.chance(50)) return [];
  const behaviour: Behaviour = dice.pick(field.behaviours);
  return [{ kind: 'byzantine', target: `v${dice.roll(field.validatorCount)}`, behaviour, at: 0 }];
}
