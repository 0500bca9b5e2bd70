import { expect, it } from 'vitest';
import { encode } from '../../core/encoding.ts';
import { encodeAgain } from './signing.ts';

const message = { type: 'proposal', height: 3, digest: 'ab'.repeat(32), signature: Uint8Array.of(1, 2, 3) };

it('encodes a message once and gives every caller a view of its own', () => {
  const [first, second] = [encodeAgain(message), encodeAgain(message)];
  expect([...first]).toEqual([...encode(message)]);
  expect([...second]).toEqual([...first]);
  expect(second).not.toBe(first);
  expect([...encodeAgain({ ...message, height: 4 })]).not.toEqual([...first]);
});

it('is not reached by a forgery made from a slice of it', () => {
  const forged = encodeAgain(message).slice();
  forged.fill(0);
  expect([...encodeAgain(message)]).toEqual([...encode(message)]);
});
