/**
 * A group that chooses its way of ordering itself, from what it has ordered: every member comes to the same choice at the same height.
 * Votes to the leader save messages where many vote and much is ordered; votes to all are two delays faster, and a leader
 * that fails costs less. Different ways at different times: Guerraoui and others, *The Next 700 BFT Protocols*, EuroSys 2010, §2
 * (switching between instances at a point of the log); how it is measured and decided here is our own.
 */
import type { Way } from './types.ts';

/** So many values after a change of leader a group is calm again. */
export const CALM_AFTER = 32;
/** Values by which it is told whether there is much to order. */
export const WINDOW = 8;
/** Below so many members, votes to all are cheap. */
export const LARGE_FROM = 7;
/** Items of them together from which on there is much to order; below the second number there is little. */
export const LOADED_FROM = 2 * WINDOW;
export const IDLE_BELOW = WINDOW + 2;

/** How ordering has gone: the same for all members after as many values. Plain data. */
export interface Course {
  /** Of the next slot. */
  way: Way;
  /** First slot that is ordered so. */
  from: number;
  /** View in which the leader that spoke last has proposed. */
  view: number;
  /** Of the last values, oldest first. */
  readonly recent: { readonly isNewLeader: boolean; readonly fill: number }[];
}

export function createCourse(way: Way): Course {
  return { way, from: 1, view: 0, recent: [] };
}

/** The way in which a group should go on when its next value is proposed in `view`. */
export function wantedWay({ way, view, recent }: Course, proposedIn: number, memberCount: number): Way {
  if (memberCount < LARGE_FROM) return 'all-to-all';
  if (proposedIn !== view || recent.some(({ isNewLeader }) => isNewLeader)) return 'all-to-all';
  const last = recent.slice(-WINDOW);
  const fill = last.reduce((sum, each) => sum + each.fill, 0);
  if (way === 'linear') return fill < IDLE_BELOW ? 'all-to-all' : 'linear';
  return last.length === WINDOW && fill >= LOADED_FROM ? 'linear' : 'all-to-all';
}

/** What a value of the group's log says of its leader, of the way to go on in, and how much it holds. */
export interface Step {
  /** The view in which it was proposed, where that is not the one of the value before; null: the same leader goes on. */
  readonly view: number | null;
  readonly turn: { readonly way: Way; readonly from: number } | null;
  readonly fill: number;
}

/** Takes in the next value. */
export function follow(course: Course, { view, turn, fill }: Step): void {
  course.recent.push({ isNewLeader: view !== null, fill });
  if (course.recent.length > CALM_AFTER) course.recent.shift();
  if (view !== null) course.view = view;
  if (turn !== null) Object.assign(course, turn);
}
