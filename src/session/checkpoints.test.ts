import { describe, expect, it } from 'vitest';
import type { RunSnapshot } from '../runtime/executor.ts';
import { Checkpoints } from './checkpoints.ts';

/** A signature that differs from every other one. */
function signature(number: number): Uint8Array {
  const bytes = new Uint8Array(3309);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(number + 1, 2_654_435_761 + i) >>> 13;
  return bytes;
}

/** As executors give them: fresh copies, every host with the whole chain of `height` blocks of three signatures. */
function snapshotAt(height: number, hosts = 4): RunSnapshot {
  const chain = () => Array.from({ length: height * 3 }, (_, i) => ({ slot: i, proof: signature(i) }));
  const snapshot = {
    control: { height },
    observers: {},
    hosts: Array.from({ length: hosts }, () => ({ chain: chain() })),
  };
  return snapshot as unknown as RunSnapshot;
}

function chainOf(snapshot: RunSnapshot | undefined, host: number): readonly { readonly proof: Uint8Array }[] {
  const { hosts } = snapshot as unknown as {
    hosts: readonly { readonly chain: readonly { readonly proof: Uint8Array }[] }[];
  };
  return hosts[host]?.chain ?? [];
}

const add = (checkpoints: Checkpoints, at: number, interventions = 0) =>
  checkpoints.add({ at, snapshot: snapshotAt(at), interventions, barrier: at, batches: at });

describe('checkpoints', () => {
  it('come back as they were given, with where they stand', () => {
    const checkpoints = new Checkpoints();
    for (const at of [0, 3, 7]) add(checkpoints, at);
    expect(checkpoints.before(6)).toEqual({ at: 3, snapshot: snapshotAt(3), interventions: 0, barrier: 3, batches: 3 });
    expect(checkpoints.before(7)?.snapshot).toEqual(snapshotAt(7));
    checkpoints.truncate(3, 0);
    expect(checkpoints.before(7)?.at).toBe(3);
    expect(new Checkpoints().before(7)).toBeNull();
  });

  it('of one moment are told apart by what was done by hand', () => {
    const checkpoints = new Checkpoints();
    add(checkpoints, 0);
    add(checkpoints, 5, 0);
    add(checkpoints, 5, 1);
    expect(checkpoints.before(5)?.interventions).toBe(1);
    expect(checkpoints.before(5, 0)).toMatchObject({ at: 5, interventions: 0 });
  });

  it('keep what they have in common once: of every host, and of every checkpoint', () => {
    const checkpoints = new Checkpoints();
    for (let height = 0; height <= 10; height++) add(checkpoints, height);
    const signatures = 10 * 3 * 3309;
    expect(checkpoints.count).toBe(11);
    expect(checkpoints.sizeBytes).toBeGreaterThan(signatures);
    expect(checkpoints.sizeBytes).toBeLessThan(signatures * 1.5);
    const proofAt = (at: number, host: number) => chainOf(checkpoints.before(at)?.snapshot, host)[2]?.proof;
    expect(proofAt(4, 3)).toBe(proofAt(10, 0));
  });

  it('stay within their bound as the chain grows: fewer, never without the first and the newest', () => {
    const bound = 400_000;
    const checkpoints = new Checkpoints(bound);
    let most = 0;
    for (let height = 0; height <= 36; height++) {
      add(checkpoints, height);
      expect(checkpoints.sizeBytes).toBeLessThanOrEqual(bound);
      expect(checkpoints.before(0)?.at).toBe(0);
      expect(checkpoints.before(Number.POSITIVE_INFINITY)?.at).toBe(height);
      most = Math.max(most, checkpoints.count);
    }
    expect(most).toBeGreaterThan(checkpoints.count);
    expect(checkpoints.count).toBeGreaterThan(2);
    // Beyond the bound two are left: rewinding takes longer, and still works.
    for (let height = 37; height <= 60; height++) add(checkpoints, height);
    expect(checkpoints.count).toBe(2);
    expect(checkpoints.before(30)?.at).toBe(0);
  });
});
