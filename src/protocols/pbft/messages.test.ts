import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damaged } from '../common/testing/damage.ts';
import { decode, encode } from '../../core/encoding.ts';
import { parseConfig } from './config.ts';
import { MAX_WINDOW, type Message, parseMessage } from './messages.ts';
import { embedded, MESSAGE_TYPES, meta, statement } from './signing.ts';
import { type Copy, Network } from './testing/harness.ts';

/** Real messages of every type: the primary dies with requests prepared, and one replica that was away misses some. */
function everyType(): Message[] {
  const heard: Copy[] = [];
  const network = new Network({
    n: 4,
    config: {
      blockTimeMs: 100,
      viewChangeTimeoutMs: 500,
      statusPeriodMs: 400,
      checkpointInterval: 4,
      windowSize: 8,
      clientRetryMs: 600,
    },
    route: (copy, now) => {
      heard.push(copy);
      const isCut = copy.message.type === 'commit' && now > 1_000_000 && now < 1_600_000;
      const isUnknown = copy.message.type === 'pre-prepare' && copy.to === 2 && now > 900_000 && now < 1_600_000;
      const isAway = (copy.to === 3 || copy.from === 3) && now > 2_500_000 && now < 4_000_000;
      return isCut || isUnknown || isAway ? [] : [10_000];
    },
  }).start();
  for (let i = 0; i < 30; i++) network.at(i * 100_000, () => network.submit(0, 0, 1, 5));
  network.run(6_000_000);
  return heard.map(({ message }) => message);
}

const MESSAGES = everyType();
const byType = <T extends Message['type']>(type: T) =>
  MESSAGES.filter((message): message is Extract<Message, { readonly type: T }> => message.type === type);

describe('messages', () => {
  it('of every type survive the wire, canonically', () => {
    for (const type of MESSAGE_TYPES) {
      const all = byType(type);
      expect(all.length, type).toBeGreaterThan(0);
      for (const message of all.slice(-20)) {
        const bytes = encode(message);
        const parsed = parseMessage(decode(bytes));
        expect(parsed).toEqual(message);
        expect(encode(parsed)).toEqual(bytes);
        expect(meta(message).type).toBe(MESSAGE_TYPES.indexOf(type));
      }
    }
    // Not vacuous: view changes carried claims, new views assigned what they claim.
    expect(byType('view-change').some(({ prepared }) => prepared.length > 0)).toBe(true);
    expect(byType('new-view').some(({ assignments }) => assignments.some(({ votes }) => votes.length > 0))).toBe(true);
  });

  it('parseMessage never throws, whatever the value', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withTypedArray: true }),
        (value) => {
          const parsed = parseMessage(value);
          expect(parsed === null || parsed === value).toBe(true);
        },
      ),
      { numRuns: 300, seed: 3 },
    );
    for (const type of ['toString', '__proto__', 'constructor', 1, null]) expect(parseMessage({ type })).toBeNull();
  });

  it('refuses every message with a key missing, added, or of another type, at any depth', () => {
    let refused = 0;
    for (const type of MESSAGE_TYPES) {
      const message =
        type === 'view-change' ? byType(type).find(({ prepared }) => prepared.length > 0) : byType(type).at(-1);
      for (const broken of damaged(decode(encode(message)))) {
        // A pre-prepare without its request is the reduced form that evidence shows.
        if ((broken as { readonly request?: unknown } | null)?.request === null) continue;
        expect(parseMessage(broken), JSON.stringify(broken)?.slice(0, 300)).toBeNull();
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(150);
  });

  it('bounds every list, and claims and assignments rise within a window', () => {
    const change = byType('view-change').find(({ prepared }) => prepared.length > 0);
    const [claim] = change?.prepared ?? [];
    if (change === undefined || claim === undefined) throw new Error('nobody was prepared');
    const ref = { signer: 0, signature: new Uint8Array(4) };
    const withProof = (count: number) => ({ ...change, proof: new Array(count).fill(ref) });
    expect(parseMessage(withProof(1024))).not.toBeNull();
    expect(parseMessage(withProof(1025))).toBeNull();
    const claims = (...numbers: number[]) => ({
      ...change,
      prepared: numbers.map((above) => ({ ...claim, sequence: change.stable.sequence + above })),
    });
    expect(parseMessage(claims(1, 2, MAX_WINDOW))).not.toBeNull();
    for (const wrong of [claims(2, 1), claims(1, 1), claims(0, 1), claims(1, MAX_WINDOW + 1)]) {
      expect(parseMessage(wrong)).toBeNull();
    }
  });

  it('statements tell type, view, number and digest apart; the mutant only the digest', () => {
    const digest = 'ab'.repeat(32);
    const votes = (['prepare', 'commit', 'pre-prepare'] as const).flatMap((type) =>
      [1, 2].flatMap((sequence) =>
        [0, 1].map((view): Message => {
          const vote = { view, sequence, digest };
          return type === 'pre-prepare' ? { type, ...vote, request: null } : { type, ...vote };
        }),
      ),
    );
    const distinct = (mutant: string | null) =>
      new Set(votes.map((vote) => encode(statement(vote, mutant)).join())).size;
    expect(distinct(null)).toBe(votes.length);
    expect(distinct('no-domain-separation')).toBe(1);
  });

  it('every signature inside a message is listed with the statement that it signs', () => {
    const network = new Network({ n: 4 });
    const within = new Set<string>();
    for (const message of MESSAGES) {
      for (const inner of embedded(message)) {
        expect(network.signature(inner.proof.signer, inner.message)).toEqual(inner.proof.signature);
        within.add(`${message.type} holds ${inner.message.type}`);
      }
    }
    expect([...within]).toEqual(
      expect.arrayContaining([
        'pre-prepare holds submit',
        'view-change holds checkpoint',
        'view-change holds pre-prepare',
        'view-change holds prepare',
        'new-view holds view-change',
        'new-view holds pre-prepare',
        'new-view holds prepare',
        'state-response holds commit',
        'state-response holds checkpoint',
        'fetched holds submit',
      ]),
    );
  });
});

describe('configuration', () => {
  it('fills in defaults and turns times into µs', () => {
    expect(parseConfig({ blockTimeMs: 0.5 })).toMatchObject({
      config: {
        blockMicros: 500,
        viewChangeMicros: 4_000_000,
        checkpointInterval: 8,
        window: 16,
        retryMicros: 3_000_000,
      },
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ blockTimeMS: 1 }, 'blockTimeMS'],
    [{ blockTimeMs: '1' }, 'blockTimeMs'],
    [{ viewChangeTimeoutMs: 0 }, 'viewChangeTimeoutMs'],
    [{ checkpointInterval: 0 }, 'checkpointInterval'],
    [{ windowSize: 257 }, 'windowSize'],
    [{ windowSize: 7 }, 'windowSize'],
    [{ checkpointInterval: 20 }, 'windowSize'],
    [{ syncBatch: 1.5 }, 'syncBatch'],
    [{ emptyBlocks: 1 }, 'emptyBlocks'],
    [{ clientRetryMs: Number.NaN }, 'clientRetryMs'],
  ])('%o has a problem at %s', (raw, path) => {
    const result = parseConfig(raw);
    expect('problems' in result && result.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
