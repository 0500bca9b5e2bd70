/** A session that replays a fabricated run: lets the page be looked at and tested without kernel and workers. Never shipped. */
import { quorumSize } from '../../core/quorum.ts';
import { TestnetError } from '../../core/problem.ts';
import type { Micros } from '../../core/time.ts';
import type { Scenario } from '../../scenario/types.ts';
import type { ActiveFault, CheckResult, Metrics, NodeDetails, RunStatus, Speed } from '../../session/api.ts';
import { NO_SHARDS } from '../../session/trace-view/crossing.ts';
import type { Flight, Frame, QuorumProgress, TraceView } from '../../session/view.ts';
import type { Session } from '../playground.tsx';
import { FAKE_DECLARATION, fabricate, type FakeRun, type FakeScript } from './fakeRun.ts';

export const DEFAULT_SCRIPT: FakeScript = { validators: 4, seconds: 90, crashes: [], byzantine: [], cut: null };

const CHECKS: readonly CheckResult[] = [
  'agreement',
  'prefix consistency',
  'validity',
  'certificate validity',
  'one vote per phase',
  'bounded liveness',
  'conservation',
].map((name, index) => ({
  name,
  kind: 'invariant',
  verdict: index === 5 ? 'pending' : 'holds',
  atMs: null,
  detail: index === 5 ? 'a decision is due within 6.0 s after GST' : 'held at every step so far',
}));

/** A session over one fabricated run. */
export function fakeSession(script: FakeScript = DEFAULT_SCRIPT): Session {
  return new FakeSession(script) as unknown as Session;
}

class FakeSession {
  readonly #run: FakeRun;
  readonly #listeners = new Set<() => void>();
  #status: RunStatus = 'paused';
  #speed: Speed = 1;
  #head: Micros = 0;
  #seek: Micros | null = null;
  #frame: Frame | null = null;
  #last = 0;

  constructor(script: FakeScript) {
    this.#run = fabricate(script);
  }

  frame = () => this.#frame;
  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  view = (() => {
    let view: TraceView | null = null;
    return () => (view ??= viewOf(this.#run, () => this.#head));
  })();
  seek = (at: Micros | null) => {
    this.#seek = at;
    this.#publish();
  };
  load = async () => {
    this.#head = 0;
    this.#publish();
    return { runId: 'fake', nodes: [] };
  };
  play = async ({ speed }: { speed?: Speed } = {}) => {
    this.#speed = speed ?? this.#speed;
    if (this.#status === 'playing') return this.#publish();
    this.#status = 'playing';
    this.#last = performance.now();
    requestAnimationFrame(this.#tick);
  };
  pause = async () => {
    this.#status = 'paused';
    this.#publish();
  };
  step = async () => {
    this.#head += 40_000;
    this.#publish();
    return { timeMs: this.#head / 1000 };
  };
  /** Test hook: jumps to a moment and stays there. */
  goTo(at: Micros): void {
    this.#status = 'paused';
    this.#head = at;
    this.#publish();
  }
  node = async (id: string) => detailsOf(this.#run, id, this.#head);
  checks = async () => CHECKS;
  scenario = async () => this.#frame?.scenario;
  snapshots = async () => [
    {
      id: 's1',
      name: 'before the crash',
      runId: 'fake',
      scenarioName: 'Happy path',
      atMs: 3_200,
      height: 3,
      savedAt: 1_790_000_000_000,
      automatic: false,
      sizeBytes: 184_000,
    },
    {
      id: 's2',
      name: null,
      runId: 'fake',
      scenarioName: 'Happy path',
      atMs: 9_000,
      height: 9,
      savedAt: 1_790_000_060_000,
      automatic: true,
      sizeBytes: 322_000,
    },
  ];
  snapshot = async () => 's3';
  inject = async (fault: { kind: string }): Promise<string> => {
    throw new TestnetError('unsupported', `the fixture cannot inject a ${fault.kind} fault`);
  };
  heal = async () => undefined;
  restore = async () => undefined;
  fork = async () => ({ runId: 'fake' });
  on = () => () => undefined;
  close = async () => undefined;

  #tick = (now: number) => {
    if (this.#status !== 'playing') return;
    const speed = this.#speed === 'max' ? 100 : this.#speed;
    this.#head = Math.min(this.#run.end, Math.round(this.#head + (now - this.#last) * 1000 * speed));
    this.#last = now;
    this.#publish();
    requestAnimationFrame(this.#tick);
  };

  #publish(): void {
    const playhead = this.#seek ?? this.#head;
    const decided = this.#run.blocks.filter((block) => (block.decidedBy[0]?.at ?? 0) <= this.#head);
    this.#frame = frameOf(this.#run, {
      status: this.#status,
      speed: this.#speed,
      head: this.#head,
      playhead,
      following: this.#seek === null,
      height: decided.length,
      faults: faultsOf(this.#run, this.#head),
    });
    for (const listener of this.#listeners) listener();
  }
}

function frameOf(
  run: FakeRun,
  now: Pick<Frame, 'status' | 'speed' | 'head' | 'playhead' | 'following' | 'height' | 'faults'>,
): Frame {
  const scenario = {
    format: 'testnet-scenario/1',
    name: 'Happy path',
    description: 'Four validators agree.',
    seed: 7,
    expect: [],
    protocol: { name: 'svbft', config: {}, mutant: null },
    validators: run.script.validators,
    clients: 1,
  } as unknown as Scenario;
  const nodes = Array.from({ length: run.nodeCount }, (_, index) => ({
    id: index < run.script.validators ? `v${index}` : 'c0',
    index,
    kind: index < run.script.validators ? ('validator' as const) : ('client' as const),
    region: 'eu-west',
    stake: 1,
    suite: 'ml-dsa-65',
  }));
  return {
    runId: 'fake',
    scenario,
    declaration: FAKE_DECLARATION,
    nodes,
    ...now,
    eventCount: run.events.length,
    view: 0,
    leader: 'v0',
    fingerprint: '3f9a51d7c0ffee00b1c2',
    checks: CHECKS,
    trace: { beginsAt: 0, isLoading: false },
    interventions: [],
    metrics: metricsOf(now.height, now.head),
    runtime: {
      executor: 'workers',
      workers: run.nodeCount,
      suite: 'ml-dsa-65',
      engine: 'liboqs',
      verifyAhead: true,
      notice: null,
    },
  };
}

function metricsOf(height: number, head: Micros): Metrics {
  const seconds = Math.max(1, head / 1_000_000);
  return {
    timeMs: head / 1000,
    blocks: height,
    transactions: height * 48,
    blocksPerSecond: height / seconds,
    transactionsPerSecond: (height * 48) / seconds,
    blockLatencyMs: { count: height, p50: 342, p95: 410, p99: 433 },
    transactionLatencyMs: { count: height * 48, p50: 690, p95: 1_180, p99: 1_320 },
    messages: {
      propose: { count: height * 3, bytes: height * 54_000 },
      prepare: { count: height * 12, bytes: height * 41_000 },
      commit: { count: height * 12, bytes: height * 41_000 },
    },
    messagesTotal: height * 30,
    bytesTotal: height * 141_000,
    dropped: { lost: Math.floor(height / 3) },
    viewChanges: 0,
    signatures: { made: height * 10, verified: height * 28, cpuMs: height * 9 },
    health: {
      status: 'healthy',
      reasons: [],
      monitors: [{ name: 'progress', title: 'Progress', verdict: 'healthy', reading: 'all well', reasons: [] }],
    },
  };
}

function faultsOf(run: FakeRun, at: Micros): readonly ActiveFault[] {
  const faults: ActiveFault[] = [];
  for (const [node, from, to] of run.script.crashes) {
    if (at >= from * 1e6 && at < to * 1e6)
      faults.push({
        id: `crash${node}`,
        kind: 'crash',
        targets: [`v${node}`],
        text: `v${node} is down`,
        sinceMs: from * 1e3,
      });
  }
  for (const [node, behaviour] of run.script.byzantine) {
    faults.push({
      id: `byz${node}`,
      kind: 'byzantine',
      targets: [`v${node}`],
      text: `v${node} is Byzantine: ${behaviour}`,
      sinceMs: 0,
    });
  }
  const { cut } = run.script;
  if (cut !== null && at >= cut.from * 1e6 && at < cut.to * 1e6) {
    const text = cut.groups.map((group) => `{${group.map((node) => `v${node}`).join(', ')}}`).join(' | ');
    faults.push({
      id: 'cut',
      kind: 'partition',
      targets: cut.groups.flat().map((node) => `v${node}`),
      text: `partition ${text}`,
      sinceMs: cut.from * 1e3,
    });
  }
  return faults;
}

function viewOf(run: FakeRun, head: () => Micros): TraceView {
  const lastBefore = <T extends { at: Micros }>(list: readonly T[], at: Micros) =>
    list.findLast((item) => item.at <= at);
  return {
    get head() {
      return head();
    },
    get eventCount() {
      return this.positionAt(head());
    },
    positionAt: (at) => {
      const found = run.events.findIndex((event) => event.t * 1000 >= at);
      return found < 0 ? run.events.length : found;
    },
    events: (from, to) => run.events.slice(Math.max(0, from), to),
    flights: (at) => run.flights.filter((flight: Flight) => flight.sentAt <= at && at < flight.arrivesAt),
    nodeAt: (node, at) => {
      const moment = lastBefore(run.moments[node] ?? [], at);
      const crashed = run.script.crashes.some(([who, from, to]) => who === node && at >= from * 1e6 && at < to * 1e6);
      return {
        alive: !crashed,
        byzantine: run.script.byzantine.find(([who]) => who === node)?.[1] ?? null,
        fields: moment?.fields ?? {},
        changedAt: moment?.at ?? 0,
      };
    },
    quorumAt: (node, at) => quorumOf(run, node, at),
    get markers() {
      return run.markers.filter((marker) => marker.at <= head());
    },
    cutsAt: (at) => cutsOf(run, at),
    faultsAt: (at) => faultsOf(run, at),
    message: async (id) => messageOf(run, id),
    contentOf: async (id) => (await messageOf(run, id))?.content ?? null,
    blocksAt: (at) =>
      run.blocks
        .filter((block) => (block.decidedBy[0]?.at ?? 0) <= at)
        .map((block) => ({ ...block, decidedBy: block.decidedBy.filter((by) => by.at <= at) })),
    copiesIn: (from, until) => {
      const flights = run.flights.filter((flight) => flight.sentAt <= until && flight.arrivesAt >= from);
      return { flights, sends: flights.map((_, index) => index), step: 1 };
    },
    bandsOf: () => [],
    marksIn: () => ({ marks: [], total: 0 }),
    quietIn: () => [],
    causality: () => null,
    candidatesAt: () => [],
    ...NO_SHARDS,
    samples: () =>
      Array.from({ length: Math.floor(head() / 1e6) }, (_, second) => ({
        second,
        blocks: 1,
        transactions: 40 + ((second * 13) % 17),
        messages: 30 + (second % 4),
        bytes: 141_000 + second * 300,
        latencyP50Ms: 320 + ((second * 29) % 60),
        latencyP95Ms: 400 + ((second * 31) % 90),
      })),
  };
}

function quorumOf(run: FakeRun, node: number, at: Micros): QuorumProgress | null {
  const open = run.quorums[node]?.findLast((quorum) => (quorum.votes[0]?.at ?? Infinity) <= at);
  if (open === undefined) return null;
  const needed = quorumSize(run.script.validators);
  const phase = FAKE_DECLARATION.messages[open.type]?.phase ?? 'first';
  const votes = open.votes.filter((vote) => vote.at <= at);
  return {
    type: open.type,
    phase,
    slot: open.slot,
    epoch: 0,
    digest: open.digest,
    voters: votes.map((vote) => vote.voter),
    needed,
    closedAt: votes[needed - 1]?.at ?? null,
  };
}

function cutsOf(run: FakeRun, at: Micros): readonly { from: number; to: number }[] {
  const { cut, validators } = run.script;
  if (cut === null || at < cut.from * 1e6 || at >= cut.to * 1e6) return [];
  const group = (node: number) => cut.groups.findIndex((members) => members.includes(node));
  const pairs: { from: number; to: number }[] = [];
  for (let from = 0; from < validators; from++) {
    for (let to = 0; to < validators; to++) if (group(from) !== group(to)) pairs.push({ from, to });
  }
  return pairs;
}

async function messageOf(run: FakeRun, id: string) {
  const copies = run.flights.filter((flight) => flight.messageId === id);
  const first = copies[0];
  if (first === undefined) return null;
  const declaration = FAKE_DECLARATION.messages[first.type];
  const from = first.from < run.script.validators ? `v${first.from}` : 'c0';
  return {
    id,
    from,
    claimedFrom: from,
    type: declaration?.type ?? '',
    label: declaration?.label ?? '',
    slot: 3,
    epoch: 0,
    digest: '3f9a51d7c0ffee00b1c2'.repeat(3),
    sentAtMs: first.sentAt / 1000,
    bytes: first.bytes,
    content: { type: declaration?.type, height: 3, view: 0, block: '3f9a51d7c0ffee00' },
    rawHex: '84a1b2c3d4e5f60718'.repeat(30),
    signatureHex: 'c0ffee11'.repeat(80),
    signature: { suite: 'ml-dsa-65', valid: true, verifyMicros: 192 },
    copies: copies.map((copy) => ({
      to: `v${copy.to}`,
      arrivesAtMs: copy.fate === 'delivered' ? copy.arrivesAt / 1000 : null,
      fate: copy.fate,
      reason: copy.fate === 'lost' ? 'the link lost it' : copy.fate === 'held' ? 'waits at the partition' : null,
    })),
  };
}

function detailsOf(run: FakeRun, id: string, at: Micros): NodeDetails {
  const index = id.startsWith('v') ? Number(id.slice(1)) : run.script.validators;
  const fields = run.moments[index]?.findLast((moment) => moment.at <= at)?.fields ?? {};
  const decided = run.blocks.filter((block) => block.decidedBy.some((by) => by.node === index && by.at <= at));
  return {
    id,
    role: String(fields['role']),
    epoch: 0,
    view: 0,
    height: decided.length,
    phase: String(fields['phase']),
    lock: { view: 0, block: '3f9a51d7c0ffee00' },
    certificates: decided.slice(-2).map((block) => ({
      height: block.height,
      view: 0,
      digest: block.digest,
      signers: block.decidedBy.slice(0, 3).map((by) => by.node),
    })),
    log: decided.slice(-8).map((block) => ({ height: block.height, hash: block.digest, transactions: 48 })),
    ledgerRoot: 'a1'.repeat(32),
    balances: [1_000, 980, 1_020, 1_000],
    mempoolSize: Number(fields['mempool']),
    details: { viewChanges: 0 },
    alive: true,
    byzantine: false,
    timers: [{ timer: 'view-change 0', dueMs: at / 1000 + 2_400 }],
    cpuBusyUntilMs: at / 1000,
    inboxLength: 2,
  };
}
