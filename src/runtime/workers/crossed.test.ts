/** Certificates that cross as names: what is packed is found again, and what the other side may have forgotten is not packed. */
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../kernel/envelope.ts';
import type { SignedRef } from '../../protocols/protocol.ts';
import { CrossedHere, CrossedThere } from './crossed.ts';
import { Mail } from './mail.ts';
import { packMail } from './mailWriter.ts';

const NODES = 5;

function envelopeOf(origin: number, sequence: number): Envelope {
  const bytes = Uint8Array.of(origin, sequence);
  const signature = Uint8Array.from({ length: 100 }, (_, i) => (7 * origin + 31 * sequence + i) % 256);
  return { origin, sequence, claimedFrom: origin, bytes, signature, sizeBytes: 102, memo: null };
}

function mailOf(envelopes: readonly Envelope[]): Mail {
  const copies = envelopes.map((envelope) => ({ to: 0, envelope, arrivesAt: 10 }));
  return new Mail(packMail([], copies, NODES));
}

/** Both sides after the votes of nodes 1 to 4 crossed in a window, and the proofs that node 0 made of them. */
function afterVotes(window: number) {
  const [here, there] = [new CrossedHere(), new CrossedThere()];
  const sent = [1, 2, 3, 4].map((origin) => envelopeOf(origin, 2 ** 32 - origin));
  there.take(mailOf(sent), window);
  const votes: SignedRef[] = [];
  mailOf(sent).forNode(0, (envelope) => {
    here.note(envelope, window + 1);
    votes.push({ signer: envelope.claimedFrom, signature: envelope.signature });
  });
  return { here, there, votes };
}

const sizeOf = (value: unknown): number =>
  JSON.stringify(value, (_, item) => (item instanceof Float64Array ? [...item] : item)).length;

describe('a certificate', () => {
  it('of votes that crossed goes as names and comes back as it was', () => {
    const { here, there, votes } = afterVotes(1);
    const certificate = { view: 3, votes, inner: { justification: null, prepared: votes.slice(1) } };
    const packed = here.pack(certificate, 3);
    expect(sizeOf(packed)).toBeLessThan(sizeOf(certificate) / 5);
    expect(there.unpack(structuredClone(packed))).toEqual(certificate);
  });

  it('that is itself a list of proofs does so too, and all who ask share the proofs', () => {
    const { here, there, votes } = afterVotes(1);
    const packed = structuredClone(here.pack(votes, 2));
    expect(packed).toBeInstanceOf(Float64Array);
    const [first, second] = [there.unpack(packed), there.unpack(packed)] as SignedRef[][];
    expect(first).toEqual(votes);
    expect(first?.[2]).toBe(second?.[2]);
  });

  it('stays as it is where a proof never crossed, says more than its signature, or is equal but not the same', () => {
    const { here, votes } = afterVotes(1);
    const [first, ...rest] = votes as [SignedRef, ...SignedRef[]];
    for (const odd of [
      { signer: 1, signature: envelopeOf(1, 9).signature },
      { signer: 1, signature: first.signature.slice() },
      { ...first, weight: 2 },
      null,
      'vote',
    ]) {
      const certificate = { votes: [...rest, odd] };
      expect(here.pack(certificate, 2)).toBe(certificate);
    }
    for (const plain of [null, 7, 'none', [], new Uint8Array(3)]) expect(here.pack(plain, 2)).toBe(plain);
  });

  it('keeps the signer it names, whoever sent the envelope', () => {
    const { here, there, votes } = afterVotes(1);
    const claimed = votes.map(({ signature }) => ({ signer: 4, signature }));
    expect(there.unpack(here.pack(claimed, 2))).toEqual(claimed);
    expect(there.unpack(here.pack(votes, 2))).toEqual(votes);
  });
});

describe('a copy altered on its way', () => {
  it('has the name and the signature of the others, so that it does not matter which of them came last', () => {
    const [here, there] = [new CrossedHere(), new CrossedThere()];
    const sent = envelopeOf(1, 7);
    const changed = { ...sent, bytes: Uint8Array.of(1, 8) };
    there.take(mailOf([sent, changed]), 1);
    const votes: SignedRef[] = [];
    mailOf([sent]).forNode(0, (envelope) => {
      here.note(envelope, 2);
      votes.push({ signer: 1, signature: envelope.signature });
    });
    expect(there.unpack(structuredClone(here.pack(votes, 2)))).toEqual([{ signer: 1, signature: sent.signature }]);
  });
});

describe('what crossed long ago', () => {
  it('is never named when the other side has forgotten it, and is named while both know it', () => {
    const { here, there, votes } = afterVotes(1);
    let named = 0;
    for (let window = 2; window < 40; window++) {
      there.take(mailOf([envelopeOf(0, window)]), window);
      there.settle(window);
      const packed = here.pack({ votes }, window);
      expect(there.unpack(packed)).toEqual({ votes });
      if (packed !== undefined && !Array.isArray((packed as { votes: unknown }).votes)) named++;
    }
    expect(named).toBeGreaterThan(8);
    expect(named).toBeLessThan(20);
    expect(() => there.unpack(here.pack(votes, 2))).toThrow('has crossed since then');
  });

  it('is kept for the next base, and until that one has been taken', () => {
    const { here, there, votes } = afterVotes(1);
    const [vote] = votes as [SignedRef];
    const name = here.nameOf(vote.signature, 0) as number;
    for (let window = 2; window < 40; window++) there.take(mailOf([envelopeOf(0, window)]), window);
    expect(there.signatureOf(name)).toEqual(vote.signature);
    there.settle(40);
    expect(here.nameOf(vote.signature, 40)).toBeUndefined();
    expect(() => there.signatureOf(name)).toThrow('has crossed since then');
  });

  it('is known anew when it comes again', () => {
    const { here, there, votes } = afterVotes(1);
    const again = mailOf([1, 2, 3, 4].map((origin) => envelopeOf(origin, 2 ** 32 - origin)));
    there.take(again, 10);
    for (let window = 11; window < 20; window++) there.take(mailOf([envelopeOf(0, window)]), window);
    there.settle(19);
    expect(there.unpack(here.pack(votes, 5))).toEqual(votes);
  });

  it('is forgotten at once when a run goes back', () => {
    const { here, there, votes } = afterVotes(1);
    here.clear();
    expect(here.pack(votes, 2)).toBe(votes);
    there.clear();
    there.take(mailOf([envelopeOf(2, 5)]), 2);
    expect(() => there.unpack(Float64Array.of(1, 2 ** 32))).toThrow('has crossed since then');
  });
});
