/** Made-up streams for tests: real recorders driven by chance, and beside them the events that the trace must show. */
import { ENVIRONMENT, type NodeIndex, nodeName } from '../../core/ids.ts';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Segment } from '../group.ts';
import { OUTCOME } from '../network/index.ts';
import type { FaultPlan } from '../plan.ts';
import type { TraceEvent } from './events.ts';
import { Recorder } from './recorder.ts';
import { COPY, DROP_REASONS, RECORD } from './records.ts';
import type { TraceStore } from './store.ts';

export const VALIDATORS = 4;
const NODES = 5;

const timing = { at: 0, when: null, until: null, untilWhen: null } as const;
const partition = {
  kind: 'partition',
  groups: [
    [0, 1],
    [2, 3],
  ],
  oneWay: false,
  cut: 'held',
} as const;

/** What the made-up faults f0, f1, f2 are. */
export const FAULTS: readonly FaultPlan[] = [
  { id: 'f0', ...timing, kind: 'crash', target: 2, disk: 'durable' },
  { id: 'f1', ...timing, ...partition },
  { id: 'f2', ...timing, kind: 'byzantine', target: 1, behaviour: 'equivocate', peers: null, types: null },
];

const vote = { exclusive: true, vote: true, explain: '' } as const;

/** Three kinds of message and a field of every kind. */
export const DECLARATION: Declaration = {
  name: 'made-up',
  title: '',
  summary: '',
  paper: '',
  faultModel: 'byzantine',
  behaviours: [],
  messages: [
    { type: 'proposal', label: 'P', phase: 'propose', exclusive: true, vote: false, explain: '' },
    { type: 'prepare', label: 'A', phase: 'first', ...vote },
    { type: 'change', label: 'C', phase: 'change', ...vote, exclusive: false },
  ],
  fields: [
    { name: 'role', label: '', kind: 'enum', values: ['backup', 'primary'], explain: '' },
    { name: 'epoch', label: '', kind: 'epoch', explain: '' },
    { name: 'height', label: '', kind: 'slot', explain: '' },
    { name: 'ready', label: '', kind: 'boolean', explain: '' },
    { name: 'lockEpoch', label: '', kind: 'epoch', explain: '' },
  ],
  words: { epoch: 'view', slot: 'height', leader: 'primary', change: 'view change' },
  quorum: (count) => count / 2,
};

/** An event without its place, and what orders it. */
interface Expected {
  readonly at: Micros;
  readonly rank: number;
  readonly event: Record<string, unknown>;
}

interface Sent {
  readonly origin: NodeIndex;
  readonly sequence: number;
  readonly type: string;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly to: NodeIndex;
  readonly arrivesAt: Micros;
}

/** One step of one node at `at`; writing it may record moments later than `at`. */
type Step = { readonly at: Micros; readonly write: () => void };

/** Some tens of steps of five nodes and the environment, ascending in time; the same for the same seed. */
export class MadeUpRun {
  readonly end: Micros;
  readonly #steps: readonly Step[];
  #written = 0;
  readonly #recorders = new Map<NodeIndex, Recorder>();
  readonly #expected: Expected[] = [];
  readonly #sent: Sent[] = [];
  readonly #sequences = new Map<NodeIndex, number>();
  readonly #key;
  #draws = 0;

  constructor(seed: number, stepCount: number) {
    this.#key = streamKey(seed, PURPOSE.workload, 0);
    for (const node of [ENVIRONMENT, 0, 1, 2, 3, 4])
      this.#recorders.set(node, new Recorder(node, () => new Uint8Array(32), true));
    const steps: Step[] = [];
    let at = 0;
    for (let i = 0; i < stepCount; i++) {
      const now = at;
      steps.push({ at: now, write: () => this.#step(now) });
      if (this.#below(3) > 0) at += this.#below(40);
    }
    this.#steps = steps;
    this.end = at + 1;
  }

  /** Runs the steps before `until` and hands over what was recorded since the last call. */
  advance(until: Micros): Segment[] {
    for (
      let step = this.#steps[this.#written];
      step !== undefined && step.at < until;
      step = this.#steps[this.#written]
    ) {
      this.#written++;
      step.write();
    }
    const segments: Segment[] = [];
    for (const [node, recorder] of this.#recorders) {
      const words = recorder.takeSegment();
      if (words !== null) segments.push({ node, words });
    }
    return segments;
  }

  /** The events of everything written so far before `horizon`, in the trace's order. */
  events(horizon: Micros): TraceEvent[] {
    const final = this.#expected.filter(({ at }) => at < horizon);
    return final
      .sort((a, b) => a.at - b.at || a.rank - b.rank)
      .map(({ event }, seq) => ({ seq, ...event }) as unknown as TraceEvent);
  }

  #below(bound: number): number {
    return scale(draw(this.#key, this.#draws++), bound);
  }

  #step(now: Micros): void {
    const node = this.#below(NODES);
    const recorder = this.#recorders.get(node) as Recorder;
    switch (this.#below(8)) {
      case 0:
      case 1:
      case 2:
        return this.#send(recorder, now + this.#below(60));
      case 3:
      case 4:
        for (let i = 0; i < 4; i++) this.#receive(now);
        return;
      case 5:
        return this.#state(recorder, now);
      case 6:
        return this.#decide(recorder, now);
      default:
        return this.#say(recorder, now);
    }
  }

  #send(recorder: Recorder, at: Micros): void {
    const { node } = recorder;
    const sequence = this.#sequences.get(node) ?? 0;
    this.#sequences.set(node, sequence + 1);
    const type = this.#below(3);
    const [slot, epoch, bytes] = [this.#below(3), this.#below(2), 100 + this.#below(50)];
    const claimedFrom = this.#below(10) === 0 ? (node + 1) % NODES : node;
    const word = this.#below(2) === 0 ? 0 : 0xa0b1c2d3;
    recorder.message(at, claimedFrom, sequence, type, slot, epoch, word, word >>> 8, bytes, 1, 2);
    const digest = word === 0 ? '' : 'a0b1c2d300a0b1c2';
    const common = { type: DECLARATION.messages[type]?.type ?? '', slot, epoch, digest };
    const id = `${name(node)}#${sequence}`;
    const forged = claimedFrom === node ? {} : { claimedFrom: name(claimedFrom) };
    // Now and then a partition holds everything back, sent twice over.
    const cut = this.#below(6) === 0;
    const others = [0, 1, 2, 3].filter((to) => to !== node);
    for (const to of cut ? [...others, ...others] : others) {
      const chance = this.#below(5) === 0 ? 1 + this.#below(3) : OUTCOME.delivered;
      const outcome = cut ? OUTCOME.held : chance;
      const arrivesAt = at + 1 + this.#below(this.#below(5) === 0 ? 500 : 50);
      recorder.copy(at, to, sequence, outcome, outcome === OUTCOME.delivered ? arrivesAt : -1);
      const fate =
        outcome === OUTCOME.delivered
          ? { deliverAt: arrivesAt / 1000 }
          : { reason: ['', 'lost', 'partition', 'held'][outcome] };
      const event = { kind: 'send', to: name(to), ...common, bytes, messageId: id, ...fate, ...forged };
      this.#expect(node, at, event);
      if (outcome === OUTCOME.delivered) this.#sent.push({ origin: node, sequence, ...common, to, arrivesAt });
      if (outcome !== OUTCOME.held || this.#below(3) === 0) continue;
      const releasedAt = at + this.#below(80);
      recorder.copy(releasedAt, to, sequence, OUTCOME.delivered | (COPY.release << 4), releasedAt + 7);
      const released = { deliverAt: (releasedAt + 7) / 1000, copy: 'release' };
      this.#expect(node, releasedAt, {
        kind: 'send',
        to: name(to),
        ...common,
        bytes,
        messageId: id,
        ...released,
        ...forged,
      });
    }
  }

  /** The earliest copy that has arrived is handled or refused. */
  #receive(now: Micros): void {
    const index = this.#sent.findIndex(({ arrivesAt }) => arrivesAt <= now);
    const [copy] = index < 0 ? [] : this.#sent.splice(index, 1);
    if (copy === undefined) return;
    const { origin, sequence, type, slot, epoch, digest, to, arrivesAt } = copy;
    const recorder = this.#recorders.get(to) as Recorder;
    const common = { from: name(origin), type, messageId: `${name(origin)}#${sequence}` };
    if (this.#below(5) === 0) {
      const reason = this.#below(DROP_REASONS.length);
      recorder.drop(now, origin, sequence, reason);
      return this.#expect(to, now, { kind: 'drop', ...common, reason: DROP_REASONS[reason] });
    }
    recorder.deliver(now, origin, sequence, now - arrivesAt);
    this.#expect(to, now, { kind: 'deliver', ...common, slot, epoch, digest, arrivedAt: arrivesAt / 1000 });
  }

  #state(recorder: Recorder, at: Micros): void {
    const [role, epoch, height, ready] = [this.#below(2), this.#below(4), this.#below(6), this.#below(2)];
    const alive = this.#below(6) > 0;
    const flags = (alive ? 1 : 0) | ((this.#below(4) === 0 ? 1 + this.#below(12) : 0) << 1);
    recorder.state(at, flags, Int32Array.of(role, epoch, height, ready, -1), 5);
    const fields = { role: role === 0 ? 'backup' : 'primary', epoch, height, ready: ready === 1, lockEpoch: null };
    this.#expect(recorder.node, at, { kind: 'state', alive, fields });
  }

  #decide(recorder: Recorder, at: Micros): void {
    const [slot, epoch] = [this.#below(6), this.#below(3)];
    const digest = this.#below(4) === 0 ? 'f'.repeat(64) : '0123456789abcdef'.repeat(4);
    recorder.decide(at, slot, epoch, digest);
    this.#expect(recorder.node, at, { kind: 'decide', slot, epoch, digest: digest.slice(0, 16) });
  }

  #say(recorder: Recorder, at: Micros): void {
    const text = ['', 'préparé ✓', 'later', `note ${this.#below(30)}`][this.#below(4)] as string;
    const kind = this.#below(4);
    if (kind === 0) {
      recorder.note(at, text);
      this.#expect(recorder.node, at, { kind: 'note', text });
    } else if (kind === 1) {
      recorder.timer(at, text);
      this.#expect(recorder.node, at, { kind: 'timer', timer: text });
    } else if (kind === 2) {
      recorder.evidence(at, 1, text, [this.#below(2), 2, 3, 4]);
      this.#expect(recorder.node, at, { kind: 'evidence', against: 'v1', text });
    } else {
      this.#fault(at, text);
    }
  }

  #fault(at: Micros, text: string): void {
    const [index, begins] = [this.#below(4), this.#below(2) === 0];
    (this.#recorders.get(ENVIRONMENT) as Recorder).fault(at, begins ? RECORD.fault : RECORD.heal, index, text);
    const fault = FAULTS[index]?.kind ?? '';
    const targets = [['v2'], ['v0', 'v1', 'v2', 'v3'], ['v1'], []][index];
    this.#expect(ENVIRONMENT, at, { kind: begins ? 'fault' : 'heal', faultId: `f${index}`, fault, targets, text });
  }

  #expect(node: NodeIndex, at: Micros, event: Record<string, unknown>): void {
    const rank = node === ENVIRONMENT ? -1 : node;
    this.#expected.push({ at, rank, event: { t: at / 1000, node: name(node), ...event } });
  }
}

/** Appends the run's windows up to each of the ascending cuts. */
export function appendInWindows(store: TraceStore, run: MadeUpRun, cuts: readonly Micros[]): void {
  for (const cut of cuts) store.append(run.advance(cut), cut);
}

const name = (node: NodeIndex): string => nodeName(node, { validatorCount: VALIDATORS });
