/** The effects of one step, as the host carries them out: sends are signed at once and leave when the step is over. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Decision, Effects, MarkKind, SignedMessage, SignedRef } from '../../protocols/protocol.ts';
import type { Recorder } from '../trace/recorder.ts';
import { changed, EVERYONE, type Outgoing } from './adversary.ts';
import type { Disk } from './disk.ts';
import type { Observation } from './observation.ts';

type Message = { readonly type: string };

/** Never written to. */
const NOTHING: Outgoing[] = [];

/** What effects need of their host. */
export interface EffectsTarget {
  readonly self: NodeIndex;
  signOwn(to: NodeIndex, message: Message): Outgoing;
  passOn(to: NodeIndex, message: Message, proof: SignedRef): Outgoing;
  armTimer(timer: unknown, after: Micros): void;
  disarmTimer(timer: unknown): void;
  /** Null: the side whose step runs is a traitor's second, and has none. */
  readonly disk: Disk | null;
  decided(decision: Decision): void;
  readonly observation: Observation;
  readonly recorder: Recorder;
  readonly now: Micros;
  accused(against: NodeIndex, what: string, first: SignedMessage<unknown>, second: SignedMessage<unknown>): void;
}

export class HostEffects implements Effects<Message, unknown, unknown> {
  /** What this step wants sent, in order. */
  outgoing: Outgoing[] = NOTHING;
  readonly #host: EffectsTarget;

  constructor(host: EffectsTarget) {
    this.#host = host;
  }

  send(to: NodeIndex, message: Message): SignedRef {
    const item = this.#host.signOwn(to, message);
    this.#leave(item);
    return { signer: this.#host.self, signature: item.signature };
  }

  broadcast(message: Message): SignedRef {
    return this.send(EVERYONE, message);
  }

  multicast(to: readonly NodeIndex[], message: Message): SignedRef {
    const [first = EVERYONE] = to;
    const item = this.#host.signOwn(first, message);
    for (const each of to) this.#leave(each === first ? item : changed(item, { to: each }));
    return { signer: this.#host.self, signature: item.signature };
  }

  sign(message: Message): SignedRef {
    return { signer: this.#host.self, signature: this.#host.signOwn(EVERYONE, message).signature };
  }

  relay(to: NodeIndex, message: Message, proof: SignedRef): void {
    this.#leave(this.#host.passOn(to, message, proof));
  }

  /** All of it has been sent. */
  clear(): void {
    this.outgoing = NOTHING;
  }

  /** Most steps send one message: a list of just that is a third of one that grows. */
  #leave(item: Outgoing): void {
    if (this.outgoing === NOTHING) this.outgoing = [item];
    else this.outgoing.push(item);
  }

  setTimer(timer: unknown, after: Micros): void {
    this.#host.armTimer(timer, after);
  }

  cancelTimer(timer: unknown): void {
    this.#host.disarmTimer(timer);
  }

  persist(record: unknown): void {
    this.#host.disk?.append(record);
  }

  rewrite(records: readonly unknown[]): void {
    this.#host.disk?.rewrite(records);
  }

  discard(isObsolete: (record: unknown) => boolean): void {
    this.#host.disk?.discard(isObsolete);
  }

  decide(decision: Decision): void {
    this.#host.decided(decision);
  }

  note(rule: string): void {
    this.#host.recorder.note(this.#host.now, rule);
  }

  mark(kind: MarkKind, transaction: number, what: string, holder: number | null = null): void {
    this.#host.observation.mark(this.#host.now, kind, transaction, what, holder);
  }

  evidence(against: NodeIndex, what: string, first: SignedMessage<Message>, second: SignedMessage<Message>): void {
    this.#host.accused(against, what, first, second);
  }
}
