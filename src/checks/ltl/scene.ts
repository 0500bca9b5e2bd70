/** What formulas can see of a running testnet: who is up, what each validator shows, which faults are on. Plain data inside. */
import type { Naming, NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';

/** The testnet that words are about. */
export interface Setting extends Naming {
  readonly declaration: Declaration;
  readonly clientCount: number;
}

/** A fault as formulas see it. */
export interface SceneFault {
  readonly id: string;
  readonly kind: string;
  readonly targets: readonly NodeIndex[];
}

export interface SceneState {
  readonly t: Micros;
  readonly alive: readonly boolean[];
  /** Declared fields by validator; null before its first step. */
  readonly fields: readonly (ArrayLike<number> | null)[];
  /** Last decided height by validator. */
  readonly heights: readonly number[];
  readonly active: readonly SceneFault[];
  /** Validators that were ever Byzantine. */
  readonly tainted: readonly NodeIndex[];
}

/** Positions of the fields that every protocol declares first. */
export const FIELD = { role: 0, epoch: 1, height: 2 } as const;

export class Scene {
  readonly setting: Setting;
  t: Micros = 0;
  alive: boolean[];
  fields: (ArrayLike<number> | null)[];
  heights: number[];
  active: SceneFault[] = [];
  #tainted = new Set<NodeIndex>();
  readonly #leaderRole: number;

  constructor(setting: Setting) {
    this.setting = setting;
    const validators = Array.from({ length: setting.validatorCount }, (_, node) => node);
    this.alive = validators.map(() => true);
    this.fields = validators.map(() => null);
    this.heights = validators.map(() => 0);
    const { fields, words } = setting.declaration;
    this.#leaderRole = fields[FIELD.role]?.values?.indexOf(words.leader) ?? -1;
  }

  isCorrect(node: NodeIndex): boolean {
    return !this.#tainted.has(node);
  }

  isOn(kind: string, node: NodeIndex | null): boolean {
    return this.active.some((fault) => fault.kind === kind && (node === null || fault.targets.includes(node)));
  }

  /** Largest height that a correct validator decided. */
  get height(): number {
    let top = 0;
    for (let node = 0; node < this.heights.length; node++) {
      const height = this.heights[node] as number;
      if (height > top && this.isCorrect(node)) top = height;
    }
    return top;
  }

  /** The epoch in which the most advanced live validators work on the next height. */
  get epoch(): number {
    let [height, epoch] = [-1, 0];
    for (let node = 0; node < this.fields.length; node++) {
      const fields = this.fields[node];
      if (fields == null || this.alive[node] !== true) continue;
      const ownHeight = fields[FIELD.height] as number;
      const ownEpoch = Math.max(0, fields[FIELD.epoch] as number);
      if (ownHeight < height || (ownHeight === height && ownEpoch <= epoch)) continue;
      height = ownHeight;
      epoch = ownEpoch;
    }
    return epoch;
  }

  /** The live validator in the leader's role at the largest (height, epoch); null: there is none. */
  get leader(): NodeIndex | null {
    let leader: NodeIndex | null = null;
    let [height, epoch] = [-1, -1];
    for (let node = 0; node < this.fields.length; node++) {
      const fields = this.fields[node];
      if (fields == null || this.alive[node] !== true || fields[FIELD.role] !== this.#leaderRole) continue;
      const ownHeight = fields[FIELD.height] as number;
      const ownEpoch = fields[FIELD.epoch] as number;
      if (ownHeight < height || (ownHeight === height && ownEpoch <= epoch)) continue;
      leader = node;
      height = ownHeight;
      epoch = ownEpoch;
    }
    return leader;
  }

  begin(fault: SceneFault): void {
    this.active = [...this.active, fault];
    if (fault.kind === 'byzantine') for (const target of fault.targets) this.#tainted.add(target);
  }

  end(id: string): void {
    this.active = this.active.filter((fault) => fault.id !== id);
  }

  capture(): SceneState {
    const { t, alive, fields, heights, active } = this;
    return { t, alive, fields, heights, active, tainted: [...this.#tainted] };
  }

  restore(state: SceneState): void {
    this.t = state.t;
    this.alive = [...state.alive];
    this.fields = [...state.fields];
    this.heights = [...state.heights];
    this.active = [...state.active];
    this.#tainted = new Set(state.tainted);
  }
}
