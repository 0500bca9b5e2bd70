/** What traitors of every protocol do alike. */
import type { NodeIndex } from '../../core/ids.ts';

/** All validators but the traitor itself. */
export function others(ctx: { readonly self: NodeIndex; readonly validatorCount: number }): NodeIndex[] {
  return Array.from({ length: ctx.validatorCount }, (_, node) => node).filter((node) => node !== ctx.self);
}

/** As many entries as before, all of the first signer. */
export function repeatFirst<T>(items: readonly T[]): readonly T[] {
  const [first] = items;
  return first === undefined ? items : items.map(() => first);
}
