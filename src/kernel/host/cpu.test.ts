import { describe, expect, it } from 'vitest';
import { Cpu } from './cpu.ts';

describe('Cpu', () => {
  it('works on one piece after the other, in the order of arrival', () => {
    const cpu = new Cpu<string>();
    cpu.offer('a', 100, 10);
    cpu.offer('b', 101, 5);
    expect(cpu.readyAt).toBe(110);
    expect(cpu.take()).toMatchObject({ payload: 'a', arrivedAt: 100 });
    cpu.next();
    expect(cpu.readyAt).toBe(115);
  });

  it('is busy until a piece is ready even when nothing comes of it: time never goes back', () => {
    const cpu = new Cpu<string>();
    cpu.offer('refused', 100, 10);
    cpu.offer('next', 109, 5);
    cpu.take();
    // The caller refuses the first piece and sets nothing.
    cpu.next();
    expect(cpu.readyAt).toBe(115);
  });

  it('waits for the signing of the step before', () => {
    const cpu = new Cpu<string>();
    cpu.offer('a', 0, 10);
    cpu.take();
    cpu.freeAt = 50;
    cpu.next();
    expect(cpu.readyAt).toBe(Number.POSITIVE_INFINITY);
    cpu.offer('b', 20, 3);
    expect(cpu.readyAt).toBe(53);
    expect(cpu.readyNow(60, 0)).toBe(false);
  });

  it('loses what waits when the node crashes', () => {
    const cpu = new Cpu<string>();
    cpu.offer('a', 0, 10);
    cpu.offer('b', 1, 10);
    expect(cpu.clear(5).map(({ payload }) => payload)).toEqual(['a', 'b']);
    expect(cpu.backlog).toBe(0);
    expect(cpu.readyNow(5, 0)).toBe(true);
  });
});
