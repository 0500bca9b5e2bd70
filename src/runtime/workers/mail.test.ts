/** Mail comes out as it went in, whatever its sizes and times, and joined mail is the mail of all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Copy } from '../../kernel/group.ts';
import { Mail } from './mail.ts';
import { joinMail, packMail } from './mailWriter.ts';

const NODES = 4;

function envelopeOf(origin: number, sequence: number, signatureBytes = 32): Envelope {
  const bytes = Uint8Array.from({ length: sequence % 7 }, (_, i) => (origin + i) % 256);
  const signature = Uint8Array.from({ length: signatureBytes }, (_, i) => (origin + 3 * sequence + i) % 256);
  const sizeBytes = bytes.length + signatureBytes + 1;
  return { origin, sequence, claimedFrom: (origin + 1) % 65_536, bytes, signature, sizeBytes, memo: null };
}

interface Sent {
  readonly shown: readonly Envelope[];
  readonly copies: readonly Copy[];
}

/** Everything that a mail says, by reading it as workers and the conductor do. */
function contents(mail: Mail) {
  const nodes = Array.from({ length: NODES + 1 }, (_, node) => {
    const copies: unknown[] = [];
    mail.forNode(node, (envelope, arrivesAt) => copies.push([envelope, arrivesAt]));
    return { copies, count: mail.copyCount(node), first: mail.firstArrival(node) };
  });
  return { nodes, envelopeCount: mail.envelopeCount, copiesTotal: mail.copiesTotal };
}

function expected({ shown, copies }: Sent) {
  const nodes = Array.from({ length: NODES + 1 }, (_, node) => {
    const own = copies.filter(({ to }) => to === node);
    const first = Math.min(Number.POSITIVE_INFINITY, ...own.map(({ arrivesAt }) => arrivesAt));
    return { copies: own.map(({ envelope, arrivesAt }) => [envelope, arrivesAt]), count: own.length, first };
  });
  const envelopes = new Set([...shown, ...copies.map(({ envelope }) => envelope)]);
  return { nodes, envelopeCount: envelopes.size, copiesTotal: copies.length };
}

const read = ({ shown, copies }: Sent): Mail => new Mail(packMail(shown, copies, NODES));

/** Latest arrivals on both sides of each width of an offset. */
const spread = fc.constantFrom(0, 1, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 45);
const sent: fc.Arbitrary<Sent> = fc
  .record({
    count: fc.nat(6),
    small: fc.boolean(),
    shown: fc.array(fc.nat(5)),
    copies: fc.array(fc.record({ to: fc.nat(NODES - 1), envelope: fc.nat(5), base: fc.nat(9), later: spread })),
  })
  .map(({ count, small, shown, copies }) => {
    const all = Array.from({ length: count }, (_, i) => envelopeOf(i, 2 ** 32 - 1 - i, small ? 32 : 3309));
    const at = (place: number): Envelope => all[place % count] as Envelope;
    if (count === 0) return { shown: [], copies: [] };
    return {
      shown: shown.map(at),
      copies: copies.map(({ to, envelope, base, later }) => ({ to, envelope: at(envelope), arrivesAt: base + later })),
    };
  });

describe('mail', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(sent, (mail) => {
        expect(contents(read(mail))).toEqual(expected(mail));
      }),
    );
  });

  it('of several is joined to the mail of all', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 4 }), (parts) => {
        const joined = new Mail(joinMail(parts.map(read), NODES));
        // Envelopes of different senders are different ones, even if these are written alike.
        const whole = parts.map(expected);
        expect(contents(joined)).toEqual({
          nodes: Array.from({ length: NODES + 1 }, (_, node) => ({
            copies: whole.flatMap(({ nodes }) => nodes[node]?.copies),
            count: whole.reduce((sum, { nodes }) => sum + (nodes[node]?.count ?? 0), 0),
            first: Math.min(Number.POSITIVE_INFINITY, ...whole.map(({ nodes }) => nodes[node]?.first ?? Infinity)),
          })),
          envelopeCount: whole.reduce((sum, { envelopeCount }) => sum + envelopeCount, 0),
          copiesTotal: whole.reduce((sum, { copiesTotal }) => sum + copiesTotal, 0),
        });
      }),
    );
  });

  it.each([256, 257, 65_536, 65_537])('holds %i envelopes', (count) => {
    const envelopes = Array.from({ length: count }, (_, i) => envelopeOf(i % 65_536, i, 1));
    const mail = read({
      shown: envelopes,
      copies: [{ to: 1, envelope: envelopes[count - 1] as Envelope, arrivesAt: 5 }],
    });
    const received: Envelope[] = [];
    mail.forNode(1, (envelope) => received.push(envelope));
    expect(received).toEqual([envelopes[count - 1]]);
  });

  it('keeps neither copies nor large envelopes alive with one that is taken out', () => {
    const large = [envelopeOf(0, 1, 3309), envelopeOf(1, 2, 3309)];
    const copies = large.map((envelope) => ({ to: 0, envelope, arrivesAt: 7 }));
    const mail = read({ shown: [], copies });
    expect(mail.envelope(0).signature.buffer.byteLength).toBeLessThan(3400);
  });

  it('says a copy to everybody in a byte each', () => {
    const copies = (nodes: number): Copy[] => {
      const envelope = envelopeOf(0, 1);
      return Array.from({ length: nodes }, (_, to) => ({ to, envelope, arrivesAt: 50_000 }));
    };
    // Besides, four bytes a receiver say where its copies begin.
    expect(packMail([], copies(1000), 1000).byteLength - packMail([], copies(200), 200).byteLength).toBe(800 * 5);
  });
});
