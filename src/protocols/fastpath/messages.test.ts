import { describe, expect, it } from 'vitest';
import { damaged } from '../common/testing/damage.ts';
import { decode, encode } from '../../core/encoding.ts';
import { configSchema, parseConfig } from './config.ts';
import { fastpath } from './index.ts';
import { type Message, parseMessage } from './messages.ts';
import { embedded, MESSAGE_TYPES, meta, statement } from './signing.ts';
import { createNetwork } from './testing/harness.ts';

/** Every kind of message, as sent in small runs: votes are lost, a primary dies, one replica was away. */
function everything(): Message[] {
  const network = createNetwork({
    n: 4,
    config: { blockTimeMs: 300, viewChangeTimeoutMs: 500, fastTimeoutMs: 100, statusPeriodMs: 400 },
    route: ({ from, to, message }, now) => {
      const isEarly = now < 520_000;
      const isCut = isEarly && (message.type === 'commit' || (message.type === 'vote' && (from === 3 || to === 3)));
      const isAway = (from === 3 || to === 3) && now > 1_500_000 && now < 4_000_000;
      return isCut || isAway ? [] : [10_000];
    },
  }).start();
  for (let i = 0; i < 5; i++) network.at(i * 200_000, () => network.submit(i, 5));
  network.run(5_000_000);
  const submitted = network.state(0).chain.flatMap(({ block }) => block.batches.map(({ batch }): Message => batch));
  return [...network.sent.map(({ message }) => message), ...submitted];
}

const MESSAGES = everything();
const ofType = (type: string): Message[] => MESSAGES.filter((message) => message.type === type);

describe('messages', () => {
  it('of every type survive the wire as they are', () => {
    for (const [position, type] of MESSAGE_TYPES.entries()) {
      const all = ofType(type);
      expect(all.length, type).toBeGreaterThan(0);
      for (const message of all.slice(-20)) {
        expect(parseMessage(decode(encode(message)))).toEqual(message);
        expect(meta(message).type).toBe(position);
      }
    }
    // Not vacuous: reports with and without certificates, decisions of both paths.
    const changes = MESSAGES.flatMap((message) => (message.type === 'view-change' ? [message] : []));
    expect(changes.some(({ votes, blocks }) => votes.length > 0 && blocks.length > 0)).toBe(true);
    expect(changes.some(({ voted, prepared }) => voted !== null && prepared === null)).toBe(true);
    const entries = MESSAGES.flatMap((message) => (message.type === 'sync-response' ? message.entries : []));
    expect(new Set(entries.map(({ isFast }) => isFast))).toEqual(new Set([true, false]));
  });

  it('are refused with a key too many, one missing, or a value of another kind, at any depth', () => {
    let refused = 0;
    for (const type of MESSAGE_TYPES) {
      const message = [...ofType(type)].sort((a, b) => encode(b).length - encode(a).length)[0];
      for (const broken of damaged(message)) {
        expect(parseMessage(broken), `${type} ${JSON.stringify(broken)?.slice(0, 300)}`).toBeNull();
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(150);
    for (const nonsense of [null, 7, 'vote', [], { type: 'vote' }, Object.create({ type: 'vote' })]) {
      expect(parseMessage(nonsense)).toBeNull();
    }
  });

  it('bound every list', () => {
    const ref = { signer: 0, signature: new Uint8Array(4) };
    const change = ofType('view-change').find((m) => m.type === 'view-change' && m.votes.length > 0);
    if (change?.type !== 'view-change') throw new Error('nobody was prepared');
    expect(parseMessage({ ...change, votes: new Array(1024).fill(ref) })).not.toBeNull();
    expect(parseMessage({ ...change, votes: new Array(1025).fill(ref) })).toBeNull();
    expect(parseMessage({ ...change, blocks: new Array(3).fill(change.blocks[0]) })).toBeNull();
    expect(parseMessage({ ...change, height: 2 ** 31 })).toBeNull();
  });

  it('sign what they say: type, height, view and digest; the mutant only the digest', () => {
    const digest = 'ab'.repeat(32);
    const votes = (['vote', 'commit'] as const).flatMap((type) =>
      [1, 2].flatMap((height) => [0, 1].map((view): Message => ({ type, height, view, digest }))),
    );
    const distinct = (mutant: string | null) =>
      new Set(votes.map((vote) => encode(statement(vote, mutant)).join())).size;
    expect(distinct(null)).toBe(votes.length);
    expect(distinct('no-domain-separation')).toBe(1);
  });

  it('sign a report without its proofs, so that a new view can carry it alone', () => {
    const inside = ofType('proposal').flatMap((message) => embedded(message));
    const signed = inside.filter(({ message }) => message.type === 'view-change');
    const sent = new Set(ofType('view-change').map((message) => encode(statement(message, null)).join()));
    expect(signed.length).toBeGreaterThan(2);
    for (const { message } of signed) expect(sent.has(encode(statement(message, null)).join())).toBe(true);
  });
});

describe('the configuration', () => {
  const problemsOf = (raw: Record<string, unknown>, n?: number) => {
    const parsed = parseConfig(raw, n);
    return 'problems' in parsed
      ? parsed.problems.map(({ path, found, expected }) => `${path}: ${found}; ${expected}`)
      : [];
  };

  it('fills in defaults, turns times into µs, and leaves half of the first view to the normal path', () => {
    expect(parseConfig({}, 4)).toMatchObject({
      config: { blockMicros: 1_000_000, viewChangeMicros: 4_000_000, fastMicros: 500_000, fastQuorum: null },
    });
    expect(parseConfig({ viewChangeTimeoutMs: 300 }, 4)).toMatchObject({ config: { fastMicros: 150_000 } });
  });

  it('refuses a fast quorum that is not safe, and says the smallest that is', () => {
    expect(problemsOf({ fastQuorum: 3 }, 4)).toEqual([
      'fastQuorum: 3; null or 4 (4 is the smallest safe fast quorum of 4 validators)',
    ]);
    expect(problemsOf({ fastQuorum: 4 }, 6)).toEqual([
      'fastQuorum: 4; null or an integer from 5 to 6 (5 is the smallest safe fast quorum of 6 validators)',
    ]);
    expect(problemsOf({ fastQuorum: 7 }, 6)).toHaveLength(1);
    expect(problemsOf({ fastQuorum: 5.5 }, 6)).toHaveLength(1);
    for (const fastQuorum of [5, 6, null]) expect(problemsOf({ fastQuorum }, 6)).toEqual([]);
  });

  it('takes an unsafe one only where that is asked for, and never one below the normal quorum', () => {
    expect(problemsOf({ fastQuorum: 3, allowUnsafeFastQuorum: true }, 4)).toEqual([]);
    expect(problemsOf({ fastQuorum: 2, allowUnsafeFastQuorum: true }, 4)).toHaveLength(1);
    expect(problemsOf({ fastQuorum: 3, allowUnsafeFastQuorum: 'yes' }, 4).length).toBeGreaterThan(0);
  });

  it('judges only the range where the number of validators is not known', () => {
    expect(problemsOf({ fastQuorum: 3 })).toEqual([]);
    expect(problemsOf({ fastQuorum: 0 })).toEqual(['fastQuorum: 0; null or an integer from 1 to 65535']);
  });

  it('refuses unknown keys, and describes every known one', () => {
    expect(problemsOf({ fastquorum: 4 }, 4)[0]).toMatch(/^fastquorum: an unknown key; one of /);
    const properties = configSchema['properties'] as Record<string, { description: string }>;
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/\.$/);
    expect(Object.keys(properties).sort()).toEqual(
      (problemsOf({ x: 1 })[0]?.split('one of ')[1]?.split(', ') ?? []).sort(),
    );
  });
});

describe('the declaration', () => {
  it('says how many votes complete what they are for, by kind', () => {
    const needed = fastpath.declaration.messages.map(
      ({ type, vote, quorum }) => vote && [type, (quorum ?? fastpath.declaration.quorum)(6)],
    );
    expect(needed.filter((entry) => entry !== false)).toEqual([
      ['vote', 5],
      ['commit', 4],
      ['view-change', 5],
    ]);
  });
});
