import { describe, expect, it } from 'vitest';
import { BEHAVIOURS, faultSchema } from '../../scenario/schema.ts';
import { BEHAVIOUR_TEXT, behavioursFor, byzantineFaults, halves, linkFaults, machineFaults } from './faults.ts';

describe('faults by hand', () => {
  it('are all accepted by the scenario schema', () => {
    const choices = [
      ...machineFaults('v0', ['v1', 'v2', 'v3']),
      ...byzantineFaults('v1', ['equivocate', 'double-vote', 'forged-sender', 'transplant', 'inflate-certificate']),
      ...linkFaults('v0', 'v1', { delayMs: 200, lossPercent: 30 }),
    ];
    for (const { fault, label } of choices) expect(faultSchema.safeParse(fault).success, label).toBe(true);
    expect(choices).toHaveLength(5 + BEHAVIOURS.length + 4);
  });

  it('explain every behaviour and offer only those the protocol has hooks for', () => {
    expect(Object.keys(BEHAVIOUR_TEXT).sort()).toEqual([...BEHAVIOURS].sort());
    expect(behavioursFor([])).not.toContain('equivocate');
    expect(behavioursFor(['equivocate'])).toContain('equivocate');
    expect(behavioursFor([])).toContain('silent');
  });

  it('halve an odd number of validators with the larger part first', () => {
    expect(halves(['v0', 'v1', 'v2', 'v3', 'v4'])).toEqual([
      ['v0', 'v1', 'v2'],
      ['v3', 'v4'],
    ]);
  });
});
