/** How a shard orders: as the scenario says, or as it decides itself. What decides stands in its blocks. */
import { type Course, createCourse, follow, wantedWay } from '../../common/ordering/adaptive.ts';
import type { Way } from '../../common/ordering/types.ts';
import { orderingOf, type ShardedConfig } from '../config.ts';
import { NOTE } from './notes.ts';
import type { Replica, ReplicaOut } from './state.ts';
import type { Block, Item } from './wire.ts';

/** Of a shard that begins. One that chooses begins with votes to all. */
export function courseOf(shard: number, { ordering }: ShardedConfig): Course {
  const given = orderingOf(ordering, shard);
  return createCourse(given === 'adaptive' ? 'all-to-all' : given);
}

/** An item that says how the shard orders, and nothing to the commit. */
export type CourseItem = Extract<Item, { readonly kind: 'leader' | 'ordering' }>;

export function isCourseItem(item: Item): item is CourseItem {
  return item.kind === 'leader' || item.kind === 'ordering';
}

/**
 * What the next block must say, where the shard chooses: that another leader proposes it than the last one, and that the shard
 * turns to another way from the block after it on. Both follow from the blocks before and the view: no leader has a choice.
 */
export function courseItems({ course, order, size, choice }: Replica): CourseItem[] {
  if (choice !== 'adaptive') return [];
  const { slot, view } = order;
  const items: CourseItem[] = view === course.view ? [] : [{ kind: 'leader', view }];
  const way = wantedWay(course, view, size);
  return way === course.way ? items : [...items, { kind: 'ordering', way, from: slot + 1 }];
}

/** Why a block that is proposed now says the wrong thing of it, or null. */
export function courseProblem(replica: Replica, { items }: Block): string | null {
  const wanted = courseItems(replica);
  const isRight = (item: Item, i: number): boolean => {
    const due = wanted[i];
    if (due === undefined) return !isCourseItem(item);
    if (item.kind === 'leader') return due.kind === 'leader' && due.view === item.view;
    return item.kind === 'ordering' && due.kind === 'ordering' && due.way === item.way && due.from === item.from;
  };
  return items.length >= wanted.length && items.every(isRight) ? null : NOTE.badCourse;
}

const TURNS: Readonly<Record<Way, string>> = { 'all-to-all': NOTE.toAll, linear: NOTE.toLeader };

/** What an ordered block says of how its shard orders. */
export function followBlock({ course }: Replica, { items }: Block, out: ReplicaOut | null): void {
  let [view, turn]: [number | null, { way: Way; from: number } | null] = [null, null];
  let fill = 0;
  for (const item of items) {
    if (item.kind === 'leader') view = item.view;
    else if (item.kind === 'ordering') turn = { way: item.way, from: item.from };
    else fill++;
  }
  follow(course, { view, turn, fill });
  if (turn !== null) out?.note(TURNS[turn.way]);
}
