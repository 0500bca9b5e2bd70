import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const platform = new TextDecoder('utf-8', { ignoreBOM: true });
const SAMPLES = [
  '',
  'plain',
  'préparé ✓',
  '\ufeffmark',
  '🙂',
  '\ud800',
  'a\udc00b',
  '\u0000\u007f\u0080\u07ff\u0800\uffff',
];

it('encodes as the platform does', () => {
  for (const text of SAMPLES) expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    }),
    { numRuns: 500 },
  );
});

it('decodes as the platform does, damaged bytes included', () => {
  for (let first = 0; first < 256; first++) {
    for (const rest of [
      [],
      [0x80],
      [0x8f, 0xbf],
      [0x90, 0x80, 0x80],
      [0x9f, 0xbf],
      [0xa0, 0x80, 0x41],
      [0xbf, 0xbf, 0xbf],
      [0xc3],
    ]) {
      const bytes = Uint8Array.of(first, ...rest);
      expect(decodeUtf8(bytes)).toBe(platform.decode(bytes));
    }
  }
  const pieces = fc.array(
    fc.oneof(fc.uint8Array({ maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 4 }).map(encodeUtf8)),
  );
  fc.assert(
    fc.property(pieces, (list) => {
      const bytes = Uint8Array.from(list.flatMap((piece) => [...piece]));
      expect(decodeUtf8(bytes)).toBe(platform.decode(bytes));
    }),
    { numRuns: 1000 },
  );
});

it('cuts a text in the middle of a character as the platform does', () => {
  const bytes = encodeUtf8('a🙂é✓');
  for (let length = 0; length <= bytes.length; length++) {
    expect(decodeUtf8(bytes.subarray(0, length))).toBe(platform.decode(bytes.subarray(0, length)));
  }
});
