import { afterEach, describe, expect, it, vi } from 'vitest';
import { SECOND } from '../core/time.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { validateScenario } from '../scenario/index.ts';
import { pursue } from './drive.ts';
import { Run } from './run.ts';
import { openHere, SCENARIO } from './testing/runs.ts';

afterEach(() => vi.restoreAllMocks());

async function opened(): Promise<Run> {
  const validated = validateScenario(SCENARIO, PROTOCOLS);
  if ('problems' in validated) throw new Error('not valid');
  return Run.open('run', validated.scenario, openHere);
}

/** From now on every look at the clock finds it so much later. */
function clockGoes(ms: number): void {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => (now += ms));
}

describe('a long way to a goal', () => {
  it('leaves points to go back to, every few seconds of it, and changes nothing', async () => {
    const plain = await opened();
    await pursue(plain, { ms: 9000 }, 9 * SECOND);
    expect(plain.checkpoints.count).toBe(0);
    const slow = await opened();
    clockGoes(2000);
    expect(await pursue(slow, { ms: 9000 }, 9 * SECOND)).toBeNull();
    expect(slow.checkpoints.count).toBeGreaterThan(4);
    expect(await slow.executor.fingerprint()).toBe(await plain.executor.fingerprint());
  });

  it.each([{ height: 8 }, { ltl: 'F height >= 8' }])('stops at the very moment of the goal: %o', async (goal) => {
    const [plain, slow] = [await opened(), await opened()];
    await pursue(plain, goal, 10 * SECOND);
    clockGoes(2000);
    expect(await pursue(slow, goal, 10 * SECOND)).toBeNull();
    expect(slow.horizon).toBe(plain.horizon);
    expect(slow.checkpoints.count).toBeGreaterThan(3);
  });
});
