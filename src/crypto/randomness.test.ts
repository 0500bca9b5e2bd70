import nodeCrypto from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvariantError, required } from '../core/assert.ts';
import { openLiboqs } from './liboqs.ts';
import { findRandomSource, withRandomBytes } from './randomness.ts';

const bytes = Uint8Array.of(1, 2, 3, 4);
const here = (): NonNullable<ReturnType<typeof findRandomSource>> => required(findRandomSource(), 'random source');

/** A browser's `crypto`: the method stands on the prototype. */
function browser() {
  class Crypto {
    getRandomValues(target: Uint8Array): Uint8Array {
      return target.fill(99);
    }
  }
  return { crypto: new Crypto() };
}

describe('the random source', () => {
  it('is randomFillSync in Node and getRandomValues elsewhere', () => {
    expect(here().method).toBe('randomFillSync');
    const page = browser();
    expect(findRandomSource(page)).toEqual({ owner: page.crypto, method: 'getRandomValues' });
    expect(findRandomSource({})).toBeNull();
    expect(findRandomSource({ ...page, process: { versions: { node: '18.0.0' } } })).toBeNull();
  });

  it('gives exactly the bytes, in as many draws as it takes', () => {
    const drawn = withRandomBytes(here(), bytes, () => [
      ...nodeCrypto.randomFillSync(new Uint8Array(1)),
      ...nodeCrypto.randomFillSync(new Uint8Array(3)),
    ]);
    expect(drawn).toEqual([1, 2, 3, 4]);
  });

  it('is back afterwards, after an error too', () => {
    const original = nodeCrypto.randomFillSync;
    const fails = (): never => {
      throw new Error('inside');
    };
    expect(() => withRandomBytes(here(), bytes, fails)).toThrow('inside');
    expect(nodeCrypto.randomFillSync).toBe(original);
    withRandomBytes(here(), bytes, () => nodeCrypto.randomFillSync(new Uint8Array(4)));
    expect(nodeCrypto.randomFillSync).toBe(original);
  });

  it('leaves no trace on an object that inherits the method', () => {
    const page = browser();
    const source = required(findRandomSource(page), 'random source');
    const drawn = withRandomBytes(source, bytes, () => page.crypto.getRandomValues(new Uint8Array(4)));
    expect(drawn).toEqual(bytes);
    expect(Object.keys(page.crypto)).toEqual([]);
    expect(page.crypto.getRandomValues(new Uint8Array(1))).toEqual(Uint8Array.of(99));
  });

  it('tells when more or less is drawn than was given', () => {
    const draw = (count: number) => () => nodeCrypto.randomFillSync(new Uint8Array(count));
    expect(() => withRandomBytes(here(), bytes, draw(5))).toThrow(InvariantError);
    expect(() => withRandomBytes(here(), bytes, draw(3))).toThrow('drew 3 of 4');
  });

  it('is as before once liboqs has generated a key and signed', async () => {
    const original = nodeCrypto.randomFillSync;
    const raw = await openLiboqs('ml-dsa-44');
    raw.sign(bytes, raw.keygen(new Uint8Array(32)).secretKey);
    expect(nodeCrypto.randomFillSync).toBe(original);
    const [one, other] = [new Uint8Array(32), new Uint8Array(32)].map((target) => nodeCrypto.randomFillSync(target));
    expect(one).not.toEqual(other);
  });
});
