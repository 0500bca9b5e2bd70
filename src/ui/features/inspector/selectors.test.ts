import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../session/view.ts';
import {
  brief,
  certificateOfSlot,
  certificateView,
  hexRows,
  lifeOf,
  quorumText,
  signatureText,
  timeLeft,
  transfersOf,
} from './selectors.ts';

const nodes = ['v0', 'v1', 'v2'].map((id, index) => ({ id, index })) as unknown as Frame['nodes'];
const HASH = `3f9a${'0'.repeat(58)}c2`;

describe('one line for any value', () => {
  it('shortens hashes, opens objects and counts long lists', () => {
    expect(brief({ view: 1, block: HASH })).toBe('view 1, block 3f9a…c2');
    expect(brief([1, 2, 3])).toBe('1 2 3');
    expect(brief(Array.from({ length: 20 }, (_, i) => i))).toMatch(/^0 1 .* … \(20\)$/);
    expect(brief([{ a: 1 }])).toBe('1 entry');
    expect(brief(null)).toBe('–');
    expect(brief(new Uint8Array(5))).toBe('5 bytes');
  });

  it('does not follow deep structures', () => {
    expect(brief({ a: { b: { c: { d: 1 } } } })).toBe('a b …');
  });
});

describe('certificates', () => {
  it('name their distinct signers whatever they are called', () => {
    expect(certificateView({ height: 3, signers: [0, 2] }, nodes)).toEqual({
      title: 'height 3',
      signers: ['v0', 'v2'],
      needed: null,
    });
    expect(certificateView({ view: 1, votes: [{ signer: 1 }, { signer: 1 }] }, nodes)).toEqual({
      title: 'view 1',
      signers: ['v1'],
      needed: null,
    });
    expect(certificateView({ view: 1, needed: 4, signers: [0] }, nodes).needed).toBe(4);
    expect(certificateView(null, nodes)).toEqual({ title: '–', signers: [], needed: null });
  });
});

describe('quorums, signatures, timers, bytes', () => {
  it('say how far a quorum is', () => {
    const open = {
      type: 1,
      phase: 'first',
      slot: 1,
      epoch: 0,
      digest: '',
      voters: [0, 1],
      needed: 3,
      closedAt: null,
    } as const;
    expect(quorumText(open)).toBe('2 of 3 needed');
    expect(quorumText({ ...open, closedAt: 5 })).toBe('quorum of 3 reached');
  });

  it('say what a signature is worth', () => {
    expect(signatureText({ suite: 'ml-dsa-65', valid: true, verifyMicros: 192 })).toBe(
      'ml-dsa-65, valid, 192 µs to verify',
    );
    expect(signatureText({ suite: 'ed25519', valid: null, verifyMicros: 0 })).toContain('not checked yet');
  });

  it('dump bytes sixteen a row', () => {
    expect(hexRows('00112233445566778899aabbccddeeff01', 9)).toEqual([
      '0000  00 11 22 33 44 55 66 77  88 99 aa bb cc dd ee ff',
      '0010  01',
    ]);
    expect(hexRows('00'.repeat(100), 2)).toHaveLength(2);
  });

  it('count down', () => {
    expect(timeLeft(1_500, 1_000)).toBe('in 500 ms');
    expect(timeLeft(900, 1_000)).toBe('now');
  });
});

describe('transactions', () => {
  it('go through their stages in order, each with the time since the one before', () => {
    const times = { submittedMs: 100, proposedMs: 250, decidedMs: null };
    expect(lifeOf({ times, status: 'included' })).toEqual([
      { stage: 'Submitted', atMs: 100, sinceMs: null },
      { stage: 'In a proposal', atMs: 250, sinceMs: 150 },
      { stage: 'Decided', atMs: null, sinceMs: null },
    ]);
    expect(lifeOf({ times: { ...times, decidedMs: 300 }, status: 'refused' })[2]?.stage).toBe('Decided, refused');
  });

  it('are found in a client batch by the ids that the session knows', () => {
    const batch = { type: 'submit', client: 4, sequence: 7, transfers: [{ from: 1, to: 2, amount: 5 }] };
    expect(transfersOf(batch)).toEqual([{ id: '0004000000070000', text: 'a1 → a2: 5' }]);
    expect(transfersOf({ type: 'prepare' })).toEqual([]);
    expect(transfersOf(null)).toEqual([]);
  });
});

describe('the certificate of a slot', () => {
  it('is found under the word of its protocol, the newest first', () => {
    const list = [{ height: 1 }, { height: 2, view: 0 }, { height: 2, view: 1 }, null];
    expect(certificateOfSlot(list, 2)).toBe(2);
    expect(certificateOfSlot([{ slot: 5 }], 5)).toBe(0);
    expect(certificateOfSlot(list, 9)).toBeNull();
  });
});
