import { expect, it } from 'vitest';
import { packKeys, unpackKeys } from './keys.ts';

it('keys of any lengths come back from one buffer', () => {
  const keys = [Uint8Array.of(1, 2, 3), new Uint8Array(0), Uint8Array.of(4), Uint8Array.of(5, 6)];
  const packed = packKeys(keys);
  expect(packed.bytes.length).toBe(6);
  const unpacked = unpackKeys(structuredClone(packed, { transfer: [packed.bytes.buffer] }));
  expect(unpacked).toEqual(keys);
  expect(new Set(unpacked.map(({ buffer }) => buffer)).size).toBe(1);
  expect(packed.bytes.length).toBe(0);
});

it('of nobody is nothing', () => {
  expect(unpackKeys(packKeys([]))).toEqual([]);
});
