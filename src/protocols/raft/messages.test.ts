import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../core/encoding.ts';
import { parseConfig } from './config.ts';
import { declaration } from './describe.ts';
import { raft } from './index.ts';
import { type Message, parseMessage } from './messages.ts';
import { meta } from './signing.ts';
import { Cluster } from './testing/cluster.ts';

/** One genuine message of every type. */
function specimens(): Message[] {
  const config = { blockTimeMs: 100, snapshotEntries: 4, leadershipTransfers: [{ atMs: 8000, to: 'v1' }] };
  const cluster = new Cluster({ n: 3, config, seed: 2 }).start();
  const first = cluster.elect();
  cluster.submit(0, 3);
  cluster.give(first, 3, { type: 'read', id: 1, account: 0 });
  cluster.give((first + 1) % 3, 3, { type: 'read', id: 2, account: 0 });
  cluster.give(first, (first + 1) % 3, { type: 'request-vote', term: 1, lastIndex: 0, lastTerm: 0, isTransfer: true });
  cluster.crash((first + 2) % 3);
  cluster.run(cluster.now + 3_000_000);
  cluster.restart((first + 2) % 3);
  cluster.run(9_000_000);
  const read = { type: 'read', id: 3, account: 1 } as const;
  const submit = { type: 'submit', client: 3, sequence: 0, transfers: [{ from: 0, to: 1, amount: 1 }] } as const;
  const byType = new Map<string, Message>(
    [...cluster.sent.map(({ message }) => message), read, submit].map((m) => [m.type, m]),
  );
  return [...byType.values()];
}

describe('the wire', () => {
  const messages = specimens();

  it('has a genuine message of every declared type, which survives it', () => {
    expect(messages.map(({ type }) => type).sort()).toEqual(declaration.messages.map(({ type }) => type).sort());
    for (const message of messages) {
      const again = decode(encode(message));
      expect(parseMessage(again)).toBe(again);
      expect(declaration.messages[meta(message).type]?.type).toBe(message.type);
    }
  });

  it('refuses what lacks a key, has one more, or holds another kind of value there', () => {
    let refused = 0;
    for (const message of messages) {
      const fields = Object.entries(message);
      expect(parseMessage({ ...message, extra: 1 })).toBeNull();
      for (const [key] of fields) {
        const { [key]: _, ...less } = message as unknown as Record<string, unknown>;
        expect(parseMessage(less), `${message.type} without ${key}`).toBeNull();
        for (const wrong of [undefined, -1, 1.5, -0, 'x', {}, Number.NaN, 2 ** 60]) {
          expect(parseMessage({ ...message, [key]: wrong }), `${message.type}.${key} = ${String(wrong)}`).toBeNull();
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...messages), (junk, message) => {
        parseMessage(junk);
        for (const key of Object.keys(message)) parseMessage({ ...message, [key]: junk });
      }),
      { numRuns: 300 },
    );
  });
});

describe('configuration', () => {
  it('names every mistake with its place, what was found and what was expected', () => {
    const parsed = parseConfig(
      {
        blockTimeMs: -1,
        members: ['v0', 'v9'],
        membershipChanges: [
          { atMs: 5, members: ['v0'] },
          { atMs: 5, members: [], more: 1 },
        ],
        leadershipTransfers: 'soon',
        unknown: true,
      },
      3,
    );
    const paths = 'problems' in parsed ? parsed.problems.map(({ path }) => path) : [];
    expect(paths.sort()).toEqual([
      'blockTimeMs',
      'leadershipTransfers',
      'members',
      'membershipChanges[1].atMs',
      'membershipChanges[1].members',
      'membershipChanges[1].more',
      'unknown',
    ]);
    expect(parseConfig({ heartbeatMs: 500, electionTimeoutMs: 400 }, 3)).toMatchObject({
      problems: [{ path: 'heartbeatMs' }],
    });
  });

  it('has the defaults that its schema states', () => {
    const { properties } = raft.configSchema as { properties: Record<string, { default?: unknown }> };
    const given = Object.fromEntries(
      Object.entries(properties).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]])),
    );
    expect(parseConfig(given, 3)).toEqual(parseConfig({}, 3));
    expect(Object.keys(given).length).toBeGreaterThan(8);
  });
});
