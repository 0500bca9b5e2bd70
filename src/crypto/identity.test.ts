import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, toHex } from '../core/encoding.ts';
import { deriveKeySeed, domainPrefix, statementBytes } from './identity.ts';

const chain = fc.tuple(fc.string({ maxLength: 12 }), fc.nat(70_000));

describe('key seeds', () => {
  it('are 32 bytes that never change', () => {
    // Pinned: a change here changes the fingerprint of every recorded run.
    expect(toHex(deriveKeySeed(42, 0))).toBe('432488f174140f4f7169d633a606b7c563b53906280f730a8ed7c2a1ffe7b4d9');
    expect(toHex(deriveKeySeed(42, 1))).toBe('58ee2b9ab25c52197e3210adb71e7cfbd7c0dd3a2ac25b2c248226bfe37dc9f9');
  });

  it('differ from node to node and from run to run', () => {
    const seeds = [0, 1, 42, 2 ** 32 - 1].flatMap((seed) =>
      Array.from({ length: 256 }, (_, node) => toHex(deriveKeySeed(seed, node))),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});

describe('signed statements', () => {
  it('of different chains or shards never share their bytes', () => {
    fc.assert(
      fc.property(chain, chain, fc.anything({ maxDepth: 0, values: [fc.integer(), fc.string()] }), (a, b, content) => {
        fc.pre(a[0] !== b[0] || a[1] !== b[1]);
        const one = toHex(statementBytes(domainPrefix(...a), content));
        expect(toHex(statementBytes(domainPrefix(...b), content))).not.toBe(one);
      }),
    );
  });

  it('begin with a prefix that begins no other prefix', () => {
    fc.assert(
      fc.property(chain, chain, (a, b) => {
        fc.pre(a[0] !== b[0] || a[1] !== b[1]);
        expect(toHex(domainPrefix(...a)).startsWith(toHex(domainPrefix(...b)))).toBe(false);
      }),
    );
  });

  it('are the prefix followed by the canonical encoding', () => {
    const prefix = domainPrefix('testnet', 3);
    const content = { type: 'prepare', view: 1, height: 2 };
    const bytes = statementBytes(prefix, content);
    expect(toHex(bytes)).toBe(toHex(prefix) + toHex(encode(content)));
    expect(statementBytes(prefix, { height: 2, view: 1, type: 'prepare' })).toEqual(bytes);
  });
});
