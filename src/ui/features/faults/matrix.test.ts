import { describe, expect, it } from 'vitest';
import { cellOf, faultsOf, neighbour, rectangle } from './matrix.ts';

const IDS = ['v0', 'v1', 'v2', 'v3'];
const SETTINGS = { delayMs: 250, lossPercent: 40 };

describe('the link matrix', () => {
  it('marks rectangles whichever corner they start from, never the diagonal', () => {
    const cells = [
      [0, 1],
      [1, 0],
      [2, 0],
      [2, 1],
    ].map(([from = 0, to = 0]) => cellOf(from, to, 4));
    expect(rectangle(cellOf(0, 0, 4), cellOf(2, 1, 4), 4)).toEqual(cells);
    expect(rectangle(cellOf(2, 1, 4), cellOf(0, 0, 4), 4)).toEqual(cells);
    expect(rectangle(cellOf(3, 3, 4), cellOf(3, 3, 4), 4)).toEqual([]);
  });

  it('moves from link to link over the diagonal and not over the edge', () => {
    expect(neighbour(cellOf(0, 1, 4), [1, 0], 4)).toBe(cellOf(2, 1, 4));
    expect(neighbour(cellOf(0, 1, 4), [-1, 0], 4)).toBe(cellOf(0, 1, 4));
    expect(neighbour(cellOf(3, 2, 4), [0, 1], 4)).toBe(cellOf(3, 2, 4));
    expect(neighbour(cellOf(3, 2, 4), [0, -1], 4)).toBe(cellOf(3, 1, 4));
  });

  it('says a cut between two halves in two faults, one a direction', () => {
    const marked = new Set([
      ...rectangle(cellOf(0, 2, 4), cellOf(1, 3, 4), 4),
      ...rectangle(cellOf(2, 0, 4), cellOf(3, 1, 4), 4),
    ]);
    expect(faultsOf(marked, IDS, 'cut', SETTINGS)).toEqual([
      { kind: 'link', from: ['v0', 'v1'], to: ['v2', 'v3'], symmetric: false, loss: 1 },
      { kind: 'link', from: ['v2', 'v3'], to: ['v0', 'v1'], symmetric: false, loss: 1 },
    ]);
  });

  it('keeps one way one way, and slow and lossy apart', () => {
    const one = new Set([cellOf(3, 0, 4)]);
    expect(faultsOf(one, IDS, 'slow', SETTINGS)).toEqual([
      { kind: 'link', from: ['v3'], to: ['v0'], symmetric: false, delayMs: 250 },
    ]);
    expect(faultsOf(one, IDS, 'lossy', SETTINGS)[0]).toMatchObject({ loss: 0.4 });
    expect(faultsOf(new Set(), IDS, 'cut', SETTINGS)).toEqual([]);
  });
});
