/**
 * Whether a run keeps to the order that its protocol declares as a net: token replay beside the run. A traitor's deviations
 * are told, a correct node's violate the check. What nodes hear is no transition: a vote counts from when it was cast.
 */
import { remember } from '../history.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { type Micros, msFromMicros, SECOND } from '../../core/time.ts';
import { openEnvelope } from '../../kernel/host/signing.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { DecideHighlight, Highlight, MessageHighlight, StateHighlight } from '../../kernel/trace/highlights.ts';
import type { NetDeclaration, NetElectorate } from '../../protocols/net.ts';
import type { DecidedBlock, SignedMessage } from '../../protocols/protocol.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { Facts } from '../facts.ts';
import type { CheckResult } from '../judge.ts';
import { foldNet } from './compile.ts';
import { type Deviation, describeDeviation, describeStep } from './describe.ts';
import { type OrderState, StepOrder } from './order.ts';
import { type NetEvent, Replay, type ReplayState } from './replay.ts';

/** Tokens by kind of node: `wanted` by the steps replayed, `missing` of them. Fitness = 1 − missing / wanted. */
export interface Fit {
  steps: number;
  wanted: number;
  missing: number;
}

export interface ConformanceReport {
  readonly checks: readonly CheckResult[];
  /** Of correct nodes, 0 … 1; 1 before the first step. */
  readonly fitness: number;
  readonly steps: number;
  /** In the order in which they happened, the first of each node always among them. */
  readonly deviations: readonly Deviation[];
  readonly deviationCount: number;
}

interface ConformanceState {
  readonly facts: unknown;
  readonly replay: ReplayState;
  readonly order: OrderState;
  readonly history: readonly DecidedBlock[];
  readonly fit: Fit;
  readonly deviations: readonly Deviation[];
  readonly counts: readonly (readonly [NodeIndex, number])[];
  readonly violation: Deviation | null;
  readonly shown: readonly (readonly [string, number])[];
}

const DEVIATIONS_MAX = 32;
const ELECTORATES_MAX = 1024;
/** Hex digits of a digest that tell values apart: as many as the trace keeps. */
export const VALUE_DIGITS = 16;

export class Conformance implements RunObserver {
  readonly name = 'petri';
  readonly #world: WorldConstants;
  readonly #facts: Facts;
  readonly #net: NetDeclaration | null;
  readonly #types: readonly string[];
  /** Labels of messages that show votes of others. */
  readonly #showing: ReadonlySet<string>;
  readonly #replay: Replay | null;
  readonly #order: StepOrder | null;
  readonly #stateFields: readonly number[];
  /** Went on from a snapshot that does not say what came before it. */
  #isBlind = false;
  #history: DecidedBlock[] = [];
  #electorates = new Map<number, NetElectorate>();
  #fit: Fit = { steps: 0, wanted: 0, missing: 0 };
  #deviations: Deviation[] = [];
  #counts = new Map<NodeIndex, number>();
  #violation: Deviation | null = null;
  /** What nodes showed last in fields that label transitions. */
  #shown = new Map<string, number>();

  constructor(world: WorldConstants) {
    this.#world = world;
    this.#facts = new Facts(world);
    const { declaration } = world.protocol;
    const { net = null } = declaration;
    this.#net = net;
    this.#types = declaration.messages.map(({ type }) => `send ${type}`);
    this.#showing = new Set(net?.showsVotes?.map((type) => `send ${type}`));
    const labels = net?.transitions.map(({ on }) => on) ?? [];
    this.#stateFields = declaration.fields.flatMap(({ name }, position) =>
      labels.some((on) => on.kind === 'state' && on.field === name) ? [position] : [],
    );
    const electorate = (slot: number) => this.#electorate(slot);
    const nameOf = (node: NodeIndex) => this.#facts.name(node);
    this.#replay = net === null ? null : new Replay(foldNet(net), world.plan.validators.length, electorate, nameOf);
    this.#order = this.#replay === null ? null : new StepOrder(this.#replay, (event) => this.#judge(event));
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind === 'fault' || highlight.kind === 'heal') return this.#facts.onHighlight(highlight);
    if (this.#order === null || this.#isBlind || highlight.node >= this.#facts.validatorCount) return;
    if (highlight.kind === 'message') this.#onMessage(highlight);
    else if (highlight.kind === 'decide') this.#onDecision(highlight);
    else if (highlight.kind === 'state' && this.#stateFields.length > 0) this.#onState(highlight);
  }

  onHorizon(): void {
    // Order is broken by steps alone, never by time passing.
  }

  report(): ConformanceReport {
    const { wanted, missing, steps } = this.#fit;
    return {
      checks: this.#net === null ? [] : [this.#result()],
      fitness: wanted === 0 ? 1 : 1 - missing / wanted,
      steps,
      deviations: this.#deviations,
      deviationCount: [...this.#counts.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  capture(): ConformanceState | null {
    if (this.#replay === null || this.#order === null || this.#isBlind) return null;
    return {
      facts: this.#facts.capture(),
      replay: this.#replay.capture(),
      order: this.#order.capture(),
      history: this.#history,
      fit: { ...this.#fit },
      deviations: this.#deviations,
      counts: [...this.#counts],
      violation: this.#violation,
      shown: [...this.#shown],
    };
  }

  restore(state: unknown): void {
    const saved = state as ConformanceState | null;
    if (saved == null) {
      this.#isBlind = true;
      return;
    }
    this.#isBlind = false;
    this.#facts.restore(saved.facts);
    this.#replay?.restore(saved.replay);
    this.#order?.restore(saved.order);
    this.#history = [...saved.history];
    this.#electorates.clear();
    this.#fit = { ...saved.fit };
    this.#deviations = [...saved.deviations];
    this.#counts = new Map(saved.counts);
    this.#violation = saved.violation;
    this.#shown = new Map(saved.shown);
  }

  #onMessage({ t, node, type, slot, epoch, digest, envelope }: MessageHighlight): void {
    const label = this.#types[type] ?? '';
    const value = digest.slice(0, VALUE_DIGITS);
    this.#order?.push({ t, node, label, slot, epoch, value, claimedFrom: envelope.claimedFrom });
    if (this.#facts.faultyCount === 0 || !this.#showing.has(label)) return;
    const { message } = openEnvelope(this.#world, envelope);
    if (message !== null) this.#reveal(t, this.#world.protocol.embedded(message));
  }

  #onDecision({ t, node, decision }: DecideHighlight): void {
    const { slot, epoch, digest, isSnapshot = false } = decision;
    if (this.#facts.faultyCount > 0 && this.#facts.isCorrect(node)) {
      this.#reveal(t, this.#world.protocol.votes(decision));
    }
    const value = digest.slice(0, VALUE_DIGITS);
    this.#order?.push({ t, node, label: 'decide', slot, epoch, value, claimedFrom: node, isSnapshot });
    if (!this.#facts.isCorrect(node)) return;
    if (slot === (this.#history.at(-1)?.height ?? 0) + 1)
      remember(this.#history, this.#world.protocol.block(decision.value));
    this.#replay?.advanceTo(slot);
  }

  /** A traitor's vote that no message of its own carried, but a certificate does: it was cast all the same. */
  #reveal(t: Micros, votes: readonly SignedMessage<unknown>[]): void {
    const { protocol } = this.#world;
    for (const { message, proof } of votes) {
      const { signer } = proof;
      // Clients sign too: what they do is no step.
      if (this.#facts.isCorrect(signer) || signer >= this.#facts.validatorCount) continue;
      const { type, slot, epoch, digest } = protocol.meta(message);
      const label = this.#types[type] ?? '';
      this.#judge({ t, node: signer, label, slot, epoch, value: digest.slice(0, VALUE_DIGITS), claimedFrom: signer });
    }
  }

  #onState({ t, node, fields }: StateHighlight): void {
    for (const position of this.#stateFields) {
      const field = this.#world.protocol.declaration.fields[position];
      const value = fields[position] ?? -1;
      const key = `${node}/${position}`;
      if (field === undefined || this.#shown.get(key) === value) continue;
      this.#shown.set(key, value);
      const label = `state ${field.name} ${field.values?.[value] ?? value}`;
      // The declared fields begin, for every protocol, with role, epoch, height.
      const [, epoch = 0, height = 0] = fields;
      this.#order?.push({ t, node, label, slot: Math.max(0, height) + 1, epoch, value: '', claimedFrom: node });
    }
  }

  /** Known for good once the slot before was decided. */
  #electorate(slot: number): NetElectorate {
    const known = this.#electorates.get(slot);
    if (known !== undefined) return known;
    const { plan, protocol } = this.#world;
    const validatorCount = plan.validators.length;
    const { config } = this.#world;
    const ctx = { validatorCount, stakes: plan.validators.map(({ stake }) => stake), config };
    const electorate = this.#net?.electorate?.(slot, this.#history, ctx) ?? {
      members: Array.from({ length: validatorCount }, (_, node) => node),
      quorum: protocol.declaration.quorum(validatorCount),
    };
    if ((this.#history.at(-1)?.height ?? 0) >= slot - 1) {
      if (this.#electorates.size > ELECTORATES_MAX) this.#electorates.clear();
      this.#electorates.set(slot, electorate);
    }
    return electorate;
  }

  #judge(event: NetEvent): void {
    const replay = this.#replay as Replay;
    const step = replay.step(event);
    if (step === null) return;
    const isCorrect = this.#facts.isCorrect(event.node);
    if (isCorrect) {
      this.#fit.steps++;
      if (step.transition !== null) this.#fit.wanted += replay.demand(step.transition, event.slot);
    }
    if (step.missing.length === 0) return;
    const deviation = describeStep(step, isCorrect);
    const count = this.#counts.get(event.node) ?? 0;
    this.#counts.set(event.node, count + 1);
    if (count === 0 || this.#deviations.length < DEVIATIONS_MAX) this.#deviations.push(deviation);
    if (!isCorrect) return;
    for (const { has, needs } of step.missing) this.#fit.missing += Math.max(1, needs - has);
    if (step.transition === null) this.#fit.wanted++;
    this.#violation ??= deviation;
  }

  #result(): CheckResult {
    if (this.#isBlind) {
      const detail = 'not judged: the run goes on from a snapshot made before there was this check';
      return { name: 'petri-net', kind: 'petri', verdict: 'pending', atMs: null, detail };
    }
    const violation = this.#violation;
    const name = (node: NodeIndex): string => this.#facts.name(node);
    if (violation !== null) {
      const detail = `${name(violation.node)} left the order of its protocol: ${describeDeviation(violation)}`;
      return { name: 'petri-net', kind: 'petri', verdict: 'violated', atMs: msFromMicros(violation.t), detail };
    }
    const liars = [...this.#counts].sort(([a], [b]) => a - b);
    const told = liars.map(([node, count]) => {
      const first = this.#deviations.find((deviation) => deviation.node === node);
      const what = first === undefined ? '' : `, first at ${seconds(first.t)}: ${describeDeviation(first)}`;
      return `${name(node)} is Byzantine and left it ${count === 1 ? 'once' : `${count} times`}${what}`;
    });
    const detail = [`${this.#fit.steps} steps of correct nodes kept to the net, fitness 1`, ...told].join('; ');
    return { name: 'petri-net', kind: 'petri', verdict: 'holds', atMs: null, detail };
  }
}

function seconds(t: Micros): string {
  return `${(t / SECOND).toFixed(3)} s`;
}
