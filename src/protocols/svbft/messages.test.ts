import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damaged } from '../common/testing/damage.ts';
import { decode, encode } from '../../core/encoding.ts';
import { parseConfig } from './config.ts';
import type { Message } from './messages.ts';
import { parseMessage } from './messages.ts';
import { embedded, MESSAGE_TYPES, meta, statement } from './signing.ts';
import { type Copy, Network } from './testing/harness.ts';

/** Real messages of every type: a primary dies after its block was prepared, and one validator was away. */
function everyType(): Message[] {
  const heard: Copy[] = [];
  const network = new Network({
    n: 4,
    config: { blockTimeMs: 300, viewChangeTimeoutMs: 500, statusPeriodMs: 400 },
    route: (copy, now) => {
      heard.push(copy);
      const isCut = copy.message.type === 'commit' && now < 400_000;
      return isCut || ((copy.to === 3 || copy.from === 3) && now > 1_500_000 && now < 4_000_000) ? [] : [10_000];
    },
  }).start();
  for (let i = 0; i < 5; i++) network.at(i * 200_000, () => network.submit(0, i, 0, 1, 5));
  network.run(5_000_000);
  const submitted =
    network.states[0]?.chain.flatMap(({ block }) => block.batches.map(({ batch }): Message => batch)) ?? [];
  return [...heard.map(({ message }) => message), ...submitted];
}

const MESSAGES = everyType();
const byType = (type: Message['type']) => MESSAGES.filter((message) => message.type === type);

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
    // Not vacuous: some carried certificates.
    expect(
      byType('proposal').some((m) => m.type === 'proposal' && (m.justification?.certificate.length ?? 0) > 0),
    ).toBe(true);
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
  });

  it('refuses every message with a key missing, added, or of another type, at any depth', () => {
    let refused = 0;
    for (const type of MESSAGE_TYPES) {
      const message = byType(type).at(-1);
      for (const broken of damaged(decode(encode(message)))) {
        expect(parseMessage(broken), JSON.stringify(broken)?.slice(0, 300)).toBeNull();
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(150);
  });

  it('bounds every list', () => {
    const ref = { signer: 0, signature: new Uint8Array(4) };
    const change = byType('view-change').find((m) => m.type === 'view-change' && m.prepared !== null);
    if (change?.type !== 'view-change' || change.prepared === null) throw new Error('nobody was prepared');
    const votes = (count: number) => ({
      ...change,
      prepared: { ...change.prepared, votes: new Array(count).fill(ref) },
    });
    expect(parseMessage(votes(1024))).not.toBeNull();
    expect(parseMessage(votes(1025))).toBeNull();
    expect(parseMessage({ ...change, height: 2 ** 31 })).toBeNull();
  });

  it('statements tell type, height, view and digest apart; the mutant only the digest', () => {
    const digest = 'ab'.repeat(32);
    const votes = (['prepare', 'commit'] as const).flatMap((type) =>
      [1, 2].flatMap((height) => [0, 1].map((view): Message => ({ type, height, view, digest }))),
    );
    const distinct = (mutant: string | null) =>
      new Set(votes.map((vote) => encode(statement(vote, mutant)).join())).size;
    expect(distinct(null)).toBe(votes.length);
    expect(distinct('no-domain-separation')).toBe(1);
  });

  it('every signature inside a message is listed with the statement that it signs', () => {
    const network = new Network({ n: 4 });
    let checked = 0;
    for (const message of MESSAGES) {
      for (const inner of embedded(message)) {
        expect(network.signature(inner.proof.signer, inner.message)).toEqual(inner.proof.signature);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(50);
    expect(
      byType('proposal').some((message) => embedded(message).some((inner) => inner.message.type === 'view-change')),
    ).toBe(true);
  });
});

describe('configuration', () => {
  it('fills in defaults and turns times into µs', () => {
    expect(parseConfig({ blockTimeMs: 0.5 })).toMatchObject({
      config: {
        blockMicros: 500,
        viewChangeMicros: 4_000_000,
        maxTransactionsPerBlock: 1000,
        leader: 'round-robin',
        finalityDepth: 0,
      },
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ blockTimeMS: 1 }, 'blockTimeMS'],
    [{ blockTimeMs: '1' }, 'blockTimeMs'],
    [{ viewChangeTimeoutMs: 0 }, 'viewChangeTimeoutMs'],
    [{ syncBatch: 1.5 }, 'syncBatch'],
    [{ emptyBlocks: 1 }, 'emptyBlocks'],
    [{ leader: 'the best' }, 'leader'],
    [{ validatorChanges: {} }, 'validatorChanges'],
    [{ validatorChanges: [{ height: 0, members: ['v0'] }] }, 'validatorChanges[0].height'],
    [{ validatorChanges: [{ height: 1, members: ['v0', 'v0'] }] }, 'validatorChanges[0].members'],
    [{ validatorChanges: [{ height: 1, members: ['c0'] }] }, 'validatorChanges[0].members'],
    [
      {
        validatorChanges: [
          { height: 2, members: ['v0'] },
          { height: 2, members: ['v0'] },
        ],
      },
      'validatorChanges[1].height',
    ],
    [{ validatorChanges: [{ height: 1, members: ['v0'], extra: 1 }] }, 'validatorChanges[0].extra'],
  ])('%o has a problem at %s', (raw, path) => {
    const result = parseConfig(raw);
    expect('problems' in result && result.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
