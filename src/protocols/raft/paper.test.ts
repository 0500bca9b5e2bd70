/** Claims of the paper and the thesis, each with its section. */
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../ledger/ledger.ts';
import { createLog } from './log.ts';
import type { Snapshot } from './messages.ts';
import { hasQuorum, isUpToDate, quorumValue } from './rules.ts';
import { Cluster } from './testing/cluster.ts';

const EVERYONE = { voters: [0, 1, 2, 3, 4], next: null };

describe('leader election', () => {
  it('a server votes once a term, also after a restart', () => {
    const cluster = new Cluster({ n: 3 }).start();
    const request = { type: 'request-vote', term: 1, lastIndex: 0, lastTerm: 0, isTransfer: false } as const;
    cluster.give(2, 0, request);
    cluster.give(2, 1, request);
    cluster.crash(2);
    cluster.restart(2);
    cluster.give(2, 1, request);
    cluster.give(2, 0, request);
    const answers = cluster.sent.filter(({ from }) => from === 2).map(({ to, message }) => [to, message.type]);
    expect(answers).toEqual([
      [0, 'vote'],
      [1, 'vote-refusal'],
      [1, 'vote-refusal'],
      [0, 'vote'],
    ]);
    // Ref: §5.2, figure 2.
  });

  it('of two logs the one with the later last term is more up to date, of equal terms the longer one', () => {
    const cluster = new Cluster({ n: 3 });
    cluster.writeLog(0, [1, 1, 2]);
    const { log } = cluster.state(0);
    const verdicts = [
      { lastIndex: 3, lastTerm: 2 },
      { lastIndex: 4, lastTerm: 2 },
      { lastIndex: 1, lastTerm: 3 },
      { lastIndex: 2, lastTerm: 2 },
      { lastIndex: 9, lastTerm: 1 },
    ].map((end) => isUpToDate(end, log, null));
    expect(verdicts).toEqual([true, true, true, false, false]);
    expect(isUpToDate({ lastIndex: 0, lastTerm: 0 }, createLog(EVERYONE), null)).toBe(true);
    // Ref: §5.4.1.
  });

  it('a pre-vote changes nothing at the voter, and is refused while a leader is heard', () => {
    const cluster = new Cluster({ n: 3 }).start();
    const leader = cluster.elect();
    cluster.run(cluster.now + 500_000);
    const [voter, asker] = [0, 1, 2].filter((node) => node !== leader);
    const before = structuredClone(cluster.state(voter ?? 0));
    const message = { type: 'pre-vote', term: before.term + 1, lastIndex: 99, lastTerm: 99, round: 1 } as const;
    cluster.give(voter ?? 0, asker ?? 0, message);
    expect(cluster.state(voter ?? 0)).toEqual(before);
    expect(cluster.sent.at(-1)?.message).toMatchObject({ type: 'pre-vote-reply', isGranted: false });
    // Ref: thesis §9.6, §4.2.3.
  });

  it('a leader that no majority answers steps down', () => {
    let isCut = false;
    const route = () => (isCut ? [] : [10_000]);
    const cluster = new Cluster({ n: 3, route }).start();
    const leader = cluster.elect();
    isCut = true;
    cluster.run(cluster.now + 3_100_000);
    expect(cluster.state(leader).role).not.toBe('leader');
    // Ref: thesis §6.2.
  });

  it('a leader hands over: its target leads the next term without waiting for a timeout', () => {
    const config = { leadershipTransfers: [{ atMs: 5000, to: 'v1' }] };
    const cluster = new Cluster({ n: 3, config, seed: 2 }).start();
    cluster.run(4_999_000);
    const before = cluster.leader() ?? 0;
    expect(before).not.toBe(1);
    const { term } = cluster.state(before);
    cluster.run(5_045_000);
    expect(cluster.state(1)).toMatchObject({ role: 'leader', term: term + 1 });
    // Ref: thesis §3.10.
  });
});

describe('log replication', () => {
  it('a new leader repairs every log of figure 7', () => {
    const logs = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    const cluster = new Cluster({ n: 7 });
    for (const [node, terms] of logs.entries()) {
      cluster.writeLog(node, terms);
      cluster.setTerm(node, 7);
    }
    cluster.start().fire(0, 'election');
    cluster.run(900_000);
    expect(cluster.state(0)).toMatchObject({ role: 'leader', term: 8 });
    for (const node of logs.keys()) expect(cluster.terms(node), `v${node}`).toEqual([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8]);
    expect(cluster.heights()).toEqual([11, 11, 11, 11, 11, 11, 11]);
    expect(cluster.disagreement()).toBeNull();
    // Ref: §5.3, figure 7.
  });

  it('goes back by whole terms: one refusal a conflicting term, not one an entry', () => {
    const cluster = new Cluster({ n: 3 });
    cluster.writeLog(0, [1, 4, 4, 4, 4, 4, 4, 4]);
    cluster.writeLog(1, [1, 2, 2, 2, 3, 3, 3, 3]);
    for (const node of [0, 1, 2]) cluster.setTerm(node, 4);
    cluster.start().fire(0, 'election');
    cluster.run(900_000);
    const refusals = cluster.sent.filter(({ from, message }) => from === 1 && message.type === 'append-refusal');
    expect(refusals.length).toBeLessThanOrEqual(3);
    expect(cluster.terms(1)).toEqual(cluster.terms(0));
    // Ref: §5.3, last paragraphs.
  });
});

describe('committing entries of earlier terms', () => {
  /** Figure 8 (b): S1 and S2 hold an entry of term 2 at index 2, S5 one of term 3. `lose` says which entries S1 cannot copy. */
  function figure8(mutant: string | null, lose: (epoch: number) => boolean): Cluster {
    const cluster = new Cluster({
      n: 5,
      config: { appendEntries: 1 },
      ...(mutant === null ? {} : { mutant }),
      route: ({ from, to, message }) => {
        if (from === 0 && to === 3 && message.type === 'append') return [];
        const isLost =
          from === 0 && message.type === 'append' && message.entries.some(({ block }) => lose(block.epoch));
        return isLost ? [] : [10_000];
      },
    });
    for (const [node, terms] of [[1, 2], [1, 2], [1], [1], [1, 3]].entries()) {
      cluster.writeLog(node, terms);
      cluster.setTerm(node, 3);
    }
    cluster.alive[4] = false;
    cluster.start().fire(0, 'election');
    return cluster.run(250_000).run(900_000);
  }

  it('an old entry on a majority is not committed by that, and may still be replaced', () => {
    const cluster = figure8(null, (epoch) => epoch === 4);
    // (c): S1 leads term 4; S1, S2 and S3 hold the entry of term 2.
    expect(cluster.state(0)).toMatchObject({ role: 'leader', term: 4, applied: 0 });
    for (const node of [0, 1, 2]) expect(cluster.terms(node).slice(0, 2)).toEqual([1, 2]);
    // (d): S5 is elected by S2, S3 and S4 and overwrites it.
    cluster.crash(0);
    cluster.restart(4);
    for (const node of [1, 2, 3]) cluster.timers[node]?.delete('election');
    cluster.run(cluster.now + 1_550_000);
    // Its first pre-vote only tells it the term.
    cluster.fire(4, 'election');
    cluster.run(cluster.now + 50_000);
    cluster.fire(4, 'election');
    cluster.run(cluster.now + 500_000);
    expect(cluster.state(4)).toMatchObject({ role: 'leader', term: 5 });
    for (const node of [1, 2, 3, 4]) expect(cluster.terms(node)).toEqual([1, 3, 5]);
    expect(cluster.state(4).applied).toBe(3);
    expect(cluster.disagreement()).toBeNull();
    // Ref: §5.4.2, figure 8 (a) to (d).
  });

  it('counting copies of an old entry would have committed it: the mutant does', () => {
    const cluster = figure8('raft-figure-8', () => false);
    expect(cluster.state(0).applied).toBe(2);
    expect(cluster.terms(0)).toEqual([1, 2]);
    // Ref: §5.4.2, figure 8 (c).
  });

  it('an entry of the own term on a majority commits all before it, and S5 can no longer win', () => {
    const cluster = figure8(null, () => false);
    expect(cluster.state(0)).toMatchObject({ role: 'leader', term: 4, applied: 3 });
    cluster.crash(0);
    cluster.restart(4);
    cluster.run(cluster.now + 1_600_000);
    cluster.fire(4, 'election');
    cluster.run(cluster.now + 100_000);
    expect(cluster.state(4).role).not.toBe('leader');
    cluster.run(cluster.now + 20_000_000, () => cluster.leader() !== null);
    expect([1, 2]).toContain(cluster.leader());
    expect(cluster.disagreement()).toBeNull();
    // Ref: §5.4.2, figure 8 (e).
  });
});

describe('membership changes', () => {
  const joint = { voters: [0, 1, 2], next: [2, 3, 4] };

  it('joint consensus needs a majority of the old set and one of the new set', () => {
    const among = (...nodes: number[]) => hasQuorum(joint, (node) => nodes.includes(node), null);
    expect([among(0, 1), among(0, 1, 2), among(3, 4, 2), among(0, 1, 3, 4), among(0, 2, 3)]).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const match = [9, 9, 1, 5, 4];
    expect(quorumValue(joint, (node) => match[node] ?? 0, null)).toBe(4);
    expect(quorumValue({ voters: joint.voters, next: null }, (node) => match[node] ?? 0, null)).toBe(9);
    // Ref: §6.
  });

  it('while only the old set can be reached, a change is not committed; afterwards the new set alone decides', () => {
    let isCut = true;
    const config = { members: ['v0', 'v1', 'v2'], membershipChanges: [{ atMs: 4000, members: ['v2', 'v3', 'v4'] }] };
    const route = ({ from, to }: { readonly from: number; readonly to: number }) =>
      isCut && (from > 2 || to > 2) ? [] : [10_000];
    const cluster = new Cluster({ n: 5, config, route }).start();
    cluster.run(9_000_000);
    const stuck = Math.max(...cluster.heights());
    expect(stuck).toBeLessThan(5);
    expect(cluster.states.filter(({ configuration }) => configuration.next !== null).map(({ self }) => self)).toEqual([
      0, 1, 2,
    ]);
    isCut = false;
    cluster.run(14_000_000);
    for (const state of cluster.states) expect(state.configuration).toEqual({ voters: [2, 3, 4], next: null });
    expect([2, 3, 4]).toContain(cluster.leader());
    cluster.crash(0);
    cluster.crash(1);
    const before = Math.max(...cluster.heights());
    cluster.run(18_000_000);
    expect(Math.max(...cluster.heights())).toBeGreaterThan(before + 2);
    expect(cluster.disagreement()).toBeNull();
    // Ref: §6, figure 11.
  });

  it('a leader that led its own removal steps down once that is committed', () => {
    const config = { membershipChanges: [{ atMs: 5000, members: ['v1', 'v2'] }] };
    const cluster = new Cluster({ n: 3, config, seed: 2 }).start();
    cluster.run(4_900_000);
    expect(cluster.leader()).toBe(0);
    cluster.run(9_000_000);
    expect(cluster.notes[0]).toContain('no longer a member: steps down');
    expect([1, 2]).toContain(cluster.leader());
    expect(Math.max(...cluster.heights())).toBeGreaterThan(5);
    // Ref: §6.
  });
});

describe('log compaction', () => {
  function snapshotOf(cluster: Cluster, node: number, index: number): Snapshot {
    const { block } = cluster.state(node).log.entries[index - 1] ?? { block: null };
    if (block === null) throw new Error(`no entry ${index}`);
    const ledger = createLedger({ accountCount: 8, initialBalance: 1000 }, 1);
    return { index, block, ledger, configuration: { voters: [0, 1, 2], next: null } };
  }

  it.each([
    ['a log that ends before it is replaced as a whole', [1], [], 3],
    ['a log that contradicts it is discarded as a whole', [2, 2, 2, 2], [], 3],
    ['a log that holds its last entry keeps what follows', [1, 1, 1, 1, 1], [1, 1], 3],
  ] as const)('%s', (_, own, rest, index) => {
    const cluster = new Cluster({ n: 3 });
    cluster.writeLog(0, [1, 1, 1, 1, 1]);
    cluster.writeLog(1, own);
    cluster.start().give(1, 0, { type: 'install-snapshot', term: 3, snapshot: snapshotOf(cluster, 0, index) });
    expect(cluster.state(1)).toMatchObject({ applied: index, installedCount: 1, term: 3, leader: 0 });
    expect(cluster.terms(1)).toEqual(rest);
    expect(cluster.decisions[1]).toMatchObject([{ slot: index, isSnapshot: true }]);
    expect(cluster.sent.at(-1)?.message).toMatchObject({ type: 'append-reply', index });
    // Ref: §7, figure 13, steps 6 to 8.
  });

  it('one that says nothing new, or comes from an earlier term, changes nothing', () => {
    const cluster = new Cluster({ n: 3 });
    cluster.writeLog(0, [1, 1, 1]);
    const snapshot = snapshotOf(cluster, 0, 2);
    cluster.start().give(1, 0, { type: 'install-snapshot', term: 3, snapshot });
    cluster.give(1, 0, { type: 'install-snapshot', term: 3, snapshot: snapshotOf(cluster, 0, 1) });
    cluster.give(1, 2, { type: 'install-snapshot', term: 2, snapshot: snapshotOf(cluster, 0, 3) });
    expect(cluster.state(1)).toMatchObject({ applied: 2, installedCount: 1, term: 3, leader: 0 });
    expect(cluster.sent.at(-1)?.message).toMatchObject({ type: 'append-refusal', term: 3 });
    // Ref: §7, figure 13, step 1.
  });

  it('a server that was away longer than the log reaches back is sent a snapshot, and survives a crash with it', () => {
    const cluster = new Cluster({ n: 3, config: { snapshotEntries: 5, blockTimeMs: 100 } }).start();
    const leader = cluster.elect();
    const away = (leader + 1) % 3;
    cluster.crash(away);
    cluster.run(cluster.now + 3_000_000);
    cluster.restart(away);
    cluster.run(cluster.now + 1_500_000);
    expect(cluster.state(away).installedCount).toBe(1);
    const { applied, ledger } = cluster.state(away);
    expect(applied).toBeGreaterThan(25);
    cluster.crash(away);
    cluster.restart(away);
    expect(cluster.state(away)).toMatchObject({ applied, ledger });
    expect(cluster.state(leader).log.base.index).toBeGreaterThan(20);
    expect(cluster.state(leader).log.entries.length).toBeLessThan(15);
    expect(cluster.disagreement()).toBeNull();
    // Ref: §7.
  });
});

describe('reads', () => {
  it('are answered only when a majority has answered a heartbeat sent after they came', () => {
    let isCut = false;
    const route = () => (isCut ? [] : [10_000]);
    const cluster = new Cluster({ n: 3, route }).start();
    const leader = cluster.elect();
    cluster.run(cluster.now + 500_000);
    const answers = () => cluster.sent.filter(({ message }) => message.type === 'read-reply').length;
    cluster.give(leader, 3, { type: 'read', id: 1, account: 0 });
    expect(answers()).toBe(0);
    cluster.run(cluster.now + 25_000);
    expect(answers()).toBe(1);
    isCut = true;
    cluster.give(leader, 3, { type: 'read', id: 2, account: 0 });
    cluster.run(cluster.now + 1_000_000);
    expect(answers()).toBe(1);
    // Ref: §8; thesis §6.4.
  });

  it('wait in a new term for its first commit, and are answered by nobody but the leader', () => {
    const cluster = new Cluster({ n: 3 }).start();
    const leader = cluster.elect();
    cluster.give(leader, 3, { type: 'read', id: 1, account: 0 });
    cluster.give((leader + 1) % 3, 3, { type: 'read', id: 2, account: 0 });
    expect(cluster.sent.at(-1)?.message).toMatchObject({ type: 'redirect', id: 2 });
    cluster.run(cluster.now + 400_000);
    const replies = cluster.sent.flatMap(({ message }) => (message.type === 'read-reply' ? [message] : []));
    expect(replies).toMatchObject([{ id: 1, client: 3, index: 1, balance: 1000 }]);
    // Ref: thesis §6.4, step 1.
  });
});
