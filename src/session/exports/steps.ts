/**
 * What the CPU of every node did, read from the trace: one step for each message opened and handled, timer fired or message
 * refused, with the messages that left at its end. Steps of one node's CPU never overlap.
 */
import { nodeIndexOf, type NodeIndex } from '../../core/ids.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import { costsOf, type SuiteCosts } from '../../crypto/costs.ts';
import type { DeliverEvent, DropEvent, SendEvent, TimerEvent, TraceEvent } from '../../kernel/trace/events.ts';
import { parseMessageId } from '../../kernel/trace/messages.ts';
import { type RunPlan, namingOf } from '../../kernel/plan.ts';
import type { Run } from '../run.ts';

/** `begin` ≤ `handledAt` ≤ `end`: opened (signature verified) until `handledAt`, then handled and what it sends signed. */
export interface Step {
  readonly node: string;
  /** Null: something that leaves no event of its own (start, restart), and what the CPU had no part in. */
  readonly cause: DeliverEvent | DropEvent | TimerEvent | null;
  /** False for copies that left while the CPU did something else: let go after a cut, held back by a traitor, sent by hand. */
  readonly onCpu: boolean;
  begin: Micros;
  readonly handledAt: Micros;
  end: Micros;
  readonly sends: SendEvent[];
}

export type StepSource = Pick<Run, 'store'> & { readonly executor: { readonly plan: RunPlan } };

/** Steps in the order in which they were handled. `events`: in the trace's order. */
export function stepsOf(events: Iterable<TraceEvent>, source: StepSource): Step[] {
  const reader = new StepReader(source);
  for (const event of events) reader.take(event);
  return reader.steps;
}

/** Refused after the CPU had looked at it; other copies never got so far. */
const WITH_CPU: ReadonlySet<DropEvent['reason']> = new Set(['bad-signature', 'malformed']);

/** What leaves later than this after a step is none of its messages: a traitor held it back. Above what any step costs. */
const STEP_MICROS_MAX: Micros = 4_000_000;
/** Statements that a timer's step signs without sending them (votes inside other messages), at most. */
const SIGNED_UNSENT_MAX = 3;

class StepReader {
  readonly steps: Step[] = [];
  readonly #source: StepSource;
  readonly #last = new Map<string, Step>();
  readonly #asides = new Map<string, Step>();
  readonly #alive = new Map<string, boolean>();
  /** By node: CPU times are multiplied by so many thousandths. */
  readonly #slowMilli = new Map<string, number>();

  constructor(source: StepSource) {
    this.#source = source;
  }

  take(event: TraceEvent): void {
    switch (event.kind) {
      case 'send':
        return this.#onSend(event);
      case 'timer':
        return this.#open(bare(event.node, microsFromMs(event.t), event));
      case 'deliver':
        return this.#onArrival(event, microsFromMs(event.arrivedAt));
      case 'drop':
        return WITH_CPU.has(event.reason) ? this.#onArrival(event, 0) : undefined;
      case 'state':
        // A node that comes to life runs a step that only this change of its state tells of.
        if (event.alive && this.#alive.get(event.node) !== true) this.#start(event.node, microsFromMs(event.t));
        this.#alive.set(event.node, event.alive);
        return;
      case 'fault':
      case 'heal':
        return this.#onFault(event);
      default:
        return undefined;
    }
  }

  #start(node: string, at: Micros): void {
    if (this.#last.get(node)?.handledAt !== at) this.#open(bare(node, at, null));
  }

  #onArrival(event: DeliverEvent | DropEvent, arrivedAt: Micros): void {
    const handledAt = microsFromMs(event.t);
    const step = bare(event.node, handledAt, event);
    step.begin = Math.max(arrivedAt, handledAt - this.#openingMicros(event));
    const before = this.#last.get(event.node);
    // It arrived before its turn, so the CPU was at work until then: with the step before, whose end nobody recorded.
    const waited = event.kind === 'deliver' && arrivedAt < step.begin;
    if (waited && before !== undefined && before.end < step.begin) before.end = step.begin;
    this.#open(step);
  }

  #open(step: Step): void {
    const before = this.#last.get(step.node);
    if (before !== undefined && step.begin < before.end) {
      before.end = Math.min(before.end, step.handledAt);
      step.begin = Math.max(step.begin, before.end);
    }
    this.#last.set(step.node, step);
    this.steps.push(step);
  }

  #onSend(send: SendEvent): void {
    const at = microsFromMs(send.t);
    const before = this.#last.get(send.node);
    const belongs = before !== undefined && send.copy !== 'release' && at - before.handledAt <= this.#longest(before);
    const step = belongs ? before : this.#beside(send.node, at);
    step.end = Math.max(step.end, at);
    step.sends.push(send);
  }

  /** What left at one moment without the CPU is one step. */
  #beside(node: string, at: Micros): Step {
    const known = this.#asides.get(node);
    if (known?.end === at) return known;
    const step = { ...bare(node, at, null), onCpu: false };
    this.#asides.set(node, step);
    this.steps.push(step);
    return step;
  }

  /** The longest that the step may have taken until its messages left. Opening a message may verify a whole certificate. */
  #longest(step: Step): Micros {
    if (step.cause?.kind === 'deliver') return STEP_MICROS_MAX;
    const messages = new Set(step.sends.map(({ messageId }) => messageId)).size;
    const costs = this.#costs(this.#indexOf(step.node));
    return this.#scaled(step.node, (costs?.signMicros ?? 0) * (messages + 1 + SIGNED_UNSENT_MAX));
  }

  /** CPU time to verify the signature on a message and hash its bytes, as the node's CPU model charges it. */
  #openingMicros(event: DeliverEvent | DropEvent): Micros {
    const named = parseMessageId(event.messageId);
    const origin = named === null ? null : this.#indexOf(named.origin);
    if (named === null || origin === null) return 0;
    const message = this.#source.store.message(origin, named.sequence);
    const costs = this.#costs(message?.claimedFrom ?? origin);
    if (costs === null) return 0;
    const hashing = Math.floor(((message?.bytes ?? 0) * costs.hashMicrosPerKiB) / 1024);
    return this.#scaled(event.node, costs.verifyMicros + hashing);
  }

  #scaled(node: string, micros: Micros): Micros {
    return Math.floor((micros * (this.#slowMilli.get(node) ?? 1000)) / 1000);
  }

  #indexOf(name: string): NodeIndex | null {
    return nodeIndexOf(name, namingOf(this.#source.executor.plan));
  }

  /** A client signs with the first validator's suite. */
  #costs(node: NodeIndex | null): SuiteCosts | null {
    const { validators } = this.#source.executor.plan;
    const suite = node === null ? undefined : (validators[node] ?? validators[0])?.suite;
    return suite === undefined ? null : costsOf(suite);
  }

  #onFault(event: Extract<TraceEvent, { kind: 'fault' | 'heal' }>): void {
    if (event.fault !== 'slow') return;
    const fault = this.#source.store.fault(Number(event.faultId.slice(1)));
    const factor = event.kind === 'fault' && fault?.kind === 'slow' ? fault.factorMilli : 1000;
    for (const node of event.targets) this.#slowMilli.set(node, factor);
  }
}

function bare(node: string, at: Micros, cause: Step['cause']): Step {
  return { node, cause, onCpu: true, begin: at, handledAt: at, end: at, sends: [] };
}
