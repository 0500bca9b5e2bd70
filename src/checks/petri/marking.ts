/** Tokens of a declared net during replay: made when they are first touched, by slot, so that old slots can be forgotten. */
import type { NodeIndex } from '../../core/ids.ts';
import type { FoldedArc, FoldedPlace } from './compile.ts';

/** The colours of one event. */
export interface Binding {
  readonly node: NodeIndex;
  readonly slot: number;
  readonly epoch: number;
  readonly value: string;
}

/** Tokens by key; of a position its epoch, `NOWHERE` when it holds none. */
type Tokens = Map<string, number>;

const NOWHERE = -1;
/** Places of the whole run remembered at a time: the oldest go first. */
const RUN_TOKENS_MAX = 65_536;

export interface MarkingState {
  readonly slots: Map<number, Tokens>;
  readonly run: Tokens;
}

export class Marking {
  readonly #firstEpoch: number;
  #slots = new Map<number, Tokens>();
  #run: Tokens = new Map();

  constructor(firstEpoch: number) {
    this.#firstEpoch = firstEpoch;
  }

  /** Tokens that the arc can reach: for a position 1 or 0. */
  count({ place, epoch }: Pick<FoldedArc, 'place' | 'epoch'>, binding: Binding): number {
    if (!place.isPosition) return epoch === 'from' ? this.#mostFrom(place, binding) : this.#read(place, binding);
    const held = this.#read(place, binding);
    if (held === NOWHERE) return 0;
    switch (epoch) {
      case 'same':
        return held === binding.epoch ? 1 : 0;
      case 'lower':
        return held < binding.epoch ? 1 : 0;
      case 'up-to':
        return held <= binding.epoch ? 1 : 0;
      case 'any':
        return 1;
      case 'from':
        return held >= binding.epoch ? 1 : 0;
    }
  }

  /** Where the token of a position is; null when there is none. */
  positionOf(place: FoldedPlace, binding: Binding): number | null {
    const held = this.#read(place, binding);
    return held === NOWHERE ? null : held;
  }

  /** Takes tokens; those that are not there are made up. */
  take({ place }: FoldedArc, binding: Binding, weight: number): void {
    if (place.isPosition) this.#write(place, binding, NOWHERE);
    else this.#write(place, binding, Math.max(0, this.#read(place, binding) - weight));
  }

  put({ place }: FoldedArc, binding: Binding, weight: number): void {
    if (place.isPosition) this.#write(place, binding, binding.epoch);
    else this.#write(place, binding, this.#read(place, binding) + weight);
  }

  forgetBelow(slot: number): void {
    for (const old of this.#slots.keys()) if (old < slot) this.#slots.delete(old);
  }

  capture(): MarkingState {
    return { slots: this.#slots, run: this.#run };
  }

  /** Takes the state over: clone it first if it is to be kept. */
  restore({ slots, run }: MarkingState): void {
    this.#slots = slots;
    this.#run = run;
  }

  /** The most tokens that the place holds in one epoch from that of the binding on. */
  #mostFrom(place: FoldedPlace, binding: Binding): number {
    const { index, owner } = place;
    const tokens = (place.bySlot ? this.#slots.get(binding.slot) : this.#run) ?? new Map<string, number>();
    const prefix = `${index}/${owner === 'node' ? binding.node : ''}/`;
    let most = this.#read(place, binding);
    for (const [key, held] of tokens) {
      if (held <= most || !key.startsWith(prefix)) continue;
      const [, , epoch, value] = key.split('/');
      if (Number(epoch) > binding.epoch && (!place.byValue || value === binding.value)) most = held;
    }
    return most;
  }

  #read(place: FoldedPlace, binding: Binding): number {
    const tokens = place.bySlot ? this.#slots.get(binding.slot) : this.#run;
    return tokens?.get(keyOf(place, binding)) ?? this.#initial(place, binding);
  }

  #write(place: FoldedPlace, binding: Binding, value: number): void {
    let tokens = place.bySlot ? this.#slots.get(binding.slot) : this.#run;
    if (tokens === undefined) {
      tokens = new Map();
      this.#slots.set(binding.slot, tokens);
    }
    const key = keyOf(place, binding);
    // What is in use is not the oldest.
    if (tokens === this.#run) tokens.delete(key);
    tokens.set(key, value);
    if (tokens !== this.#run || tokens.size <= RUN_TOKENS_MAX) return;
    const oldest = tokens.keys().next();
    if (oldest.done !== true) tokens.delete(oldest.value);
  }

  #initial({ initial, isPosition, colours }: FoldedPlace, { epoch }: Binding): number {
    if (isPosition) return initial === 'none' ? NOWHERE : this.#firstEpoch;
    if (initial === 'every') return 1;
    return initial === 'first' && (!colours.includes('epoch') || epoch === this.#firstEpoch) ? 1 : 0;
  }
}

function keyOf({ index, owner, byEpoch, byValue }: FoldedPlace, { node, epoch, value }: Binding): string {
  return `${index}/${owner === 'node' ? node : ''}/${byEpoch ? epoch : ''}/${byValue ? value : ''}`;
}
