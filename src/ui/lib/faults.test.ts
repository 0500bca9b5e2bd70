import { describe, expect, it } from 'vitest';
import { sharded } from '../../protocols/sharded/index.ts';
import { BEHAVIOURS, faultSchema } from '../../scenario/schema.ts';
import {
  BEHAVIOUR_TEXT,
  behavioursFor,
  briefFault,
  byzantineFaults,
  faultText,
  halves,
  linkFaults,
  machineFaults,
  stepCrashes,
} from './faults.ts';

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

  it('crash at the steps that a protocol declares, of the phases that are in use', () => {
    const choices = stepCrashes('s0v0', sharded.declaration);
    for (const { fault, label } of choices) expect(faultSchema.safeParse(fault).success, label).toBe(true);
    const types = sharded.declaration.messages.map(({ type }) => type);
    for (const { fault } of choices) expect(types).toContain(fault.kind === 'crash' ? fault.point?.type : '');
    expect(new Set(choices.map(({ label }) => label)).size).toBe(choices.length);
    const named = (commit: '2pc' | '3pc') => stepCrashes('s0v0', sharded.declaration, commit).length;
    expect(named('3pc')).toBe(choices.length);
    expect(named('2pc')).toBeLessThan(choices.length);
    expect(stepCrashes('v0', {})).toEqual([]);
  });

  it('say where they strike', () => {
    const [first] = stepCrashes('s0v0', sharded.declaration);
    expect(first === undefined ? '' : faultText(first.fault)).toBe(
      's0v0 crashes instead of sending its next prepare-request',
    );
    const second = { on: 'receive', type: 'vote', nth: 2 } as const;
    expect(faultText({ kind: 'crash', target: 'v1', point: second })).toBe(
      'v1 crashes instead of handling its vote no. 2',
    );
    expect(faultText({ kind: 'crash', target: 'v1' })).toBe('v1 crashes');
    expect(faultText({ kind: 'crash', target: 'v1', restart: 'amnesia' })).toBe('v1 crashes, losing its disk');
  });

  it('are as brief on the page as they can be', () => {
    expect(briefFault('v1 crashes (durable disk)')).toBe('v1 crashes');
    expect(briefFault('v1 crashes (torn disk)')).toBe('v1 crashes, its last write torn');
    expect(briefFault('partition v0, v1, v2 | v3 (held)')).toBe('partition v0–v2 | v3 (held)');
    expect(briefFault('link v0 ↔ v1: +200 ms')).toBe('link v0 ↔ v1: +200 ms');
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
