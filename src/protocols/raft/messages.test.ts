import { describe, expect, it } from 'vitest';
import { oneOfEachType, refusesWhatIsNone, survivesTheWire } from '../common/testing/wire.ts';
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
  return oneOfEachType([...cluster.sent.map(({ message }) => message), read, submit]);
}

describe('the wire', () => {
  const messages = specimens();

  it('has a genuine message of every declared type, which survives it', () => {
    survivesTheWire(messages, { declaration, parse: parseMessage, meta });
  });

  it('refuses what lacks a key, has one more, or holds another kind of value there, and never throws', () => {
    refusesWhatIsNone(messages, parseMessage);
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
