import { describe, expect, it } from 'vitest';
import { createWork } from '../kernel/host/work.ts';
import type { FaultPlan, RunPlan } from '../kernel/plan.ts';
import { svbft } from '../protocols/svbft/index.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import { metricsOf } from './metrics.ts';

const plan = { validators: [{}, {}, {}, {}] } as unknown as RunPlan;
const PERCENTILES = { count: 1, p50: 120, p95: 150, p99: 160 };
const METER = {
  blocks: 8,
  transactions: 100,
  viewChanges: 1,
  lastDecisionAt: 9_500_000,
  blockLatencyMs: PERCENTILES,
  transactionLatencyMs: PERCENTILES,
};

function status(changes: Partial<ExecutorStatus>): ExecutorStatus {
  const work = createWork(svbft.declaration.messages.length);
  return {
    horizon: 10_000_000,
    height: 8,
    view: 0,
    active: [],
    finished: false,
    reports: { meter: METER },
    work,
    events: 0,
    ...changes,
  };
}

const of = (changes: Partial<ExecutorStatus> = {}) => metricsOf(status(changes), svbft.declaration, plan);

describe('metrics', () => {
  it('are rates over virtual time and counts by message type and drop reason', () => {
    const work = createWork(svbft.declaration.messages.length);
    work.copies[1] = 12;
    work.bytes[1] = 1200;
    work.copies[2] = 3;
    work.dropped[0] = 2;
    work.cpuMicros = 1500;
    const metrics = of({ work });
    expect(metrics).toMatchObject({ timeMs: 10_000, blocksPerSecond: 0.8, transactionsPerSecond: 10, viewChanges: 1 });
    expect(metrics.messages['prepare']).toEqual({ count: 12, bytes: 1200 });
    expect(metrics).toMatchObject({ messagesTotal: 15, bytesTotal: 1200, dropped: { lost: 2, partition: 0 } });
    expect(metrics.signatures.cpuMs).toBe(1.5);
    expect(metrics.health).toMatchObject({ status: 'healthy', reasons: [] });
  });

  it('say zero, not a fraction of nothing, before anything has happened or without a meter', () => {
    expect(of({ horizon: 0, reports: {} })).toMatchObject({
      blocks: 0,
      blocksPerSecond: 0,
      health: { status: 'healthy' },
    });
  });

  it('call a run degraded for violated checks, faults that are on, and blocks that stopped coming', () => {
    const checks = [{ name: 'agreement', kind: 'invariant', verdict: 'violated', atMs: 1, detail: '' }];
    expect(of({ reports: { meter: METER, judge: { checks, evidenceCount: 0 } } }).health.reasons).toEqual([
      'agreement is violated',
    ]);
    const fault: FaultPlan = {
      id: 'f0',
      kind: 'crash',
      target: 2,
      disk: 'durable',
      at: 0,
      when: null,
      until: null,
      untilWhen: null,
    };
    expect(of({ active: [{ fault, since: 0 }] }).health.reasons).toEqual(['v2 crashes (durable disk)']);
    expect(of({ horizon: 60_000_000 }).health).toMatchObject({ status: 'degraded', reasons: ['no block for 50.5 s'] });
    const nothing = { ...METER, blocks: 0, lastDecisionAt: null };
    expect(of({ horizon: 11_000_000, reports: { meter: nothing } }).health.status).toBe('degraded');
  });

  describe('the health monitor', () => {
    const verdicts = (changes: Partial<ExecutorStatus>) =>
      Object.fromEntries(of(changes).health.monitors.map(({ name, verdict }) => [name, verdict]));
    const standing = (heights: readonly number[], leader: number, alive = heights.map(() => true)) => ({
      transactions: [],
      nodes: heights.map((height, node) => ({
        alive: alive[node] ?? true,
        byzantine: null,
        fields: [node === leader ? 0 : 1, 0, height, 0, -1, 0],
      })),
    });

    it('asks five questions, and all is well in a run that is well', () => {
      expect(verdicts({ reports: { meter: METER, board: standing([8, 8, 8, 7], 1) } })).toEqual({
        leader: 'healthy',
        latency: 'healthy',
        participation: 'healthy',
        progress: 'healthy',
        byzantine: 'healthy',
      });
    });

    it('misses a leader once decisions are overdue, and counts changes of leader', () => {
      const leaderless = { meter: METER, board: standing([8, 8, 8, 8], 9) };
      expect(verdicts({ reports: leaderless })).toMatchObject({ leader: 'healthy' });
      expect(verdicts({ horizon: 12_000_000, reports: leaderless })).toMatchObject({ leader: 'degraded' });
      expect(of({ horizon: 12_000_000, reports: leaderless }).health.reasons).toEqual([
        'nobody who is up leads view 0',
      ]);
      const led = { meter: METER, board: standing([8, 8, 8, 8], 1) };
      expect(verdicts({ horizon: 12_000_000, reports: led })).toMatchObject({ leader: 'healthy' });
      expect(verdicts({ reports: { meter: { ...METER, viewChanges: 5 } } })).toMatchObject({ leader: 'degraded' });
      expect(verdicts({ reports: { meter: { ...METER, viewChanges: 4 } } })).toMatchObject({ leader: 'healthy' });
    });

    it('asks a protocol for no more than it declares', () => {
      const { declaration: svbftDeclares } = svbft;
      const words = { ...svbftDeclares.words, value: 'coin' };
      const dummy = { ...svbftDeclares, words, hasLeader: false, guarantees: ['agreement'] } as const;
      const reports = { meter: { ...METER, blocks: 8 }, board: standing([8, 1, 0, 5], 9) };
      expect(metricsOf(status({ horizon: 12_000_000, reports }), dummy, plan).health.reasons).toEqual([]);
      const late = metricsOf(status({ horizon: 60_000_000, reports }), dummy, plan).health;
      expect(late.reasons).toEqual(['no coin for 50.5 s']);
      const dead = { ...reports, board: standing([8, 1, 0, 5], 9, [true, true, false, true]) };
      expect(metricsOf(status({ reports: dead }), dummy, plan).health.reasons).toEqual(['1 of 4 are down']);
      expect(metricsOf(status({ horizon: 12_000_000, reports }), svbftDeclares, plan).health.reasons).toEqual([
        'nobody who is up leads view 0',
        '1 of 4 take part, 3 are a quorum',
      ]);
    });

    it('sees a long tail and lost copies', () => {
      const tail = { ...METER, blockLatencyMs: { count: 20, p50: 100, p95: 300, p99: 401 } };
      expect(verdicts({ reports: { meter: tail } })).toMatchObject({ latency: 'degraded' });
      const work = createWork(svbft.declaration.messages.length);
      work.copies[1] = 1000;
      work.dropped[0] = 50;
      expect(verdicts({ work })).toMatchObject({ latency: 'healthy' });
      work.dropped[0] = 51;
      expect(verdicts({ work })).toMatchObject({ latency: 'degraded' });
    });

    it('tells a few who are missing from a quorum that is missing', () => {
      const board = (alive: readonly boolean[]) => ({
        reports: { meter: METER, board: standing([8, 8, 8, 8], 0, [...alive]) },
      });
      expect(verdicts(board([true, true, true, false]))).toMatchObject({ participation: 'degraded' });
      expect(verdicts(board([true, true, false, false]))).toMatchObject({ participation: 'failing' });
      expect(verdicts({ reports: { meter: METER, board: standing([8, 8, 8, 5], 0) } })).toMatchObject({
        participation: 'degraded',
      });
    });

    it('fails where nothing is decided or a promise is broken, and remembers proofs of lies', () => {
      expect(verdicts({ horizon: 60_000_000 })).toMatchObject({ progress: 'failing' });
      const checks = [{ name: 'agreement', kind: 'invariant', verdict: 'violated', atMs: 1, detail: '' }];
      expect(verdicts({ reports: { meter: METER, judge: { checks, evidenceCount: 0 } } })).toMatchObject({
        byzantine: 'failing',
      });
      expect(verdicts({ reports: { meter: METER, judge: { checks: [], evidenceCount: 1 } } })).toMatchObject({
        byzantine: 'degraded',
      });
    });
  });
});
