/** Random choices of a search, from keyed streams: index k of a mode draws the same in every thread and engine. */
import type { NodeIndex } from '../core/ids.ts';
import { draw, PURPOSE, type StreamKey, scale, streamKey } from '../core/prng.ts';

export class Dice {
  readonly #key: StreamKey;
  #rolled = 0;

  /** `seed`: of the search. `stream`: which mode. `index`: which candidate. */
  constructor(seed: number, stream: number, index: number) {
    // Streams of storms themselves have a = 0.
    this.#key = streamKey(seed, PURPOSE.storm, stream + 1, index);
  }

  /** Uniform in [0, bound). */
  roll(bound: number): number {
    return scale(draw(this.#key, this.#rolled++), bound);
  }

  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }

  /** Uniform in [least, most]. */
  between(least: number, most: number): number {
    return least + this.roll(Math.max(0, most - least) + 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)] as T;
  }

  /** One value by weight; weights are positive integers. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.roll(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of choices) {
      if (left < weight) return value;
      left -= weight;
    }
    return (choices.at(-1) as readonly [number, T])[1];
  }

  /** The numbers 0 … count−1 in random order (Fisher–Yates). */
  shuffled(count: number): NodeIndex[] {
    const items = Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count - 1; i++) {
      const j = i + this.roll(count - i);
      [items[i], items[j]] = [items[j] as number, items[i] as number];
    }
    return items;
  }
}
