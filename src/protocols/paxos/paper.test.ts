/** Claims of *Paxos Made Simple*, each with its section. */
import { describe, expect, it } from 'vitest';
import { blockHash } from '../../ledger/block.ts';
import type { Message } from './messages.ts';
import { mayAccept, nextBallot, valueFor } from './rules.ts';
import { Servers } from './testing/servers.ts';

/** Messages that a server sent, oldest first. */
function saidBy(servers: Servers, node: number): Message[] {
  return servers.sent.filter(({ from }) => from === node).map(({ message }) => message);
}

describe('choosing a value', () => {
  it('an acceptor accepts a ballot iff it has promised no higher one', () => {
    expect([mayAccept(0, 3), mayAccept(3, 3), mayAccept(4, 3)]).toEqual([true, true, false]);
    const servers = new Servers({ n: 3 }).start();
    servers.give(0, 1, { type: 'prepare', ballot: 4, instance: 1 });
    servers.give(0, 2, { type: 'prepare', ballot: 8, instance: 1 });
    servers.give(0, 1, { type: 'accept', ballot: 4, block: servers.valueIn(4), known: 0 });
    servers.give(0, 2, { type: 'accept', ballot: 8, block: servers.valueIn(8), known: 0 });
    expect(saidBy(servers, 0)).toMatchObject([
      { type: 'promise', ballot: 4, accepted: [] },
      { type: 'promise', ballot: 8, accepted: [] },
      { type: 'refusal', ballot: 8 },
      { type: 'accepted', ballot: 8, instance: 1 },
    ]);
    // Ref: §2.2, P1a.
  });

  it('a promise is kept across a restart, and so is what was accepted', () => {
    const servers = new Servers({ n: 3 }).start();
    servers.give(0, 1, { type: 'accept', ballot: 4, block: servers.valueIn(4), known: 0 });
    servers.give(0, 2, { type: 'prepare', ballot: 8, instance: 1 });
    servers.crash(0);
    servers.restart(0);
    servers.give(0, 1, { type: 'accept', ballot: 4, block: servers.valueIn(4), known: 0 });
    servers.give(0, 2, { type: 'prepare', ballot: 11, instance: 1 });
    expect(saidBy(servers, 0).slice(-2)).toMatchObject([
      { type: 'refusal', ballot: 8 },
      { type: 'promise', ballot: 11, accepted: [{ ballot: 4 }] },
    ]);
    // Ref: §2.5.
  });

  it('ballots of different servers differ, and those of one server grow', () => {
    const ballots = [0, 1, 2].flatMap((self) => [0, 2, 3, 7, 100].map((seen) => nextBallot(self, seen, 3)));
    expect(new Set(ballots.map((ballot) => ballot % 3)).size).toBe(3);
    for (const [i, seen] of [0, 2, 3, 7, 100].entries()) {
      for (const self of [0, 1, 2]) {
        expect(nextBallot(self, seen, 3)).toBeGreaterThan(seen);
        expect((ballots[self * 5 + i] ?? 0) % 3).toBe(self);
      }
    }
    // Ref: §2.2, §2.5.
  });
});

describe('P2c: what a proposer may propose', () => {
  it('anything, where no acceptor of a majority has accepted a value', () => {
    expect(valueFor([], null)).toBeNull();
    // Ref: §2.2, P2c (a).
  });

  it('else the value of the highest-numbered proposal among them', () => {
    const servers = new Servers({ n: 3 });
    const accepted = [4, 8, 6].map((ballot) => ({ ballot, block: servers.valueIn(ballot) }));
    expect(valueFor(accepted, null)?.ballot).toBe(8);
    expect(valueFor(accepted.slice(0, 1), null)?.ballot).toBe(4);
    // Ref: §2.2, P2c (b).
  });

  /** v0 collects promises with these acceptances of v1 and v2; what it proposes then. */
  function proposalAfter(first: number | null, second: number | null, own: number | null): Message | undefined {
    const servers = new Servers({ n: 5, route: () => [] }).start();
    const accepted = (ballot: number | null) => (ballot === null ? [] : [{ ballot, block: servers.valueIn(ballot) }]);
    if (own !== null) servers.give(0, own % 5, { type: 'accept', ballot: own, block: servers.valueIn(own), known: 0 });
    servers.fire(0, 'takeover');
    const { ballot = 0 } = servers.state(0).proposing ?? {};
    servers.give(0, 1, { type: 'promise', ballot, chosen: [], known: 0, accepted: accepted(first) });
    expect(saidBy(servers, 0).some(({ type }) => type === 'accept')).toBe(false);
    servers.give(0, 2, { type: 'promise', ballot, chosen: [], known: 0, accepted: accepted(second) });
    return saidBy(servers, 0).find(({ type }) => type === 'accept');
  }

  it.each([
    ['one acceptor of two accepted', 6, null, null, 6],
    ['both accepted, in different ballots', 6, 7, null, 7],
    ['the other way round', 7, 6, null, 7],
    ['its own acceptance counts too', null, null, 8, 8],
    ['and loses to a higher one', 9, null, 8, 9],
  ] as const)('adopts: %s', (_, first, second, own, expected) => {
    const servers = new Servers({ n: 5 });
    const message = proposalAfter(first, second, own);
    expect(message).toMatchObject({ type: 'accept', block: { epoch: expected } });
    if (message?.type === 'accept') expect(blockHash(message.block)).toBe(blockHash(servers.valueIn(expected)));
    // Ref: §2.2, P2c.
  });

  it('is free where all had accepted nothing, and then makes a value in its own ballot', () => {
    const message = proposalAfter(null, null, null);
    expect(message).toMatchObject({ type: 'accept', ballot: 5, block: { epoch: 5, proposer: 0 } });
    // Ref: §2.2, P2c (a).
  });

  it('a value that a majority accepted is the one every later proposer proposes, whoever crashed', () => {
    const servers = new Servers({ n: 3, seed: 2 }).start();
    servers.run(6_000_000, () => servers.heights().some((height) => height === 2));
    const first = servers.leader() ?? 0;
    const digest = servers.decisions[first]?.[1]?.digest;
    // Nobody else knows yet that instance 2 is chosen.
    servers.crash(first);
    expect(servers.heights().filter((height) => height === 2)).toHaveLength(1);
    servers.run(servers.now + 6_000_000, () => servers.heights().some((height) => height >= 3));
    const others = [0, 1, 2].filter((node) => node !== first);
    expect(others.map((node) => servers.decisions[node]?.find(({ slot }) => slot === 2)?.digest)).toContain(digest);
    expect(servers.notes.flat()).toContain('proposes a value that was accepted before (P2c)');
    expect(servers.disagreement()).toBeNull();
    // Ref: §2.2, P2.
  });
});

describe('progress and the state machine', () => {
  it('phase 1 is done once for all instances; afterwards an instance takes one round', () => {
    const servers = new Servers({ n: 5, seed: 2 }).start().run(9_500_000);
    const count = (type: Message['type']) => servers.sent.filter(({ message }) => message.type === type).length;
    expect(Math.min(...servers.heights())).toBeGreaterThan(5);
    expect(count('prepare')).toBeLessThanOrEqual(2);
    const times = servers.sent.filter(({ message }) => message.type === 'accept').map(({ at }) => at);
    expect(times.length).toBeGreaterThan(5);
    // Ref: §3.
  });

  it('a proposer that hears of a higher ballot gives way, and tries again only after a while', () => {
    const servers = new Servers({ n: 3, config: { proposers: ['v0'] }, route: () => [] }).start();
    servers.fire(0, 'takeover');
    const sent = servers.sent.length;
    servers.give(0, 1, { type: 'refusal', ballot: 100 });
    expect(servers.state(0).proposing).toBeNull();
    expect(servers.sent.length).toBe(sent);
    servers.run(servers.now + 1_400_000);
    expect(servers.sent.length).toBe(sent);
    servers.run(servers.now + 2_000_000);
    expect(servers.sent.slice(sent).map(({ message }) => message)).toMatchObject([{ type: 'prepare', ballot: 102 }]);
    // Ref: §2.4.
  });

  it('a learner that was away asks for what it missed', () => {
    const servers = new Servers({ n: 3, seed: 2, config: { learnBlocks: 3, blockTimeMs: 200 } }).start();
    servers.run(6_000_000, () => servers.leader() !== null);
    const away = ((servers.leader() ?? 0) + 1) % 3;
    servers.crash(away);
    servers.run(servers.now + 4_000_000);
    servers.restart(away);
    servers.run(servers.now + 3_000_000);
    expect(servers.heights()[away]).toBeGreaterThan(25);
    expect(servers.sent.filter(({ message }) => message.type === 'learn').length).toBeGreaterThan(4);
    expect(servers.disagreement()).toBeNull();
    // Ref: §2.3.
  });
});
