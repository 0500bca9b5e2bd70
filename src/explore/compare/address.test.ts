import { describe, expect, it } from 'vitest';
import { addressPart, comparisonOfHash, readVariation, variationText } from './address.ts';
import { CASES_DEFAULT } from './cases.ts';
import { SHIPPED } from './shipped.ts';
import { PROTOCOLS_MAX } from './types.ts';

describe('a comparison in an address', () => {
  it('is that of the address it was written to', () => {
    for (const { id, protocols, vary } of SHIPPED) {
      expect(comparisonOfHash(`#compare=${id}`)).toEqual({ kind: 'shipped', id });
      const chosen = protocols.slice(0, PROTOCOLS_MAX);
      const own = comparisonOfHash(`#s=abc&${addressPart(chosen, vary)}`);
      expect(own).toEqual({ kind: 'own', protocols: chosen, vary });
    }
    expect(comparisonOfHash('#s=abc&compare=raft,pbft')).toEqual({
      kind: 'own',
      protocols: ['raft', 'pbft'],
      vary: { kind: 'none' },
    });
  });

  it('is absent where nobody asks for one, and refused with the reason where it makes no sense', () => {
    for (const hash of ['', '#preset=storm', '#s=abc']) expect(comparisonOfHash(hash)).toBeNull();
    for (const hash of ['#compare=', '#compare=frog', '#compare=raft,frog', '#compare=raft,pbft&vary=frogs']) {
      expect(comparisonOfHash(hash), hash).toHaveProperty('problem');
    }
    expect(comparisonOfHash('#compare=frog')).toMatchObject({ problem: { path: 'compare', found: '"frog"' } });
  });

  it('says its rows in a word or two', () => {
    for (const text of ['', 'validators:4,7,31', 'seeds:0,9,4294967295', 'faults', 'faults:none,one-liar']) {
      const vary = readVariation(text, 'vary');
      if ('problem' in vary) throw new Error(text);
      expect(variationText(vary)).toBe(text);
    }
    expect(readVariation('faults', 'vary')).toEqual({ kind: 'faults', cases: CASES_DEFAULT });
    expect(readVariation('validators=4,7', 'vary')).toEqual({ kind: 'validators', counts: [4, 7] });
    for (const text of [
      'validators',
      'validators:',
      'validators:4,4',
      'validators:1000',
      'seeds:1,1',
      'seeds:-1',
      'faults:none,frog',
      'x',
    ]) {
      expect(readVariation(text, 'vary'), text).toHaveProperty('problem');
    }
  });
});
