import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { openStorage } from './open.ts';
import { automatic, record } from './testing.ts';

// One contract over both backends: what holds in a private window holds in an ordinary one.
describe.each([
  ['IndexedDB', true],
  ['memory', false],
] as const)('storage in %s', (_, persistent) => {
  const open = (lockedRuns: readonly string[] = []) =>
    openStorage({
      indexedDB: persistent ? new IDBFactory() : null,
      environment: { now: () => 77, lockedRuns: async () => new Set(lockedRuns) },
    });

  it('says whether it outlives the page', async () => {
    const storage = await open();
    expect(storage.persistent).toBe(persistent);
    expect(storage.notice === null).toBe(persistent);
  });

  it('gives back a snapshot as it was', async () => {
    const storage = await open();
    const saved = await storage.saveSnapshot(record({ name: 'before the crash' }));
    expect(saved).toMatchObject({
      ok: true,
      info: { id: 's1', name: 'before the crash', atMs: 12345.678, height: 9 },
      pruned: [],
    });
    const loaded = await storage.loadSnapshot('s1');
    expect(loaded).toStrictEqual({ ok: true, record: record({ name: 'before the crash' }) });
  });

  it('saves the state of the moment of the call, whatever the run does next', async () => {
    const storage = await open();
    const payload = { height: 1, log: [1] };
    const saving = storage.saveSnapshot(record({ payload }));
    payload.height = 2;
    payload.log.push(2);
    await saving;
    expect(await storage.loadSnapshot('s1')).toMatchObject({ record: { payload: { height: 1, log: [1] } } });
  });

  it('lists snapshots newest first, with their size', async () => {
    const storage = await open();
    for (const n of [2, 3, 1]) await storage.saveSnapshot(automatic('run-a', n));
    const infos = await storage.listSnapshots();
    expect(infos.map((info) => info.id)).toEqual(['run-a-3', 'run-a-2', 'run-a-1']);
    for (const info of infos) expect(info.sizeBytes).toBeGreaterThan(100);
  });

  it('says what is missing, and deletes once', async () => {
    const storage = await open();
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'missing' });
    await storage.saveSnapshot(record());
    expect(await storage.deleteSnapshot('s1')).toBe(true);
    expect(await storage.deleteSnapshot('s1')).toBe(false);
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await storage.listSnapshots()).toEqual([]);
  });

  it.each([
    ['a function in the payload', record({ payload: { step: () => 1 } }), 'payload.step'],
    ['a fraction of a microsecond', record({ atMicros: 0.5 }), 'atMicros'],
    ['an endless name', record({ name: 'x'.repeat(1001) }), 'name'],
  ])('refuses %s with its place', async (_name, bad, place) => {
    const storage = await open();
    expect(await storage.saveSnapshot(bad)).toMatchObject({
      ok: false,
      reason: 'invalid',
      message: expect.stringContaining(place),
    });
    expect(await storage.listSnapshots()).toEqual([]);
  });

  it('keeps the newest five automatic snapshots of a run and every named one', async () => {
    const storage = await open();
    await storage.saveSnapshot(automatic('run-a', 0, { automatic: false, name: 'mine' }));
    for (let n = 1; n <= 8; n++) await storage.saveSnapshot(automatic('run-a', n));
    expect((await storage.listSnapshots()).map((info) => info.id)).toEqual([8, 7, 6, 5, 4, 0].map((n) => `run-a-${n}`));
    expect(await storage.saveSnapshot(automatic('run-a', 9))).toMatchObject({ ok: true, pruned: ['run-a-4'] });
  });

  it('keeps automatic snapshots of the newest three runs; what only they used goes with them', async () => {
    const storage = await open();
    for (const [n, runId] of ['a', 'b', 'c', 'd'].entries()) {
      await storage.saveSnapshot(automatic(runId, n));
      await storage.appendTrace(runId, 0, [Uint8Array.of(n), Uint8Array.of(n)]);
    }
    expect((await storage.listSnapshots()).map((info) => info.runId)).toEqual(['d', 'c', 'b']);
    expect((await storage.listRuns()).map((run) => run.runId)).toEqual(['b', 'c', 'd']);
    expect(await storage.readTrace('a')).toEqual({ ok: true, segments: [] });
    expect(await storage.readTrace('b')).toMatchObject({
      segments: [
        { from: 0, to: 1 },
        { from: 1, to: 2 },
      ],
    });
  });

  it('leaves runs alone that another tab has open', async () => {
    const storage = await open(['a']);
    for (const [n, runId] of ['a', 'b', 'c', 'd', 'e'].entries()) await storage.saveSnapshot(automatic(runId, n));
    expect((await storage.listSnapshots()).map((info) => info.runId)).toEqual(['e', 'd', 'c', 'a']);
  });

  it('remembers where the last session stood, and forgets on request', async () => {
    const storage = await open();
    expect(await storage.loadLastSession()).toBeNull();
    const last = { runId: 'run-a', snapshotId: 's1', scenario: { seed: 7 }, playing: true, speed: 'max' } as const;
    await storage.saveLastSession(last);
    expect(await storage.loadLastSession()).toEqual(last);
    await storage.saveLastSession(null);
    expect(await storage.loadLastSession()).toBeNull();
  });

  it('keeps a trace in order, replaces what was rewound, refuses gaps', async () => {
    const storage = await open();
    const append = (from: number, ...pieces: number[]) =>
      storage.appendTrace(
        'run-a',
        from,
        pieces.map((byte) => Uint8Array.of(byte)),
      );
    const read = async (from?: number, to?: number) => {
      const found = await storage.readTrace('run-a', from, to);
      return found.ok ? found.segments.map(({ from: at, bytes }) => [at, ...bytes]) : found;
    };
    expect(await append(0, 10, 11)).toEqual({ ok: true });
    expect(await append(2, 12)).toEqual({ ok: true });
    expect(await append(4, 14)).toMatchObject({ ok: false, reason: 'order' });
    expect(await append(-1, 9)).toMatchObject({ ok: false, reason: 'order' });
    expect(await append(3, 13, 14, 15)).toEqual({ ok: true });
    expect(await read(1, 3)).toEqual([
      [1, 11],
      [2, 12],
    ]);
    expect(await append(1, 21)).toEqual({ ok: true });
    expect(await read()).toEqual([
      [0, 10],
      [1, 21],
    ]);
    expect(await append(3, 13)).toMatchObject({ ok: false, reason: 'order' });
    expect(await append(2, 22)).toEqual({ ok: true });
    expect(await storage.readPiece('run-a', 1)).toEqual(Uint8Array.of(21));
    expect(await storage.readPiece('run-a', 3)).toBeNull();
    // Whatever else deletes a trace, the next piece knows of it.
    await storage.deleteRun('run-a');
    expect(await append(3, 13)).toEqual({ ok: true });
    expect(await read()).toEqual([[3, 13]]);
    expect(await storage.readTrace('run-b')).toEqual({ ok: true, segments: [] });
  });

  it('gives a trace to another run', async () => {
    const storage = await open();
    const bytes = Array.from({ length: 40 }, (_, i) => Uint8Array.of(i));
    await storage.appendTrace('a', 0, bytes);
    await storage.appendTrace('b', 0, [Uint8Array.of(99), Uint8Array.of(98)]);
    expect(await storage.copyTrace('a', 'b', 35)).toEqual({ ok: true });
    await storage.deleteRun('a');
    const found = await storage.readTrace('b');
    expect(found.ok && found.segments.map((segment) => segment.bytes)).toEqual(bytes.slice(0, 35));
    expect(await storage.appendTrace('b', 35, [Uint8Array.of(7)])).toEqual({ ok: true });
    expect(await storage.copyTrace('a', 'c', 1)).toMatchObject({ ok: false, reason: 'order' });
  });

  it('does not mix up the traces of runs whose names begin alike', async () => {
    const storage = await open();
    for (const runId of ['r', 'r1', 'r10']) await storage.appendTrace(runId, 0, [new TextEncoder().encode(runId)]);
    const result = await storage.readTrace('r1');
    expect(result).toEqual({ ok: true, segments: [{ from: 0, to: 1, bytes: new TextEncoder().encode('r1') }] });
  });

  it('deletes a scenario so that it can be undone', async () => {
    const storage = await open();
    await storage.saveScenario({ id: 'b', name: 'Storm', text: '{}' });
    await storage.saveScenario({ id: 'a', name: 'Amnesia', text: '{"seed":1}', savedAt: 5 });
    const before = await storage.listScenarios();
    expect(before.map(({ name, savedAt }) => [name, savedAt])).toEqual([
      ['Amnesia', 5],
      ['Storm', 77],
    ]);
    const deleted = await storage.deleteScenario('a');
    expect((await storage.listScenarios()).map(({ id }) => id)).toEqual(['b']);
    if (deleted === null) throw new Error('nothing deleted');
    await storage.saveScenario(deleted);
    expect(await storage.listScenarios()).toEqual(before);
    expect(await storage.deleteScenario('nobody')).toBeNull();
    expect(await storage.saveScenario({ id: '', name: '', text: '' })).toMatchObject({ ok: false, reason: 'invalid' });
  });

  it('holds the tree of runs; children of a deleted run become roots', async () => {
    const storage = await open();
    const root = { runId: 'a', parentRunId: null, forkedAtMicros: null, name: null, createdAt: 1 };
    const child = { runId: 'b', parentRunId: 'a', forkedAtMicros: 5_000_000, name: 'what if v0 lives', createdAt: 2 };
    await storage.saveRun(child);
    await storage.saveRun(root);
    expect(await storage.listRuns()).toEqual([root, child]);
    await storage.saveSnapshot(automatic('a', 1, { automatic: false, name: 'kept until now' }));
    await storage.appendTrace('a', 0, [Uint8Array.of(1)]);
    await storage.deleteRun('a');
    expect(await storage.listRuns()).toEqual([{ ...child, parentRunId: null, forkedAtMicros: null }]);
    expect(await storage.listSnapshots()).toEqual([]);
    expect(await storage.readTrace('a')).toEqual({ ok: true, segments: [] });
  });

  it('does not lose the place of a fork in the tree when its first snapshot is saved', async () => {
    const storage = await open();
    const child = { runId: 'b', parentRunId: 'a', forkedAtMicros: 5, name: null, createdAt: 2 };
    await storage.saveRun(child);
    await storage.saveSnapshot(automatic('b', 1));
    expect(await storage.listRuns()).toEqual([child]);
  });

  it('keeps preferences', async () => {
    const storage = await open();
    expect(await storage.loadPreference('theme')).toBeUndefined();
    await storage.savePreference('theme', { dark: true, hidden: new Set(['chart']) });
    expect(await storage.loadPreference('theme')).toEqual({ dark: true, hidden: new Set(['chart']) });
    expect(await storage.savePreference('theme', () => 1)).toMatchObject({ ok: false, reason: 'invalid' });
  });

  it('clears everything', async () => {
    const storage = await open();
    await storage.saveSnapshot(record());
    await storage.saveScenario({ id: 'a', name: 'A', text: '' });
    await storage.savePreference('theme', 'dark');
    await storage.clear();
    expect([await storage.listSnapshots(), await storage.listScenarios(), await storage.listRuns()]).toEqual([
      [],
      [],
      [],
    ]);
    expect(await storage.loadPreference('theme')).toBeUndefined();
  });
});
