/** What strict parsing means, whatever the protocol: a genuine message survives the wire, and nothing else passes for one. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { decode, encode } from '../../../core/encoding.ts';
import type { Declaration } from '../../declaration.ts';

/** One message of each type, the last of those given. */
export function oneOfEachType<M extends { readonly type: string }>(messages: readonly M[]): M[] {
  return [...new Map(messages.map((message) => [message.type, message])).values()];
}

interface Wire<M> {
  readonly declaration: Declaration;
  readonly parse: (value: unknown) => M | null;
  readonly meta: (message: M) => { readonly type: number };
}

/** There is a message of every declared type, and each is what its bytes say. */
export function survivesTheWire<M extends { readonly type: string }>(messages: readonly M[], wire: Wire<M>): void {
  const declared = wire.declaration.messages.map(({ type }) => type);
  expect(messages.map(({ type }) => type).sort()).toEqual([...declared].sort());
  for (const message of messages) {
    const again = decode(encode(message));
    expect(wire.parse(again)).toBe(again);
    expect(declared[wire.meta(message).type]).toBe(message.type);
  }
}

/** A key too few or too many, or another kind of value under a key, is refused; nothing throws. */
export function refusesWhatIsNone<M extends { readonly type: string }>(
  messages: readonly M[],
  parse: (value: unknown) => M | null,
): void {
  for (const message of messages) {
    expect(parse({ ...message, extra: 1 })).toBeNull();
    for (const key of Object.keys(message)) {
      const { [key]: _, ...less } = message as unknown as Record<string, unknown>;
      expect(parse(less), `${message.type} without ${key}`).toBeNull();
      for (const wrong of [undefined, -1, 1.5, -0, 'x', {}, Number.NaN, 2 ** 60, [null]]) {
        expect(parse({ ...message, [key]: wrong }), `${message.type}.${key}`).toBeNull();
      }
    }
  }
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...messages), (junk, message) => {
      parse(junk);
      for (const key of Object.keys(message)) parse({ ...message, [key]: junk });
    }),
    { numRuns: 300 },
  );
}
