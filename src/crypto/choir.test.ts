import { blake3 as oracle } from '@noble/hashes/blake3.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../core/encoding.ts';
import { type Lanes, openLanes } from './blake3Lanes.ts';
import { Choir, type Song } from './choir.ts';

let lanes: Lanes;

beforeAll(async () => {
  const opened = await openLanes();
  if (opened === null) throw new Error('this engine has WebAssembly with vectors');
  lanes = opened;
});

const bytesOf = (length: number, salt: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 8) * 11 + salt) & 0xff);
const keysOf = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => bytesOf(32, 50 + i));
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

function songOf(choir: Choir, bytes: Uint8Array, statement: Uint8Array): Song {
  const song = choir.song(bytes, statement);
  if (song === null) throw new Error(`no song of ${bytes.length} and ${statement.length} bytes`);
  return song;
}

/** Signature and hash words of every position as the oracle has them. */
function expectSung(song: Song, choir: Choir, keys: readonly Uint8Array[]): void {
  for (const [position, key] of keys.entries()) {
    const signature = choir.sign(song, position);
    expect(toHex(signature)).toBe(toHex(oracle(song.statement.subarray(0, song.statementBytes), { key })));
    const hash = new DataView(oracle(join(song.bytes, signature)).buffer);
    const words = [song.hashes[2 * position], song.hashes[2 * position + 1]];
    expect(words).toEqual([hash.getUint32(0, true), hash.getUint32(4, true)]);
  }
}

describe('a choir', () => {
  const lengths = [1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 102, 128, 191, 192, 512, 991, 992];

  it.each(lengths)('signs a message of %i bytes as each of its nodes would alone', (length) => {
    const keys = keysOf(6);
    const choir = new Choir(lanes, keys);
    for (const statement of [bytesOf(length, 3), bytesOf(87 + length > 1024 ? 1024 : 87 + length, 4)]) {
      expectSung(songOf(choir, bytesOf(length, 1), statement), choir, keys);
    }
  });

  it.each([1, 2, 3, 4, 5, 8, 9])('of %i has as many voices', (count) => {
    const keys = keysOf(count);
    const choir = new Choir(lanes, keys);
    const song = songOf(choir, bytesOf(102, 1), bytesOf(189, 2));
    expectSung(song, choir, keys);
    expect(song.signatures).toHaveLength(count);
  });

  it('writes a new song over one that nobody asks for any more', () => {
    const keys = keysOf(5);
    const choir = new Choir(lanes, keys);
    const first = songOf(choir, bytesOf(300, 1), bytesOf(400, 2));
    expectSung(first, choir, keys);
    const second = choir.song(bytesOf(80, 3), bytesOf(170, 4), first);
    expect(second).toBe(first);
    expectSung(first, choir, keys);
  });

  it('sings two songs by turns, and beside another choir', () => {
    const [keys, others] = [keysOf(8), keysOf(4).reverse()];
    const [choir, other] = [new Choir(lanes, keys), new Choir(lanes, others)];
    const [long, short] = [
      songOf(choir, bytesOf(200, 1), bytesOf(290, 2)),
      songOf(choir, bytesOf(70, 3), bytesOf(150, 4)),
    ];
    choir.sign(long, 0);
    choir.sign(short, 5);
    expectSung(songOf(other, bytesOf(130, 5), bytesOf(230, 6)), other, others);
    expectSung(short, choir, keys);
    expectSung(long, choir, keys);
  });

  it('signs twice what is said twice: equal, and not one array', () => {
    const choir = new Choir(lanes, keysOf(4));
    const song = songOf(choir, bytesOf(100, 1), bytesOf(190, 2));
    const [first, second, third] = [choir.sign(song, 2), choir.sign(song, 2), choir.sign(song, 2)];
    expect([toHex(second), toHex(third)]).toEqual([toHex(first), toHex(first)]);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  it('leaves alone what is longer than a chunk', () => {
    const choir = new Choir(lanes, keysOf(4));
    expect(choir.song(bytesOf(993, 1), bytesOf(100, 2))).toBeNull();
    expect(choir.song(bytesOf(100, 1), bytesOf(1025, 2))).toBeNull();
  });

  it('gives signatures that nothing later writes to', () => {
    const choir = new Choir(lanes, keysOf(4));
    const signature = choir.sign(songOf(choir, bytesOf(100, 1), bytesOf(190, 2)), 1);
    const before = toHex(signature);
    choir.sign(songOf(choir, bytesOf(100, 7), bytesOf(190, 8)), 1);
    expect(toHex(signature)).toBe(before);
  });
});
