/** Going back, branching off, carrying a run elsewhere: the future is always that of an undisturbed run. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { pack } from '../core/pack.ts';
import { TestnetError } from '../core/problem.ts';
import { unpack } from '../core/unpack.ts';
import { exportRun, importRun } from '../storage/runFile.ts';
import type { SnapshotRecord } from '../storage/types.ts';
import { packHosts, unpackHosts } from '../runtime/hosts.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { validateScenario } from '../scenario/index.ts';
import { openTestnet } from './index.ts';
import { Run } from './run.ts';
import type { FilePayload } from './payload.ts';
import { loaded, openHere, SCENARIO, SIMULTANEOUS, toEnd, traceText, undisturbed } from './testing/runs.ts';

let expected = '';
let expectedTrace = '';
beforeAll(async () => {
  const testnet = await loaded();
  expected = await toEnd(testnet);
  expectedTrace = await traceText(testnet);
});

const moments = fc.integer({ min: 0, max: 10_000_000 }).map((micros) => micros / 1000);

describe('a fork at any time', () => {
  it('runs on to the same end, with every event told once', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(moments, moments, fc.boolean(), async (first, second, pausing) => {
        const testnet = await loaded();
        await testnet.runUntil({ ms: first });
        if (pausing) await testnet.pause();
        await testnet.runUntil({ ms: Math.min(10_000, first + 1500) });
        await testnet.fork({ atMs: second });
        expect((await testnet.state()).timeMs).toBeLessThanOrEqual(Math.max(second, 0));
        expect(await toEnd(testnet)).toBe(expected);
        expect(await traceText(testnet)).toBe(expectedTrace);
        await testnet.close();
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('from a snapshot taken within a µs of single events repeats and loses no event', { timeout: 60_000 }, async () => {
    const validated = validateScenario(SIMULTANEOUS, PROTOCOLS);
    if ('problems' in validated) throw new Error('not valid');
    const whole = await Run.open('whole', validated.scenario, openHere);
    await whole.advance({});
    await whole.pull();
    const run = await Run.open('run', validated.scenario, openHere);
    let within = 0;
    for (let round = 0; round < 150 && !run.finished; round++) {
      for (let events = 0; events <= round % 4; events++) await run.stepEvent();
      await run.capture();
      const { horizon } = run;
      const fingerprint = await run.executor.fingerprint();
      await run.stepEvent();
      if (run.horizon === horizon) within++;
      await run.pull();
      while (run.horizon === horizon) await run.stepEvent();
      await run.stepEvent();
      await run.pull();
      await run.branch('run', horizon);
      expect(await run.executor.fingerprint(), `round ${round}`).toBe(fingerprint);
    }
    expect(within).toBeGreaterThan(20);
    await run.advance({});
    await run.pull();
    expect(run.store.events(0, run.store.eventCount)).toEqual(whole.store.events(0, whole.store.eventCount));
  });

  it('is refused where there is no such time, and changes nothing', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 1500 });
    const { runId } = testnet.frame() ?? { runId: '' };
    await expect(testnet.fork('no-such-snapshot')).rejects.toMatchObject({ code: 'not-found' });
    await expect(testnet.fork({ atMs: Number.NaN })).rejects.toMatchObject({ code: 'bad-input' });
    expect(testnet.frame()?.runId).toBe(runId);
    expect(await toEnd(testnet)).toBe(expected);
  });
});

describe('what is done by hand', () => {
  /** Loads what was recorded and runs it from the beginning. */
  async function replay(testnet: Awaited<ReturnType<typeof loaded>>): Promise<string> {
    const again = await loaded({}, await testnet.scenario());
    const fingerprint = await toEnd(again);
    await again.close();
    return fingerprint;
  }

  it('between single steps is replayed exactly', { timeout: 60_000 }, async () => {
    for (let steps = 1; steps <= 24; steps++) {
      const testnet = await loaded({}, SIMULTANEOUS);
      await testnet.runUntil({ ms: 1030 });
      for (let count = 0; count < steps; count++) await testnet.step('event');
      const id = await testnet.inject({ kind: 'crash', target: steps % 2 === 0 ? 'v0' : 'v2' });
      for (let count = 0; count < 3; count++) await testnet.step('event');
      await testnet.submit({ from: 'a1', to: 'a2', amount: 3 });
      for (let count = 0; count < steps; count++) await testnet.step('event');
      await testnet.heal(id);
      expect(await toEnd(testnet), `after ${steps} steps`).toBe(await replay(testnet));
    }
  });

  it('is found again under the ids that submit gave, also several at one moment and after going back', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 1000 });
    const first = await testnet.submit({ from: 'a0', to: 'a1', amount: 1 });
    const id = await testnet.snapshot();
    const second = await testnet.submit({ from: 'a0', to: 'a1', amount: 2 });
    expect(second).not.toBe(first);
    await testnet.restore(id);
    expect(await testnet.submit({ from: 'a0', to: 'a1', amount: 2 })).toBe(second);
    await testnet.runUntil({ ms: 9000 });
    for (const transfer of [first, second]) {
      expect(await testnet.transaction(transfer)).toMatchObject({ status: 'decided' });
    }
    expect(await toEnd(testnet)).toBe(await replay(testnet));
  });

  it('survives going back behind it, in the trace and in the future', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 2500 });
    await testnet.inject({ kind: 'crash', target: 'v2' });
    await testnet.pause();
    await testnet.runUntil({ ms: 6000 });
    const [trace, fingerprint] = [await traceText(testnet), await testnet.fingerprint()];
    await testnet.fork({ atMs: 3000.5 });
    await testnet.runUntil({ ms: 6000 });
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(await traceText(testnet)).toBe(trace);
    await testnet.fork({ atMs: 2000 });
    expect((await testnet.scenario()).faults).toHaveLength(SCENARIO.faults.length);
    expect(await toEnd(testnet)).toBe(expected);
  });
});

describe('a run as a file', () => {
  it('goes on elsewhere from where it was, with its past and what was done by hand', { timeout: 60_000 }, async () => {
    for (const ms of [0, 1000, 3333.333, 10_000]) {
      const testnet = await loaded();
      await testnet.runUntil({ ms });
      if (ms === 3333.333) await testnet.inject({ kind: 'slow', target: 'v0', factor: 20 });
      const [file, fingerprint, trace] = [
        await testnet.exportRunFile(),
        await testnet.fingerprint(),
        await traceText(testnet),
      ];
      const other = await openTestnet();
      const { nodes } = await other.importRunFile(file);
      expect(nodes).toEqual(['v0', 'v1', 'v2', 'v3', 'c0']);
      expect(await other.fingerprint()).toBe(fingerprint);
      expect(await traceText(other)).toBe(trace);
      expect(await other.scenario()).toEqual(await testnet.scenario());
      expect(await toEnd(other)).toBe(await toEnd(testnet));
      expect(await traceText(other)).toBe(await traceText(testnet));
    }
  });

  it('is written again as it was read', async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 2000 });
    const other = await openTestnet();
    await other.importRunFile(await testnet.exportRunFile());
    const [one, two] = [importRun(await testnet.exportRunFile()), importRun(await other.exportRunFile())];
    if (!one.ok || !two.ok) throw new Error('not readable');
    const { snapshot, trace } = one.record.payload as FilePayload;
    expect((two.record.payload as FilePayload).snapshot).toEqual(snapshot);
    const words = (batches: FilePayload['trace']) => batches.flatMap(({ segments }) => segments);
    expect(words((two.record.payload as FilePayload).trace)).toEqual(words(trace));
  });

  describe('that is damaged', () => {
    const reading = async () => {
      const testnet = await loaded();
      await testnet.runUntil({ ms: 2000 });
      const opened = importRun(await testnet.exportRunFile());
      if (!opened.ok) throw new Error('not readable');
      return { testnet, record: opened.record };
    };
    type Change = (record: SnapshotRecord & { payload: FilePayload }) => void;
    /** Gives a node's state these fields. */
    const assign = ({ payload }: { payload: FilePayload }, node: number, fields: object): void => {
      const states = unpackHosts(payload.snapshot.hosts);
      Object.assign(states[node]?.snapshot as object, fields);
      Object.assign(payload.snapshot, { hosts: packHosts(states) });
    };

    it.each<[string, string, Change]>([
      [
        'another scenario',
        'scenario.protocol.name',
        (record) => Object.assign(record, { scenario: { protocol: { name: 'x' } } }),
      ],
      ['no base', 'payload.base', (record) => Object.assign(record.payload, { base: null })],
      [
        'another client',
        'payload.snapshot.hosts',
        (record) => Object.assign(record.scenario as object, { clients: 2 }),
      ],
      [
        'a host too many',
        'payload.snapshot.hosts',
        ({ payload }) => (payload.snapshot.hosts as unknown[]).push(payload.snapshot.hosts[0]),
      ],
      ['another time', 'payload.snapshot.control.horizon', (record) => Object.assign(record, { atMicros: 5 })],
      ['a queue that is none', 'payload.snapshot.hosts[1].snapshot.queue', (record) => assign(record, 1, { queue: 7 })],
      [
        'bytes that are none',
        'payload.snapshot.hosts[1].snapshot',
        ({ payload }) => Object.assign(payload.snapshot.hosts[1] as object, { bytes: new Uint8Array(9).fill(255) }),
      ],
      ['no state', 'payload.snapshot.hosts[1].snapshot.sides', (record) => assign(record, 1, { sides: null })],
      ['no trace', 'trace', ({ payload }) => Object.assign(payload, { trace: null })],
      ['a shorter trace', 'trace', ({ payload }) => (payload.trace as unknown[]).pop()],
      [
        'a trace of noise',
        'trace',
        ({ payload }) => payload.trace.find(({ segments }) => segments.length > 0)?.segments[0]?.words.fill(0xffffffff),
      ],
      ['another history', 'payload.fingerprint', (record) => Object.assign(record.scenario as object, { seed: 8 })],
    ])('by %s is refused, and the run at hand goes on', async (name, path, change) => {
      const { testnet, record } = await reading();
      change(record as never);
      // A seed alone changes neither shape nor hashes: it is told by the state that keys and chain no longer fit.
      if (name === 'another history') {
        const [first] = unpackHosts((record.payload as FilePayload).snapshot.hosts);
        const recorder = first?.snapshot.recorder;
        const digest = recorder?.digest.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
        assign(record as never, 0, { recorder: { ...recorder, digest } });
      }
      const refused = await testnet.importRunFile(exportRun(record)).then(
        () => null,
        (error: unknown) => error as TestnetError,
      );
      expect(refused).toBeInstanceOf(TestnetError);
      expect(refused?.code).toBe('bad-input');
      expect(refused?.problems.map((problem) => problem.path)).toContain(path);
      expect(await toEnd(testnet)).toBe(expected);
    });

    it('by anything else is refused or harmless: 150 changes at random places', { timeout: 90_000 }, async () => {
      const { testnet, record } = await reading();
      const packed = pack(record.payload);
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: packed.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
          const bytes = packed.slice();
          bytes[at] = (bytes[at] as number) ^ flip;
          const payload = unpack(bytes);
          if (!payload.ok) return;
          const other = await openTestnet();
          try {
            await other.importRunFile(exportRun({ ...record, payload: payload.value }));
            await other.state();
          } catch (error) {
            refused++;
            expect(error).toBeInstanceOf(TestnetError);
            expect((error as TestnetError).code).toBe('bad-input');
            await expect(other.state()).rejects.toMatchObject({ code: 'not-loaded' });
          }
          await other.close();
        }),
        { numRuns: 150, seed: 4 },
      );
      expect(refused).toBeGreaterThan(10);
      expect(await toEnd(testnet)).toBe(expected);
    });
  });
});

describe('a load that fails', () => {
  it('leaves the old run, playing', async () => {
    let broken = false;
    const testnet = await openTestnet({
      openExecutor: async (plan) => {
        if (broken) throw new TestnetError('worker', 'no worker to be had');
        return openHere(plan);
      },
    });
    await testnet.load(SCENARIO);
    const [snapshot, file] = [await testnet.snapshot(), await testnet.exportRunFile()];
    await testnet.play({ speed: 'max' });
    broken = true;
    for (const attempt of [testnet.load(SCENARIO), testnet.restore(snapshot), testnet.importRunFile(file)]) {
      await expect(attempt).rejects.toMatchObject({ code: 'worker' });
    }
    await expect(testnet.load('no-such-preset')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(testnet.restore('no-such-snapshot')).rejects.toMatchObject({ code: 'not-found' });
    expect(['playing', 'finished']).toContain((await testnet.state()).status);
    expect(await toEnd(testnet)).toBe(expected);
  });

  it('and one that succeeds begins at zero, whatever the old run was about to do', async () => {
    const testnet = await loaded();
    await testnet.play({ speed: 100 });
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await testnet.load(SCENARIO);
      expect(await testnet.state()).toMatchObject({ timeMs: 0, status: 'paused' });
      await testnet.play({ speed: 100 });
    }
    await testnet.pause();
    expect(await toEnd(testnet)).toBe(await undisturbed());
  });
});
