/**
 * NodeHost: one node of the testnet. It queues what is to happen to the node, models its CPU, verifies every envelope
 * before the machine sees it, signs what leaves, lets a traitor's behaviours loose on it, and records all of it.
 */
import { assert } from '../../core/assert.ts';
import { clonePlain } from '../../core/clone.ts';
import { encode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Decision, NodeContext, SignedMessage, SignedRef } from '../../protocols/protocol.ts';
import type { ControlEvent } from '../control.ts';
import type { Envelope } from '../envelope.ts';
import type { FaultPlan } from '../plan.ts';
import { EVENT_CLASS, EventQueue } from '../queue.ts';
import { Recorder } from '../trace/recorder.ts';
import { dropCode } from '../trace/records.ts';
import type { DropReason } from '../trace/events.ts';
import { changed, type Outgoing } from './adversary.ts';
import { Cpu } from './cpu.ts';
import { type CrashTrap, catchesArrival, departuresBefore } from './crash-trap.ts';
import { Disk } from './disk.ts';
import { type EffectsTarget, HostEffects } from './effects.ts';
import { type AnyMachine, type Message, machineOf } from './machines.ts';
import { nodeContext } from './context.ts';
import { Meter } from './meter.ts';
import { contentHash, Outbox } from './outbox.ts';
import { Observation } from './observation.ts';
import { arm, type Side, take, wake } from './side.ts';
import { envelopeStripper, type HostReport, type HostSnapshot, type Payload, type TimerEntry } from './snapshot.ts';
import { encodeAgain, encodeOwn, openEnvelope, signStatement, verifyEnvelope } from './signing.ts';
import { Traitor } from './traitor.ts';
import { createWork, type Work } from './work.ts';
import type { World } from './world.ts';

export class NodeHost implements EffectsTarget {
  readonly self: NodeIndex;
  readonly recorder: Recorder;
  alive = false;
  readonly #world: World;
  readonly #secretKey: Uint8Array;
  readonly #machine: AnyMachine;
  readonly #ctx: NodeContext<unknown, Message>;
  readonly #queue: EventQueue<Payload>;
  readonly #cpu = new Cpu<Envelope | TimerEntry>();
  readonly #outbox: Outbox;
  readonly #effects: HostEffects;
  readonly #traitor: Traitor;
  #sides: Side[] = [];
  /** The side whose step runs, and its virtual time. */
  #active = 0;
  readonly #disk = new Disk();
  #generation = 0;
  now: Micros = 0;
  /** Time of the last event. */
  #clock: Micros = 0;
  readonly #meter = new Meter();
  #trap: CrashTrap | null = null;
  readonly observation: Observation;
  readonly work: Work;
  /** Whether signatures are checked: a mutant leaves it out. */
  readonly #verifies: boolean;

  constructor(world: World, self: NodeIndex, secretKey: Uint8Array) {
    this.#world = world;
    this.self = self;
    this.#secretKey = secretKey;
    const { length: validatorCount } = world.plan.validators;
    this.#queue = new EventQueue(2 * validatorCount);
    this.#verifies = world.plan.protocol.mutant !== 'unverified';
    this.recorder = new Recorder(self, world.hash, world.keepWords, validatorCount);
    this.#machine = machineOf(world, self);
    this.observation = new Observation(world, this.recorder, this.#machine);
    this.work = createWork(world.protocol.declaration.messages.length);
    this.#outbox = new Outbox(world, self, this.recorder, this.work);
    this.#effects = new HostEffects(this);
    this.#traitor = new Traitor(world, self);
    this.#ctx = nodeContext(world, self, this.work, this.#meter);
  }

  /** Time of the next thing that happens here, or Infinity. */
  get nextTime(): Micros {
    return Math.min(this.#queue.nextTime, this.#cpu.readyAt);
  }

  /** Brings the node to life at t = 0. */
  start(): void {
    this.alive = true;
    this.#sides = [{ state: this.#machine.create(this.#ctx), timers: new Map() }];
    this.#runStep(0, { kind: 'start', now: 0 }, 0);
  }

  /** Puts a copy that arrives at `at` into the node's future. */
  arrive(envelope: Envelope, at: Micros): void {
    this.#queue.push(at, EVENT_CLASS.arrival, envelope.origin, envelope.sequence, envelope);
  }

  schedule(event: ControlEvent): void {
    this.#queue.push(event.at, EVENT_CLASS.control, 0, event.order, event);
  }

  /** Runs everything that is to be handled before `until`, in order. At most `limit` events; returns how many ran. */
  run(until: Micros, limit = Number.POSITIVE_INFINITY): number {
    const queue = this.#queue;
    const cpu = this.#cpu;
    let count = 0;
    for (; count < limit; count++) {
      const queued = queue.nextTime;
      const ready = cpu.readyAt;
      const next = ready < queued ? ready : queued;
      if (next >= until) break;
      assert(next >= this.#clock, 'time never goes back');
      this.#clock = next;
      if (ready < queued || (ready === queued && queue.nextClass !== EVENT_CLASS.control)) this.#finishWork(ready);
      else this.#takeQueued(queued);
    }
    return count;
  }

  #finishWork(now: Micros): void {
    const { payload, arrivedAt } = this.#cpu.take();
    if ('origin' in payload) this.#onEnvelope(payload, now, arrivedAt);
    else this.#onTimer(payload, now);
    this.#cpu.next();
  }

  #takeQueued(now: Micros): void {
    const eventClass = this.#queue.nextClass;
    const payload = this.#queue.pop();
    if (eventClass === EVENT_CLASS.arrival) this.#onArrival(payload as Envelope, now);
    else if (eventClass === EVENT_CLASS.timer) this.#onDue(payload as TimerEntry, now);
    else if (eventClass === EVENT_CLASS.control) this.#onControl(payload as ControlEvent);
    else if (this.alive) this.#outbox.dispatch([payload as Outgoing], now, false);
  }

  #onArrival(envelope: Envelope, now: Micros): void {
    if (!this.alive) return this.#drop(envelope, now, 'crashed');
    const cost = this.#openingCost(envelope);
    this.work.cpuMicros += cost;
    if (this.#cpu.readyNow(now, cost)) this.#onEnvelope(envelope, now, now);
    else if (!this.#cpu.offer(envelope, now, cost)) this.#drop(envelope, now, 'overflow');
  }

  #onDue(entry: TimerEntry, now: Micros): void {
    const woken = wake(this.#sides[entry.side], entry.key, entry.generation, now);
    if (woken === null) return;
    if (woken !== 'due') this.#await(entry.side, entry.key, woken.due, woken.generation);
    else if (this.#cpu.readyNow(now, 0)) this.#onTimer(entry, now);
    else this.#cpu.offer(entry, now, 0);
  }

  /** CPU time until an envelope is verified: its signature, and hashing what came. */
  #openingCost(envelope: Envelope): Micros {
    const cost = this.#world.costs[envelope.claimedFrom];
    if (cost === undefined) return 0;
    return this.#meter.scaled(cost.verifyMicros + Math.floor((envelope.sizeBytes * cost.hashMicrosPerKiB) / 1024));
  }

  #onEnvelope(envelope: Envelope, now: Micros, arrivedAt: Micros): void {
    this.work.verified++;
    if (this.#world.suites[envelope.claimedFrom] === undefined || envelope.claimedFrom === this.self) {
      return this.#drop(envelope, now, 'unknown-sender');
    }
    const memo = envelope.memo ?? openEnvelope(this.#world, envelope);
    if (memo.message === null) return this.#drop(envelope, now, 'malformed');
    if (memo.valid !== true && this.#verifies && !verifyEnvelope(this.#world, envelope)) {
      return this.#drop(envelope, now, 'bad-signature');
    }
    const message = memo.message as Message;
    if (this.#trap !== null && catchesArrival(this.#trap, message.type)) {
      this.#crash(now);
      return this.#drop(envelope, now, 'crashed');
    }
    this.recorder.deliver(now, envelope.origin, envelope.sequence, now - arrivedAt);
    const from = envelope.claimedFrom;
    if (this.#traitor.active) this.#traitor.overhear(envelope, message);
    const input = { kind: 'message', now, from, message, proof: memo.proof } as const;
    if (this.#sides.length === 1) return this.#runStep(0, input, now);
    for (const side of this.#traitor.audience(from, envelope.sequence, this.#sides.length)) {
      this.#runStep(side, input, now);
    }
  }

  #onTimer(entry: TimerEntry, now: Micros): void {
    const armed = take(this.#sides[entry.side], entry.key, entry.generation);
    if (armed === null) return;
    this.recorder.timer(now, entry.key);
    this.#runStep(entry.side, { kind: 'timeout', now, timer: armed.timer }, now);
  }

  #onControl(event: ControlEvent): void {
    if (event.kind === 'submit') {
      const { client, from, to, amount } = event.submission;
      if (client !== this.self || !this.alive) return;
      const input = { kind: 'command', now: event.at, command: { kind: 'transfer', from, to, amount } } as const;
      return this.#runStep(0, input, event.at);
    }
    if (event.kind === 'begin') this.#beginFault(event.fault, event.at);
    else this.#endFault(event.fault, event.at);
  }

  #beginFault(fault: FaultPlan, now: Micros): void {
    this.#outbox.beginRule(fault.id, fault);
    if (!('target' in fault) || fault.target !== this.self) return;
    if (fault.kind === 'slow') this.#meter.slowMilli = fault.factorMilli;
    if (fault.kind === 'crash' && fault.point !== undefined) this.#trap = { point: fault.point, count: 0 };
    else if (fault.kind === 'crash') this.#crash(now);
    if (fault.kind === 'byzantine') {
      this.#traitor.begin(fault);
      const original = this.#sides[0];
      if (fault.behaviour === 'twins' && this.#sides.length === 1 && original !== undefined) {
        this.#sides.push({ state: clonePlain(original.state), timers: new Map() });
        for (const [, armed] of original.timers) this.#arm(1, armed.timer, armed.due);
      }
      this.#observe(now);
    }
  }

  #endFault(fault: FaultPlan, now: Micros): void {
    this.#outbox.endRule(fault.id, now);
    if (!('target' in fault) || fault.target !== this.self) return;
    if (fault.kind === 'slow') this.#meter.recover();
    if (fault.kind === 'crash') this.#restart(fault.disk, now);
    if (fault.kind === 'byzantine') {
      this.#traitor.end(fault.id);
      if (fault.behaviour === 'twins') this.#sides.length = Math.min(this.#sides.length, 1);
      this.#observe(now);
    }
  }

  #crash(now: Micros): void {
    if (!this.alive) return;
    this.alive = false;
    for (const { payload } of this.#cpu.clear(now)) if ('origin' in payload) this.#drop(payload, now, 'crashed');
    this.#sides = [];
    this.#observe(now);
  }

  #restart(disk: 'durable' | 'amnesia' | 'torn', now: Micros): void {
    this.#trap = null;
    if (this.alive) return;
    this.#disk.survive(disk);
    this.alive = true;
    this.#cpu.freeAt = now;
    this.#sides = [{ state: this.#machine.recover(this.#ctx, this.#disk.records), timers: new Map() }];
    this.#runStep(0, { kind: 'start', now }, now);
  }

  #runStep(sideIndex: number, input: Parameters<AnyMachine['step']>[1], now: Micros): void {
    const side = this.#sides[sideIndex] as Side;
    this.#active = sideIndex;
    this.now = now;
    this.#meter.spent = 0;
    this.#machine.step(side.state, input, this.#effects, this.#ctx);
    this.#observe(now);
    const departure = now + this.#meter.spent;
    this.work.cpuMicros += this.#meter.spent;
    this.#cpu.freeAt = Math.max(this.#cpu.freeAt, departure);
    if (this.#effects.outgoing.length > 0) this.#depart(side, departure);
  }

  #depart(side: Side, departure: Micros): void {
    let items: readonly Outgoing[] = this.#effects.outgoing;
    if (this.#traitor.active) {
      items = this.#traitor.transform(items, this.#active, side.state, this.#ctx, (to, message) =>
        this.signOwn(to, message),
      );
      for (const item of items) {
        if (item.delay === 0) continue;
        const later = changed(item, { delay: 0 });
        this.#queue.push(departure + item.delay, EVENT_CLASS.delayedSend, this.self, this.#generation++, later);
      }
      items = items.filter((item) => item.delay === 0);
    }
    const last = departuresBefore(this.#trap, items);
    this.#outbox.dispatch(last === null ? items : items.slice(0, last), departure, !this.#traitor.active);
    this.#effects.clear();
    if (last !== null) this.#crash(departure);
  }

  signOwn(to: NodeIndex, message: Message): Outgoing {
    this.work.signed++;
    this.#meter.spend(this.#world.costs[this.self]?.signMicros ?? 0);
    const bytes = encodeOwn(message);
    const signature = signStatement(this.#world, this.self, message, bytes, this.#secretKey);
    return { to, claimedFrom: this.self, message, bytes, signature, delay: 0, tampered: false };
  }

  passOn(to: NodeIndex, message: Message, proof: SignedRef): Outgoing {
    const bytes = encodeAgain(message);
    return { to, claimedFrom: proof.signer, message, bytes, signature: proof.signature, delay: 0, tampered: false };
  }

  armTimer(timer: unknown, after: Micros): void {
    this.#arm(this.#active, timer, this.now + after);
  }

  #arm(sideIndex: number, timer: unknown, due: Micros): void {
    const key = this.#machine.timerKey(timer);
    const generation = this.#generation++;
    const isNew = arm(this.#sides[sideIndex] as Side, key, timer, due, generation, this.now);
    if (isNew) this.#await(sideIndex, key, due, generation);
  }

  #await(side: number, key: string, due: Micros, generation: number): void {
    this.#queue.push(due, EVENT_CLASS.timer, side, generation, { side, key, generation });
  }

  disarmTimer(timer: unknown): void {
    this.#sides[this.#active]?.timers.delete(this.#machine.timerKey(timer));
  }

  get disk(): Disk | null {
    return this.#active === 0 ? this.#disk : null;
  }

  decided(decision: Decision): void {
    if (this.#active !== 0) return;
    this.recorder.decide(this.now, decision.slot, decision.epoch, decision.digest);
    this.#world.emit({ kind: 'decide', t: this.now, node: this.self, decision });
  }

  accused(against: NodeIndex, what: string, first: SignedMessage<unknown>, second: SignedMessage<unknown>): void {
    const pair = [first, second].map(({ message, proof }) => ({ message, signature: proof.signature }));
    const hashes = pair.flatMap(({ message, signature }) => contentHash(this.#world, encode(message), signature));
    this.recorder.evidence(this.now, against, what, hashes);
    this.#world.emit({ kind: 'evidence', t: this.now, node: this.self, against, what, statements: pair });
  }

  /** All that the node is, as plain data that still shares objects with it: clone before keeping it. */
  capture(): HostSnapshot {
    const strip = envelopeStripper();
    const cpu = this.#cpu.capture();
    return {
      alive: this.alive,
      sides: this.#sides,
      disk: this.#disk.records,
      queue: [...this.#queue.entries()].map((entry) => ({ ...entry, payload: strip(entry.payload) })),
      cpu: { ...cpu, inbox: cpu.inbox.map((work) => ({ ...work, payload: strip(work.payload) })) },
      links: this.#outbox.capture(strip),
      sequence: this.#outbox.sequence,
      traitor: this.#traitor.capture(),
      generation: this.#generation,
      slowMilli: this.#meter.slowMilli,
      trap: this.#trap,
      ...this.observation.capture(),
      recorder: this.recorder.snapshot(),
      work: this.work,
    };
  }

  /** Becomes what `capture` saw. The snapshot's objects become the node's own: clone it first if it is to be kept. */
  restore(snapshot: HostSnapshot): void {
    this.alive = snapshot.alive;
    this.#clock = 0;
    this.#sides = [...snapshot.sides];
    this.#disk.rewrite(snapshot.disk);
    this.#queue.clear();
    for (const { time, eventClass, source, sequence, payload } of snapshot.queue) {
      this.#queue.push(time, eventClass, source, sequence, payload);
    }
    this.#cpu.restore(snapshot.cpu);
    this.#outbox.links = snapshot.links;
    this.#outbox.sequence = snapshot.sequence;
    this.#traitor.restore(snapshot.traitor);
    this.#generation = snapshot.generation;
    this.#meter.slowMilli = snapshot.slowMilli;
    this.#trap = snapshot.trap ?? null;
    this.observation.restore(snapshot);
    this.recorder.restore(snapshot.recorder);
    Object.assign(this.work, snapshot.work);
  }

  /** What the node knows now, for the inspector; null knowledge while it is down. */
  inspect(): HostReport {
    const side = this.#sides[0];
    return {
      alive: this.alive,
      byzantine: this.#traitor.active,
      knowledge: side === undefined ? null : this.#machine.inspect(side.state),
      timers: [...(side?.timers ?? [])].map(([timer, { due }]) => ({ timer, due })),
      cpuFreeAt: this.#cpu.freeAt,
      inboxLength: this.#cpu.backlog,
    };
  }

  #drop(envelope: Envelope, now: Micros, reason: DropReason): void {
    const code = dropCode(reason);
    this.work.dropped[code] = (this.work.dropped[code] ?? 0) + 1;
    this.recorder.drop(now, envelope.origin, envelope.sequence, code);
  }

  #observe(now: Micros): void {
    this.observation.look(now, this.alive, this.#traitor.code, this.#sides[0]?.state ?? null);
  }
}
