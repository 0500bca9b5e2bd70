/** What the judge knows of the run as a whole: who is correct, who is down, when the network was last disturbed. */
import { type Naming, nodeName, type NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import { faultDomain, majority, maxFaulty } from '../core/quorum.ts';
import { type FaultPlan, namingOf, type RunPlan } from '../kernel/plan.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';
import type { WorldConstants } from '../kernel/host/world.ts';

export class Facts {
  readonly world: WorldConstants;
  readonly plan: RunPlan;
  readonly naming: Naming;
  /** Nodes that were ever outside the fault model: Byzantine, or restarted without all they had promised. */
  #faulty = new Set<NodeIndex>();
  #down = new Set<NodeIndex>();
  #disturbing = new Set<string>();
  #calmSince: Micros = 0;
  /** `beyondModel`, asked for at every step of every node; null since a fault began or ended. */
  #isBeyond: boolean | null = false;

  constructor(world: WorldConstants) {
    this.world = world;
    this.plan = world.plan;
    this.naming = namingOf(world.plan);
  }

  get validatorCount(): number {
    return this.plan.validators.length;
  }

  name(node: NodeIndex): string {
    return nodeName(node, this.naming);
  }

  isCorrect(node: NodeIndex): boolean {
    return !this.#faulty.has(node);
  }

  isDown(node: NodeIndex): boolean {
    return this.#down.has(node);
  }

  get faultyCount(): number {
    return this.#faulty.size;
  }

  /** True while more nodes are faulty or down than the protocol promises to bear. */
  get beyondModel(): boolean {
    this.#isBeyond ??= this.#findBeyond();
    return this.#isBeyond;
  }

  #findBeyond(): boolean {
    if (this.#faulty.size === 0 && this.#down.size === 0) return false;
    const { size, faultModel } = faultDomain(this.naming, this.world.protocol.declaration.faultModel);
    let [broken, most] = [0, 0];
    for (let node = 0; node < this.validatorCount; node++) {
      if (node % size === 0) broken = 0;
      if (this.#faulty.has(node) || this.#down.has(node)) broken++;
      most = Math.max(most, broken);
    }
    if (faultModel === 'byzantine') return most > maxFaulty(size);
    return this.#faulty.size > 0 || most > size - majority(size);
  }

  /** Since when nothing has disturbed network or nodes; Infinity while something does. */
  get calmSince(): Micros {
    return this.#disturbing.size > 0 ? Number.POSITIVE_INFINITY : this.#calmSince;
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind !== 'fault' && highlight.kind !== 'heal') return;
    this.#isBeyond = null;
    if (highlight.kind === 'fault') this.#begin(highlight.fault, highlight.t);
    else this.#end(highlight.fault, highlight.t);
  }

  #begin(fault: FaultPlan, t: Micros): void {
    if (fault.kind === 'byzantine') {
      this.#faulty.add(fault.target);
      this.#calmSince = t;
      return;
    }
    if (fault.kind === 'crash') {
      this.#down.add(fault.target);
      // A crash for good is a state of the network to live with; what it disturbs is over at once.
      this.#calmSince = t;
      return;
    }
    this.#disturbing.add(fault.id);
  }

  #end(fault: FaultPlan, t: Micros): void {
    this.#disturbing.delete(fault.id);
    this.#calmSince = t;
    if (fault.kind !== 'crash') return;
    this.#down.delete(fault.target);
    if (fault.disk !== 'durable') this.#faulty.add(fault.target);
  }

  capture(): unknown {
    return {
      faulty: [...this.#faulty],
      down: [...this.#down],
      disturbing: [...this.#disturbing],
      calmSince: this.#calmSince,
    };
  }

  restore(state: unknown): void {
    const saved = state as { faulty: NodeIndex[]; down: NodeIndex[]; disturbing: string[]; calmSince: Micros };
    this.#faulty = new Set(saved.faulty);
    this.#down = new Set(saved.down);
    this.#disturbing = new Set(saved.disturbing);
    this.#calmSince = saved.calmSince;
    this.#isBeyond = null;
  }
}

/** `3f9a…c2` of a hash. */
export function shortHash(hash: string): string {
  return hash.length <= 8 ? hash : `${hash.slice(0, 4)}…${hash.slice(-2)}`;
}
