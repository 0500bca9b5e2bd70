/**
 * Chrome Trace Event JSON (Trace Event Format, Google 2016), for Perfetto and chrome://tracing. A process is a shard, a thread a
 * node, a slice what its CPU did, an arrow a message. Times are virtual µs. Numbers of processes and threads begin at 1,
 * because viewers keep 0 for themselves.
 */
import { microsFromMs } from '../../core/time.ts';
import type { DropEvent, SendEvent, TraceEvent } from '../../kernel/trace/events.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import { ArrowBook } from './arrows.ts';
import type { ExportFormat, ExportWindow } from './format.ts';
import { namesOf, shardOf } from './names.ts';
import { TextSink } from './sink.ts';
import { type Step, stepsOf } from './steps.ts';
import type { Run } from '../run.ts';

export const chromeTrace: ExportFormat = {
  name: 'chrome-trace',
  title: 'Chrome trace',
  group: 'trace',
  opens: 'Perfetto (ui.perfetto.dev) and chrome://tracing: nodes as threads, CPU time as slices, messages as arrows.',
  extension: 'trace.json',
  mediaType: 'application/json',
  windowed: true,
  write: (run, window) => new ChromeTrace(run).write(window),
};

/** One entry of `traceEvents`. */
type Entry = Readonly<Record<string, unknown>>;

interface Thread {
  readonly pid: number;
  readonly tid: number;
}

/** A second line of a node, for what left it without its CPU. */
const asideOf = (name: string): string => `${name}, beside its CPU`;

class ChromeTrace {
  readonly #run: Run;
  readonly #labels: ReadonlyMap<string, string>;
  readonly #sink = new TextSink();
  readonly #threads: ReadonlyMap<string, Thread>;
  #count = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#labels = labelsOf(run.protocol.declaration);
    const names = ['world', ...namesOf(run.executor.plan).flatMap((name) => [name, asideOf(name)])];
    this.#threads = new Map(names.map((name, index) => [name, { pid: shardOf(name) + 1, tid: index + 1 }]));
  }

  write({ fromMicros, toMicros }: ExportWindow): string {
    const { store } = this.#run;
    const events = store.events(store.positionAt(fromMicros), store.positionAt(toMicros));
    this.#sink.add('{"displayTimeUnit":"ms","traceEvents":[\n');
    this.#describe();
    const steps = stepsOf(events, this.#run);
    const arrows = new ArrowBook(events);
    for (const step of steps) this.#step(step, arrows);
    for (const event of events) this.#event(event);
    const end = Math.min(toMicros, Math.max(this.#run.horizon, fromMicros));
    for (const [id, name] of this.#open) this.#fault('e', id, name, end);
    this.#inFlight(arrows);
    this.#sink.add('\n]}\n');
    return this.#sink.toString();
  }

  /** Names of processes and threads, and their order on the screen. */
  #describe(): void {
    const { scenario, protocol } = this.#run;
    const pids = new Set([...this.#threads.values()].map(({ pid }) => pid));
    for (const pid of pids) {
      const name = pids.size === 1 ? `${protocol.declaration.title}: ${scenario.name}` : `shard ${pid - 1}`;
      this.#put({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name } });
    }
    for (const [name, { pid, tid }] of this.#threads) {
      this.#put({ ph: 'M', name: 'thread_name', pid, tid, args: { name } });
      this.#put({ ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } });
    }
  }

  #step(step: Step, arrows: ArrowBook): void {
    const thread = step.onCpu ? step.node : asideOf(step.node);
    const at = this.#at(thread);
    if (step.end === step.begin && step.onCpu && step.cause?.kind !== 'deliver' && step.cause?.kind !== 'drop') {
      // It cost no CPU time and sent nothing: a moment.
      this.#instant(step.node, step.begin, this.#nameOf(step), {});
      return;
    }
    // A slice lasts 1 µs at least; one that began where the one before ended then stays inside that.
    const dur = Math.max(1, step.end - step.begin);
    const ts = step.onCpu ? Math.max(0, step.end - dur) : step.begin;
    this.#put({ ph: 'X', cat: 'step', name: this.#nameOf(step), ...at, ts, dur, args: argsOf(step) });
    const opening = step.handledAt - step.begin;
    const rest = step.end - step.handledAt;
    if (opening > 0 && rest > 0) {
      this.#put({ ph: 'X', cat: 'cpu', name: 'open and verify', ...at, ts: step.begin, dur: opening });
      this.#put({ ph: 'X', cat: 'cpu', name: 'handle and sign', ...at, ts: step.handledAt, dur: rest });
    }
    this.#flows(step, ts, dur, at, arrows);
  }

  /** An arrow leaves 1 µs before its message, so that it is inside its step, and ends where its receiver's CPU takes it up. */
  #flows(step: Step, begin: number, dur: number, at: Thread, arrows: ArrowBook): void {
    for (const send of step.sends) {
      const name = this.#label(send.type);
      const ts = Math.min(begin + dur - 1, Math.max(begin, microsFromMs(send.t) - 1));
      if (arrows.isReceived(send.seq)) {
        this.#put({ ph: 's', cat: 'message', name, id: send.seq, ...at, ts });
      } else if (send.reason !== undefined) {
        this.#instant(step.node, ts, `${send.reason}: ${name} to ${send.to}`, { messageId: send.messageId });
      }
    }
    const { cause } = step;
    if (cause === null || cause.kind === 'timer') return;
    const id = arrows.sendOf(cause.seq);
    if (id === null) return;
    const name = this.#label(cause.type);
    this.#put({ ph: 'f', bp: 'e', cat: 'message', name, id, ...at, ts: begin });
  }

  #event(event: TraceEvent): void {
    const ts = microsFromMs(event.t);
    switch (event.kind) {
      case 'decide':
        return this.#instant(event.node, ts, `decide ${event.slot}`, { epoch: event.epoch, digest: event.digest });
      case 'commit2pc':
        return this.#instant(event.node, ts, `${event.phase} ${event.transaction}`, {});
      case 'wait':
        return this.#instant(event.node, ts, `${event.transaction} waits for ${event.account}`, {
          holder: event.holder,
        });
      case 'note':
        return this.#instant(event.node, ts, event.text, {});
      case 'evidence':
        return this.#instant(event.node, ts, `evidence against ${event.against}`, { text: event.text });
      case 'fault':
        this.#open.set(event.faultId, event.text);
        return this.#fault('b', event.faultId, event.text, ts);
      case 'heal':
        if (this.#open.delete(event.faultId)) this.#fault('e', event.faultId, event.text, ts);
        return;
      case 'state':
        return this.#counters(event.node, ts, event.fields);
      default:
        return undefined;
    }
  }

  readonly #open = new Map<string, string>();

  /** A fault is a span on the world's own line; those that overlap are drawn below one another. */
  #fault(ph: 'b' | 'e', id: string, name: string, ts: number): void {
    this.#put({ ph, cat: 'fault', id, name, ...this.#at('world'), ts });
  }

  /** Counts and slots are lines of their own, one a node. */
  #counters(node: string, ts: number, fields: Readonly<Record<string, unknown>>): void {
    const at = this.#at(node);
    for (const { name, label, kind } of this.#run.protocol.declaration.fields) {
      const value = fields[name];
      if (typeof value !== 'number' || (kind !== 'slot' && kind !== 'epoch' && kind !== 'count')) continue;
      if (this.#counted.get(`${node} ${name}`) === value) continue;
      this.#counted.set(`${node} ${name}`, value);
      this.#put({ ph: 'C', name: `${label} of ${node}`, ...at, ts, args: { [name]: value } });
    }
  }

  readonly #counted = new Map<string, number>();

  #inFlight(arrows: ArrowBook): void {
    const { pid } = this.#at('world');
    for (const { at, count } of arrows.inFlight()) {
      this.#put({ ph: 'C', name: 'messages in flight', pid, tid: 0, ts: at, args: { messages: count } });
    }
  }

  #instant(node: string, ts: number, name: string, args: Entry): void {
    this.#put({ ph: 'i', s: 't', cat: 'event', name, ...this.#at(node), ts, args });
  }

  #nameOf({ cause, sends }: Step): string {
    if (cause?.kind === 'deliver') return `${this.#label(cause.type)} from ${cause.from}`;
    if (cause?.kind === 'drop') return `refuse ${this.#label(cause.type)} from ${cause.from}: ${cause.reason}`;
    if (cause?.kind === 'timer') return `timer ${cause.timer}`;
    const first = sends[0];
    if (first === undefined) return 'start';
    return `${first.copy === 'release' ? 'let go' : 'send'} ${this.#label(first.type)}`;
  }

  #label(type: string): string {
    return this.#labels.get(type) ?? (type === '' ? 'message' : type);
  }

  #at(node: string): Thread {
    return this.#threads.get(node) ?? { pid: 1, tid: 0 };
  }

  #put(entry: Entry): void {
    this.#sink.add(`${this.#count++ === 0 ? '' : ',\n'}${JSON.stringify(entry)}`);
  }
}

function argsOf({ cause, sends, begin }: Step): Entry {
  const sent = sends.length === 0 ? {} : { copiesSent: sends.length, bytesSent: total(sends) };
  if (cause?.kind === 'deliver') {
    const { messageId, slot, epoch, digest, arrivedAt } = cause;
    return { messageId, slot, epoch, digest, waitedMicros: begin - microsFromMs(arrivedAt), ...sent };
  }
  return cause?.kind === 'drop' ? { messageId: (cause as DropEvent).messageId, ...sent } : sent;
}

const total = (sends: readonly SendEvent[]): number => sends.reduce((sum, { bytes }) => sum + bytes, 0);

function labelsOf({ messages }: Declaration): ReadonlyMap<string, string> {
  return new Map(messages.map(({ type, label }) => [type, label]));
}
