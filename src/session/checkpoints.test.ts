import { describe, expect, it } from 'vitest';
import { pack } from '../core/pack.ts';
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

/** By packed bytes: comparing a hundred thousand numbers one by one takes seconds. */
function isSame(a: RunSnapshot | undefined, b: RunSnapshot): boolean {
  return a !== undefined && Buffer.compare(pack(a), pack(b)) === 0;
}

const add = (checkpoints: Checkpoints, at: number, interventions = 0) =>
  checkpoints.add({ at, snapshot: snapshotAt(at), interventions, barrier: at });

describe('checkpoints', () => {
  it('come back as they were given, with where they stand', async () => {
    const checkpoints = new Checkpoints();
    for (const at of [0, 3, 7]) add(checkpoints, at);
    const found = await checkpoints.before(6);
    expect(found).toMatchObject({ at: 3, interventions: 0, barrier: 3 });
    expect(isSame(found?.snapshot, snapshotAt(3))).toBe(true);
    expect(isSame((await checkpoints.before(7))?.snapshot, snapshotAt(7))).toBe(true);
    checkpoints.truncate(3, 0);
    expect((await checkpoints.before(7))?.at).toBe(3);
    expect(await new Checkpoints().before(7)).toBeNull();
  });

  it('of one moment are told apart by what was done by hand', async () => {
    const checkpoints = new Checkpoints();
    add(checkpoints, 0);
    add(checkpoints, 5, 0);
    add(checkpoints, 5, 1);
    expect((await checkpoints.before(5))?.interventions).toBe(1);
    expect(await checkpoints.before(5, 0)).toMatchObject({ at: 5, interventions: 0 });
  });

  it('keep what they have in common once: of every host, and of every checkpoint', async () => {
    const checkpoints = new Checkpoints();
    for (let height = 0; height <= 10; height++) add(checkpoints, height);
    const signatures = 10 * 3 * 3309;
    expect(checkpoints.count).toBe(11);
    expect(checkpoints.sizeBytes).toBeGreaterThan(signatures);
    expect(checkpoints.sizeBytes).toBeLessThan(signatures * 1.5);
    const proofAt = async (at: number, host: number) =>
      chainOf((await checkpoints.before(at))?.snapshot, host)[2]?.proof;
    expect(await proofAt(4, 3)).toBe(await proofAt(10, 0));
  });

  it('stay within their bound as the chain grows: fewer, never without the first and the newest', async () => {
    const bound = 400_000;
    const checkpoints = new Checkpoints({ alone: bound });
    let most = 0;
    for (let height = 0; height <= 36; height++) {
      add(checkpoints, height);
      expect(checkpoints.sizeBytes).toBeLessThanOrEqual(bound);
      expect((await checkpoints.before(0))?.at).toBe(0);
      expect((await checkpoints.before(Number.POSITIVE_INFINITY))?.at).toBe(height);
      most = Math.max(most, checkpoints.count);
    }
    expect(most).toBeGreaterThan(checkpoints.count);
    expect(checkpoints.count).toBeGreaterThan(2);
    // Beyond the bound two are left: rewinding takes longer, and still works.
    for (let height = 37; height <= 60; height++) add(checkpoints, height);
    expect(checkpoints.count).toBe(2);
    expect((await checkpoints.before(30))?.at).toBe(0);
  });

  it('count what they do not have in common: chains of which only the last blocks are kept', () => {
    const checkpoints = new Checkpoints();
    for (let i = 0; i < 6; i++) addWindow(checkpoints, i);
    expect(checkpoints.sizeBytes).toBeGreaterThan(6 * 30 * 3309);
  });

  it('go to the shelf beyond the bound of memory, and come back from it', async () => {
    const aside = new Map<number, Uint8Array>();
    const checkpoints = new Checkpoints({ memory: 250_000 });
    checkpoints.use({
      writeAside: (key, bytes) => Promise.resolve(aside.set(key, bytes.slice()).size > 0),
      readAside: (key) => Promise.resolve(aside.get(key) ?? null),
    });
    for (let i = 0; i < 8; i++) {
      addWindow(checkpoints, i);
      await checkpoints.relieve();
      expect(checkpoints.sizeBytes).toBeLessThanOrEqual(i < 2 ? 300_000 : 250_000);
    }
    expect(checkpoints.count).toBe(8);
    expect(checkpoints.shelvedCount).toBe(6);
    for (let i = 0; i < 8; i++) expect(isSame((await checkpoints.before(i))?.snapshot, windowAt(i))).toBe(true);
    // A rewind forgets what came after; its numbers are used again.
    checkpoints.truncate(3, 0);
    expect(checkpoints.shelvedCount).toBe(3);
    for (let i = 4; i < 7; i++) {
      addWindow(checkpoints, i + 100);
      await checkpoints.relieve();
    }
    expect(aside.size).toBe(6);
    expect((await checkpoints.before(200))?.at).toBe(106);
    expect(isSame((await checkpoints.before(2))?.snapshot, windowAt(2))).toBe(true);
  });

  it('go to the shelf beyond so many, however small they are', async () => {
    const checkpoints = new Checkpoints({ count: 3 });
    checkpoints.use({ writeAside: () => Promise.resolve(true), readAside: () => Promise.resolve(null) });
    for (let i = 0; i < 9; i++) {
      add(checkpoints, i);
      await checkpoints.relieve();
    }
    expect(checkpoints.count - checkpoints.shelvedCount).toBe(3);
    expect(checkpoints.shelvedCount).toBe(6);
  });

  it('stay in memory where no shelf takes them, and fall back to an earlier one where it has lost them', async () => {
    const checkpoints = new Checkpoints({ memory: 1 });
    let takes = false;
    checkpoints.use({ writeAside: () => Promise.resolve(takes), readAside: () => Promise.resolve(null) });
    for (let i = 0; i < 3; i++) addWindow(checkpoints, i);
    await checkpoints.relieve();
    expect(checkpoints.shelvedCount).toBe(0);
    takes = true;
    await checkpoints.relieve();
    expect(checkpoints.shelvedCount).toBe(1);
    expect((await checkpoints.before(1))?.at).toBe(0);
    expect(checkpoints.count).toBe(2);
  });
});

/** Thirty signatures that no other moment has. */
function windowAt(at: number): RunSnapshot {
  const proofs = Array.from({ length: 30 }, (_, i) => signature(1_000 * at + i));
  return { control: { at }, observers: {}, hosts: [{ proofs }] } as unknown as RunSnapshot;
}

function addWindow(checkpoints: Checkpoints, at: number): void {
  checkpoints.add({ at, snapshot: windowAt(at), interventions: 0, barrier: at });
}
