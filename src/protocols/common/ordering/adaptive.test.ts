import { describe, expect, it } from 'vitest';
import { CALM_AFTER, type Course, createCourse, follow, LARGE_FROM, WINDOW, wantedWay } from './adaptive.ts';

/** A course after so many values with so many items each, under one leader. */
function run(count: number, fill: number, course: Course = createCourse('all-to-all')): Course {
  for (let i = 0; i < count; i++) follow(course, { view: null, turn: null, fill });
  return course;
}

const turned = (course: Course): Course => {
  follow(course, { view: null, turn: { way: 'linear', from: 9 }, fill: 2 });
  return course;
};

describe('the choice of a way', () => {
  it('is votes to the leader where many order much under one leader', () => {
    expect(wantedWay(run(WINDOW, 2), 0, LARGE_FROM)).toBe('linear');
  });

  it.each([
    ['the group is small', run(WINDOW, 9), 0, LARGE_FROM - 1],
    ['little is known yet', run(WINDOW - 1, 9), 0, LARGE_FROM],
    ['little is ordered', run(WINDOW, 1), 0, LARGE_FROM],
    ['another leader speaks now', run(WINDOW, 9), 1, LARGE_FROM],
  ])('is votes to all where %s', (_why, course, proposedIn, members) => {
    expect(wantedWay(course, proposedIn, members)).toBe('all-to-all');
  });

  it('is votes to all until so many values after a change of leader', () => {
    const course = run(WINDOW, 9);
    follow(course, { view: 1, turn: null, fill: 9 });
    run(CALM_AFTER - 1, 9, course);
    expect(wantedWay(course, 1, LARGE_FROM)).toBe('all-to-all');
    expect(wantedWay(run(1, 9, course), 1, LARGE_FROM)).toBe('linear');
  });

  it('does not waver: what is enough to stay is not enough to turn', () => {
    const few = (course: Course): Course => run(3, 2, run(WINDOW - 3, 1, course));
    expect(wantedWay(few(createCourse('all-to-all')), 0, LARGE_FROM)).toBe('all-to-all');
    expect(wantedWay(few(turned(run(WINDOW, 2))), 0, LARGE_FROM)).toBe('linear');
    expect(wantedWay(run(WINDOW, 1, turned(run(WINDOW, 2))), 0, LARGE_FROM)).toBe('all-to-all');
  });

  it('comes from the values alone, and remembers a bounded number of them', () => {
    const course = run(10 * CALM_AFTER, 2);
    expect(course.recent).toHaveLength(CALM_AFTER);
    expect(turned(course)).toMatchObject({ way: 'linear', from: 9, view: 0 });
  });
});
