/**
 * The conductor: clock and switch of a testnet whose nodes live in workers. It opens a window only as far as no message can
 * reach, posts it with all mail of the window before, waits for exactly the groups that have something to do, and keeps
 * what they sent until the next window. At every barrier node states and mail are a consistent global snapshot.
 */
import { clonePlain } from '../../core/clone.ts';
import { required } from '../../core/assert.ts';
import { ENVIRONMENT, type NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { HostReport } from '../../kernel/host/snapshot.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import { minimumLatency } from '../../kernel/network/index.ts';
import type { FaultPlan, SubmissionPlan } from '../../kernel/plan.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import { RunControl } from '../control.ts';
import { EnvelopeMemory } from '../envelopes.ts';
import type { Advance, AdvanceLimit, ExecutorStatus, RunObserver, RunSnapshot } from '../executor.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { type Base, type BaseTag, baseOf, receiveBase, type Start } from './bases.ts';
import type { Bus } from './bus.ts';
import { CrossedThere } from './crossed.ts';
import { sumOfDone } from './done.ts';
import { GatheredTrace } from './gatheredTrace.ts';
import { type GroupControl, RemoteGroup } from './group.ts';
import { Mail } from './mail.ts';
import { joinMail, packMail } from './mailWriter.ts';
import { ReplayLog } from './replayLog.ts';
import { type Answer, type DownMessage, packSegments, type UpMessage, unpackHighlights } from './wire.ts';

const NO_MAIL = packMail([], [], 0);

interface Opened {
  readonly answer: UpMessage;
  readonly mail: Mail;
}

export class Conductor {
  readonly lookahead: Micros;
  readonly #world: WorldConstants;
  readonly #observers: readonly RunObserver[];
  readonly #control: RunControl;
  readonly #groups: readonly RemoteGroup[];
  readonly #groupOf: number[] = [];
  readonly #down: Bus<DownMessage, never>;
  readonly #envelopes: EnvelopeMemory;
  readonly #trace: GatheredTrace;
  readonly #log = new ReplayLog();
  /** What the certificates of answers name. */
  readonly #crossed = new CrossedThere();
  #window = 0;
  /** How many groups the open window waits for. */
  #missing = 0;
  #answers: UpMessage[] = [];
  #barrier: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;
  /** What the last windows brought, not yet passed on. */
  #mail: Mail[] = [];
  #controls: ControlEvent[] = [];
  #startControls: readonly ControlEvent[] = [];
  /** A window that has been run but not yet shown to control and judges. */
  #unseen: { readonly answers: readonly Opened[]; readonly until: Micros } | null = null;
  /** A bug of ours stopped a node: no window opens any more. */
  #failure: Error | null = null;
  #repaired: (() => void)[] = [];
  #finished = false;

  constructor(
    world: WorldConstants,
    observers: readonly RunObserver[],
    groups: readonly { readonly nodes: readonly NodeIndex[]; readonly control: GroupControl }[],
    down: Bus<DownMessage, never>,
    up: Bus<never, Answer>,
  ) {
    this.#world = world;
    this.#observers = observers;
    this.lookahead = minimumLatency(world.plan.network, world.plan.validators);
    this.#control = new RunControl(world.plan, this.lookahead, world.hash, world.keepWords, observers);
    this.#groups = groups.map(({ nodes, control }) => new RemoteGroup(nodes, control));
    groups.forEach(({ nodes }, index) => {
      for (const node of nodes) this.#groupOf[node] = index;
    });
    this.#down = down;
    this.#envelopes = new EnvelopeMemory();
    this.#trace = new GatheredTrace(this.#groups);
    up.listen((message) => this.#onAnswer(message));
  }

  /** Loads every group and starts the nodes. */
  async start(): Promise<void> {
    this.#startControls = this.#control.start();
    this.#control.takeFresh();
    const first = await Promise.all(
      this.#groups.map((group) =>
        group.call(async (control) => {
          await control.load(this.#startControls, true);
          return control.firstReport();
        }),
      ),
    );
    this.#answers = first;
    this.#unseen = { answers: this.#takeMail(), until: 0 };
    this.#see();
  }

  async advance(limit: AdvanceLimit): Promise<Advance> {
    const control = this.#control;
    if (limit.goal !== null) control.setGoal(limit.goal);
    for (let windows = 0; ; windows++) {
      if (windows >= limit.windows) this.#see();
      const next = this.#settledNext(limit.until);
      if (windows >= limit.windows) return this.#result('windows');
      const until = control.window(next, limit.until);
      if (until === null) return this.#rest(next, limit);
      await this.#runWindow(until, -1);
      this.#unseen = { answers: this.#takeMail(), until };
      if (control.mayAct) this.#see();
      if (this.#log.isFull) await this.#rebase();
    }
  }

  async stepEvent(): Promise<boolean> {
    const everything = { until: Number.POSITIVE_INFINITY, windows: 0, goal: null };
    const next = this.#settledNext(Number.POSITIVE_INFINITY);
    const until = this.#control.window(next, Number.POSITIVE_INFINITY);
    if (until === null) {
      this.#rest(next, everything);
      return false;
    }
    await this.#runWindow(
      until,
      this.#groups.findIndex((group) => group.next === next),
    );
    const answers = this.#takeMail();
    this.#unseen = { answers, until: Math.min(this.#next(), until) };
    this.#see();
    return true;
  }

  inject(fault: FaultPlan): void {
    this.#control.inject(fault);
    this.#queueControls();
  }

  heal(fault: FaultPlan, at: Micros): void {
    this.#control.heal(fault, at);
    this.#queueControls();
  }

  submit(submission: SubmissionPlan): void {
    this.#control.submit(submission);
    this.#queueControls();
  }

  async status(): Promise<ExecutorStatus> {
    const { horizon, height, view, active, recorder } = this.#control;
    for (const observer of this.#observers) observer.onHorizon(horizon);
    const reports = Object.fromEntries(this.#observers.map((observer) => [observer.name, observer.report()]));
    const after = this.#window;
    const done = await Promise.all(this.#groups.map((group) => group.doneAfter(after)));
    const { work, events } = sumOfDone(done);
    return { horizon, height, view, active, finished: this.#finished, reports, work, events: events + recorder.count };
  }

  ask(observer: string, question: unknown): unknown {
    return this.#observers.find(({ name }) => name === observer)?.answer?.(question) ?? null;
  }

  inspect(node: NodeIndex): Promise<HostReport | null> {
    const group = this.#groups[this.#groupOf[node] ?? -1];
    const after = this.#window;
    return group === undefined ? Promise.resolve(null) : group.call((control) => control.inspect(node, after));
  }

  async fingerprint(): Promise<string> {
    await this.#flush();
    const after = this.#window;
    const parts = await Promise.all(this.#groups.map((group) => group.call((control) => control.digests(after))));
    const environment = { node: ENVIRONMENT, digest: this.#control.recorder.digest() };
    return fingerprintOf(this.#world.hash, [...parts.flat(), environment]);
  }

  async capture(): Promise<RunSnapshot> {
    await this.#rebase();
    const hosts = this.#groups.flatMap((group) => group.base?.hosts ?? []);
    const observers = Object.fromEntries(this.#observers.map((observer) => [observer.name, observer.capture()]));
    return { ...clonePlain({ control: this.#control.capture(), observers }), hosts };
  }

  async restore(snapshot: RunSnapshot): Promise<void> {
    await this.#trace.rest();
    this.#mail = [];
    this.#crossed.clear();
    this.#controls = [];
    const own = clonePlain({ control: snapshot.control, observers: snapshot.observers });
    this.#control.restore(own.control);
    for (const observer of this.#observers) observer.restore(own.observers[observer.name]);
    const after = this.#window;
    const number = this.#log.bases.number + 1;
    const hostsOf = ({ nodes }: RemoteGroup) => snapshot.hosts.filter(({ node }) => nodes.includes(node));
    this.#startFrom(
      this.#groups.map((group) => baseOf(hostsOf(group), number)),
      number,
    );
    for (const group of this.#groups) group.setBack(after);
    const nexts = await Promise.all(
      this.#groups.map((group) =>
        group.call((control) => control.restore(required(startOf(group), 'its base'), after)),
      ),
    );
    this.#groups.forEach((group, index) => {
      group.next = nexts[index] as Micros;
    });
    this.#trace.clear();
    this.#finished = false;
    this.#failure = null;
  }

  /** The segments since the last call, packed: of everything that has been run by now, and of nothing that is run meanwhile. */
  takeRecords(): Promise<Uint32Array<ArrayBuffer>[]> {
    const words = this.#control.recorder.takeSegment();
    if (words !== null) this.#trace.add(packSegments([{ node: ENVIRONMENT, words }]));
    return this.#trace.take(this.#window);
  }

  envelope(origin: NodeIndex, sequence: number) {
    return this.#envelopes.get(origin, sequence);
  }

  /** A group's worker died: no window opens until `replace` has brought it back. */
  lost(index: number): void {
    this.#groups[index]?.died();
  }

  /** A new worker takes the group over: it starts from the last snapshot and runs the windows since then again. */
  async replace(index: number, successor: GroupControl): Promise<void> {
    const group = this.#groups[index] as RemoteGroup;
    await group.succeed(successor, async (control) => {
      await control.load(this.#startControls, group.base === null);
      await control.replay(startOf(group), this.#log.windows, this.#window, group.expected, group.taken);
    });
    for (const resolve of this.#repaired.splice(0)) resolve();
  }

  /** Groups that something waits for, each with a number that stays the same as long as it is the same wait. */
  waitingFor(): { readonly group: number; readonly wait: number }[] {
    return this.#groups.flatMap(({ oldestWait }, group) => (oldestWait === null ? [] : [{ group, wait: oldestWait }]));
  }

  #next(): Micros {
    return this.#groups.reduce((first, group) => Math.min(first, group.next), Number.POSITIVE_INFINITY);
  }

  #settledNext(limit: Micros): Micros {
    this.#control.settle(Math.min(this.#next(), limit));
    this.#queueControls();
    return this.#next();
  }

  /** Controls that are new go out with the next window. */
  #queueControls(): void {
    for (const event of this.#control.takeFresh()) {
      this.#controls.push(event);
      for (const group of this.#groups) group.next = Math.min(group.next, event.at);
    }
  }

  async #runWindow(until: Micros, single: number): Promise<void> {
    while (this.#groups.some(({ alive }) => !alive)) {
      await new Promise<void>((resolve) => this.#repaired.push(resolve));
    }
    if (this.#failure !== null) throw this.#failure;
    this.#answers = [];
    this.#window++;
    this.#groups.forEach((group, index) => {
      if (group.next >= until || (single !== -1 && single !== index)) return;
      group.expect();
      this.#missing++;
    });
    const nodeCount = this.#groupOf.length;
    const mail = this.#mail.length === 0 ? NO_MAIL : joinMail(this.#mail, nodeCount);
    const message: DownMessage = { kind: 'down', window: this.#window, until, single, controls: this.#controls, mail };
    this.#mail = [];
    this.#controls = [];
    this.#log.add(message);
    if (this.#missing === 0) {
      this.#down.post(message);
      return;
    }
    const answered = new Promise<void>((resolve, reject) => {
      this.#barrier = { resolve, reject };
    });
    this.#down.post(message);
    // While the workers run this window, the judges look at the one before.
    this.#see();
    await answered;
  }

  #onAnswer(answer: Answer): void {
    if (answer.window !== this.#window || this.#groups[answer.group]?.answered() !== true) return;
    this.#missing--;
    if (answer.kind === 'up') this.#answers.push(answer);
    else this.#failure ??= new Error(answer.reason);
    if (this.#missing > 0) return;
    if (this.#failure === null) this.#barrier?.resolve();
    else this.#barrier?.reject(this.#failure);
    this.#barrier = null;
  }

  /**
   * Keeps what was sent until the next window goes out, and notes when each group has something to do. The answers come in the
   * order of groups: what arrived first on the channel must not matter.
   */
  #takeMail(): Opened[] {
    const answers = [...this.#answers].sort((a, b) => a.group - b.group);
    for (const answer of answers) {
      const group = this.#groups[answer.group] as RemoteGroup;
      group.next = answer.next;
      group.done = answer.done;
    }
    return answers.map((answer) => {
      const mail = new Mail(answer.mail);
      this.#crossed.take(mail, answer.window);
      if (mail.copiesTotal > 0) this.#mail.push(mail);
      this.#groupOf.forEach((index, node) => {
        const group = this.#groups[index] as RemoteGroup;
        group.next = Math.min(group.next, mail.firstArrival(node));
      });
      return { answer, mail };
    });
  }

  /** Shows the last window to control and judges, if they have not seen it yet. */
  #see(): void {
    const unseen = this.#unseen;
    if (unseen === null) return;
    this.#unseen = null;
    const highlights: Highlight[] = [];
    for (const { answer, mail } of unseen.answers) {
      for (const highlight of unpackHighlights(answer.highlights, mail, this.#crossed)) highlights.push(highlight);
      this.#trace.add(answer.records);
    }
    this.#envelopes.keep(highlights);
    this.#control.absorb(highlights, unseen.until);
    this.#queueControls();
  }

  /** Brings mail and controls into the nodes' queues without running anything. */
  async #flush(): Promise<void> {
    if (this.#mail.length > 0 || this.#controls.length > 0) await this.#runWindow(Number.NEGATIVE_INFINITY, -1);
  }

  /** Takes a snapshot of every group and starts the log anew. */
  async #rebase(): Promise<void> {
    await this.#flush();
    const after = this.#window;
    await this.#trace.fetch(after);
    const number = this.#log.bases.number + 1;
    const since = this.#log.bases.window;
    const bases = await Promise.all(this.#groups.map((group) => this.#askBase(group, after, number, since)));
    this.#startFrom(bases, number);
  }

  /** All bases and the log change together: a worker replaced in between must not run the log on top of a state that contains it. */
  #startFrom(bases: readonly Base[], number: number): void {
    this.#groups.forEach((group, index) => {
      group.base = bases[index] ?? null;
    });
    this.#crossed.settle(this.#window);
    this.#log.begin({ number, window: this.#window });
  }

  async #askBase(group: RemoteGroup, after: number, next: number, since: number): Promise<Base> {
    const tag: BaseTag = { known: group.base?.number ?? null, next, since };
    const sent = await group.call((control) => control.capture(after, tag));
    return receiveBase(sent, tag, group.base, (name) => this.#crossed.signatureOf(name));
  }

  #rest(next: Micros, limit: AdvanceLimit): Advance {
    this.#see();
    const control = this.#control;
    const end = Math.min(limit.until, control.stopAt, control.goalAt);
    if (end < Number.POSITIVE_INFINITY) control.absorb([], end);
    if (control.goalAt <= end) return this.#result('goal');
    if (control.stopAt <= end) {
      this.#finished = true;
      return this.#result('stopped');
    }
    return this.#result(next === Number.POSITIVE_INFINITY && end === Number.POSITIVE_INFINITY ? 'quiet' : 'limit');
  }

  #result(reason: Advance['reason']): Advance {
    if (reason === 'goal') this.#control.setGoal(null);
    return { horizon: this.#control.horizon, reason };
  }
}

/** What a worker of the group starts from; null: as loaded. The list of blobs stays here. */
function startOf({ base }: RemoteGroup): Start | null {
  return base === null ? null : { number: base.number, hosts: base.hosts };
}
