/** Watches a run from beside the conductor and judges every step of it. Keeps what convicts liars. */
import type { NodeIndex } from '../core/ids.ts';
import { msFromMicros, type Micros } from '../core/time.ts';
import type { WorldConstants } from '../kernel/host/world.ts';
import type { EvidenceHighlight, Highlight } from '../kernel/trace/highlights.ts';
import type { Guarantee } from '../protocols/protocol.ts';
import type { RunObserver } from '../runtime/executor.ts';
import { Facts } from './facts.ts';
import type { Invariant, ReadDecision, Violation } from './invariant.ts';
import { agreement } from './invariants/agreement.ts';
import { certificates } from './invariants/certificates.ts';
import { linearizability } from './invariants/linearizability.ts';
import { liveness } from './invariants/liveness.ts';
import { oneVote } from './invariants/one-vote.ts';
import { noStaleLock } from './invariants/stale-lock.ts';
import { prefixConsistency } from './invariants/prefix.ts';
import { propertyInvariant } from './invariants/property.ts';
import { validity } from './invariants/validity.ts';

export type Verdict = 'holds' | 'pending' | 'violated';

export interface CheckResult {
  readonly name: string;
  readonly kind: 'invariant' | 'ltl' | 'petri';
  readonly verdict: Verdict;
  /** Virtual ms of the violation; null otherwise. */
  readonly atMs: number | null;
  readonly detail: string;
}

/** Two conflicting signed statements, as some node held them. */
export interface Evidence {
  readonly at: Micros;
  readonly holder: NodeIndex;
  readonly against: NodeIndex;
  readonly what: string;
  readonly statements: EvidenceHighlight['statements'];
}

export interface JudgeReport {
  readonly checks: readonly CheckResult[];
  /** How many pairs of conflicting statements are kept; `answer` hands them over. */
  readonly evidenceCount: number;
}

const EVIDENCE_MAX = 64;
/** What a protocol promises whose decisions are one chain of executed blocks: of nothing else can be said what a balance was. */
const CHAIN: readonly Guarantee[] = ['prefix-consistency', 'validity'];

interface JudgeState {
  readonly facts: unknown;
  readonly invariants: readonly unknown[];
  readonly violations: readonly [string, Violation][];
  readonly evidence: readonly Evidence[];
}

export class Judge implements RunObserver {
  readonly name = 'judge';
  readonly #facts: Facts;
  readonly #invariants: readonly Invariant[];
  readonly #byKind = new Map<Highlight['kind'], readonly Invariant[]>();
  #violations = new Map<string, Violation>();
  #evidence: Evidence[] = [];

  constructor(world: WorldConstants) {
    this.#facts = new Facts(world);
    const { declaration, properties = [] } = world.protocol;
    const common = [
      agreement(),
      prefixConsistency(),
      validity(this.#facts),
      certificates(),
      oneVote(),
      liveness(this.#facts),
    ];
    const { config, plan } = world;
    const setting = { config, shards: plan.shards ?? null, validatorCount: plan.validators.length };
    const promised: readonly string[] | undefined = declaration.guarantees;
    const isChain = promised === undefined || CHAIN.every((name) => promised.includes(name));
    this.#invariants = [
      ...(promised?.includes('no-stale-lock') === true ? [noStaleLock(this.#facts)] : []),
      ...common.filter(({ name }) => promised === undefined || promised.includes(name)),
      ...properties.map((property) => propertyInvariant(property, setting)),
      // Last, so that older snapshots keep their places.
      ...(isChain ? [linearizability(this.#facts)] : []),
    ];
  }

  /** The first violation of each broken invariant, by name. */
  get violations(): ReadonlyMap<string, Violation> {
    return this.#violations;
  }

  onHighlight(highlight: Highlight): void {
    const facts = this.#facts;
    for (const invariant of this.#wanting(highlight.kind)) {
      this.#note(invariant, invariant.onHighlight?.(highlight, facts) ?? null);
    }
    facts.onHighlight(highlight);
    if (highlight.kind === 'decide') this.#onDecision(highlight);
    if (highlight.kind === 'evidence' && this.#evidence.length < EVIDENCE_MAX) {
      const { t, node, against, what, statements } = highlight;
      this.#evidence.push({ at: t, holder: node, against, what, statements });
    }
  }

  onHorizon(horizon: Micros): void {
    for (const invariant of this.#invariants) {
      if (invariant.onHorizon !== undefined) this.#note(invariant, invariant.onHorizon(horizon, this.#facts));
    }
  }

  /** The invariants that want highlights of a kind. */
  #wanting(kind: Highlight['kind']): readonly Invariant[] {
    const known = this.#byKind.get(kind);
    if (known !== undefined) return known;
    const wanting = this.#invariants.filter(
      ({ onHighlight, kinds }) => onHighlight !== undefined && kinds?.includes(kind) !== false,
    );
    this.#byKind.set(kind, wanting);
    return wanting;
  }

  report(): JudgeReport {
    const checks = this.#invariants.map((invariant) => this.#result(invariant));
    return { checks, evidenceCount: this.#evidence.length };
  }

  /** All evidence kept, whatever the question. */
  answer(): readonly Evidence[] {
    return this.#evidence;
  }

  capture(): JudgeState {
    return {
      facts: this.#facts.capture(),
      invariants: this.#invariants.map((invariant) => invariant.capture()),
      violations: [...this.#violations],
      evidence: this.#evidence,
    };
  }

  restore(state: unknown): void {
    const saved = state as JudgeState;
    this.#facts.restore(saved.facts);
    this.#invariants.forEach((invariant, position) => {
      invariant.restore(saved.invariants[position]);
    });
    this.#violations = new Map(saved.violations);
    this.#evidence = [...saved.evidence];
  }

  #onDecision(highlight: Extract<Highlight, { readonly kind: 'decide' }>): void {
    const { t, node, decision } = highlight;
    if (!this.#facts.isCorrect(node)) return;
    const block = this.#facts.world.protocol.block(decision.value);
    const read: ReadDecision = { t, node, decision, block };
    for (const invariant of this.#invariants) {
      if (invariant.onDecision !== undefined) this.#note(invariant, invariant.onDecision(read, this.#facts));
    }
  }

  #note(invariant: Invariant, violation: Violation | null): void {
    if (violation === null || this.#violations.has(invariant.name)) return;
    this.#violations.set(invariant.name, violation);
  }

  #result(invariant: Invariant): CheckResult {
    const violation = this.#violations.get(invariant.name);
    const { name } = invariant;
    if (violation !== undefined) {
      return {
        name,
        kind: 'invariant',
        verdict: 'violated',
        atMs: msFromMicros(violation.at),
        detail: violation.detail,
      };
    }
    const { verdict, detail } = invariant.standing(this.#facts);
    return { name, kind: 'invariant', verdict, atMs: null, detail };
  }
}
