import { blake3 as oracle } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../core/encoding.ts';
import { type InclusionProof, merkleProof, merkleRoot, verifyMerkleProof } from './merkle.ts';

const leaf = fc.uint8Array({ maxLength: 40 });
const leaves = fc.array(leaf, { minLength: 1, maxLength: 40 });
/** A tree and a position in it. */
const tree = leaves.chain((all) => fc.tuple(fc.constant(all), fc.nat(all.length - 1)));

/** MTH as RFC 6962 §2.1 writes it down, recursively over slices: slow and obviously right. */
function specRoot(all: readonly Uint8Array[]): Uint8Array {
  const [first] = all;
  if (first === undefined) return oracle(new Uint8Array(0));
  if (all.length === 1) return oracle(Uint8Array.of(0, ...first));
  let k = 1;
  while (k * 2 < all.length) k *= 2;
  return oracle(Uint8Array.of(1, ...specRoot(all.slice(0, k)), ...specRoot(all.slice(k))));
}

function flipHex(hex: string, bit: number): string {
  const bytes = fromHex(hex)!;
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return toHex(bytes);
}

describe('Merkle root', () => {
  it('is that of RFC 6962 §2.1', () => {
    fc.assert(
      fc.property(leaves, (all) => {
        expect(merkleRoot(all)).toBe(toHex(specRoot(all)));
      }),
    );
  });

  it('of no leaves is the hash of no bytes', () => {
    expect(merkleRoot([])).toBe(toHex(oracle(new Uint8Array(0))));
    expect(merkleRoot([])).not.toBe(merkleRoot([new Uint8Array(0)]));
  });

  it('changes when leaves are swapped, doubled or dropped', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((word) => new TextEncoder().encode(word)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const roots = [
      [a, b, c],
      [b, a, c],
      [a, b],
      [a, b, c, c],
      [a, b, b, c],
    ].map(merkleRoot);
    expect(new Set(roots).size).toBe(roots.length);
  });

  it('has no second preimage: a node passed off as a leaf gives another root', () => {
    fc.assert(
      fc.property(leaf, leaf, (left, right) => {
        const children = [left, right].map((data) => fromHex(merkleRoot([data]))!);
        const forged = Uint8Array.of(...children[0]!, ...children[1]!);
        expect(merkleRoot([forged])).not.toBe(merkleRoot([left, right]));
        expect(merkleRoot([Uint8Array.of(1, ...forged)])).not.toBe(merkleRoot([left, right]));
      }),
    );
  });
});

describe('inclusion proof', () => {
  it('convinces for every leaf, with ⌈log2 n⌉ siblings at most', () => {
    fc.assert(
      fc.property(tree, ([all, index]) => {
        const proof = merkleProof(all, index);
        expect(verifyMerkleProof(merkleRoot(all), all[index]!, proof)).toBe(true);
        expect(2 ** (proof.path.length - 1)).toBeLessThan(all.length);
      }),
    );
  });

  it('fails for another leaf, root, position or size', () => {
    fc.assert(
      fc.property(tree, leaf, fc.nat(255), ([all, index], other, bit) => {
        const root = merkleRoot(all);
        const proof = merkleProof(all, index);
        const mine = all[index]!;
        fc.pre(toHex(mine) !== toHex(other));
        expect(verifyMerkleProof(root, other, proof)).toBe(false);
        expect(verifyMerkleProof(flipHex(root, bit), mine, proof)).toBe(false);
        for (const position of [index - 1, index + 1].filter((at) => toHex(all[at] ?? other) !== toHex(mine))) {
          expect(verifyMerkleProof(root, mine, { ...proof, index: position })).toBe(false);
        }
        expect(verifyMerkleProof(root, mine, { ...proof, leafCount: 2 * all.length })).toBe(false);
      }),
    );
  });

  it('fails when any bit of its path is changed, or a step is added, dropped or swapped', () => {
    const several = fc.array(leaf, { minLength: 2, maxLength: 40 });
    const withPath = several.chain((all) => fc.tuple(fc.constant(all), fc.nat(all.length - 1)));
    fc.assert(
      fc.property(withPath, fc.nat(), fc.nat(255), ([all, index], step, bit) => {
        const root = merkleRoot(all);
        const { path, ...rest } = merkleProof(all, index);
        const at = step % path.length;
        const tampered = [
          path.with(at, flipHex(path[at]!, bit)),
          [...path, path[at]!],
          path.toSpliced(at, 1),
          path.with(at, path[at]!.slice(2)),
          path.with(at, path[at]!.toUpperCase().replace(/^../, 'zz')),
        ];
        for (const changed of tampered) {
          expect(verifyMerkleProof(root, all[index]!, { ...rest, path: changed })).toBe(false);
        }
      }),
    );
  });

  it('answers false to what is not a proof at all', () => {
    const one = new Uint8Array(1);
    const root = merkleRoot([one]);
    const good: InclusionProof = { index: 0, leafCount: 1, path: [] };
    expect(verifyMerkleProof(root, one, good)).toBe(true);
    const strange = [
      { ...good, index: -1 },
      { ...good, index: 0.5 },
      { ...good, leafCount: 0 },
      { ...good, leafCount: Number.NaN },
      { ...good, leafCount: 2 ** 60 },
      { ...good, path: null },
      { ...good, leafCount: 2, path: [17] },
      { ...good, path: { length: 0 } },
    ] as unknown as InclusionProof[];
    expect(strange.map((proof) => verifyMerkleProof(root, one, proof))).toEqual(strange.map(() => false));
  });

  it('of a leaf that is not there is our bug', () => {
    expect(() => merkleProof([new Uint8Array(1)], 1)).toThrow('no leaf 1 among 1');
  });
});
