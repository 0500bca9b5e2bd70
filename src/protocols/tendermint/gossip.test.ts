/** What stands in for gossip: who lacks something is sent it, so that what one correct validator received all do. Ref: §2.1. */
import { describe, expect, it } from 'vitest';
import { blockHash } from '../../ledger/block.ts';
import { type Heartbeat, NIL } from './messages.ts';
import { NOTE } from './notes.ts';
import { Cluster } from './testing/cluster.ts';
import { SELF, Subject } from './testing/subject.ts';

function beatOf(round: number, more: Partial<Heartbeat> = {}): Heartbeat {
  return { type: 'heartbeat', height: 1, round, step: 'prevote', validRound: -1, beat: 0, ...more };
}

/** What v3 has sent since `from` entries ago. */
function answers(subject: Subject, act: () => void): string[] {
  const before = subject.cluster.relayed.length;
  const sent = subject.cluster.sent.length;
  act();
  return [
    ...subject.cluster.relayed.slice(before).map(({ signer, message }) => `v${signer} ${message.type}`),
    ...subject.cluster.sent.slice(sent).map(({ message }) => message.type),
  ].sort();
}

describe('a heartbeat', () => {
  it('from the same round is answered with our own words', () => {
    const subject = new Subject();
    subject.propose(0);
    subject.prevotes(0, NIL, [0, 1, 2]);
    expect(answers(subject, () => subject.cluster.give(SELF, 1, beatOf(0)))).toEqual(['v3 precommit', 'v3 prevote']);
    const late = beatOf(0, { step: 'propose' });
    // Of the three others two help with large messages at a time: with beat 1 it is the turn of v3 too.
    const all = [0, 1, 2].map((beat) => answers(subject, () => subject.cluster.give(SELF, 1, { ...late, beat })));
    expect(all.flat().filter((what) => what === 'v0 proposal').length).toBeGreaterThanOrEqual(1);
    expect(all.flat().filter((what) => what === 'v0 proposal').length).toBeLessThan(3);
  });

  it('from a round that we left takes its sender along: the precommits of that round, also after a crash', () => {
    const subject = new Subject();
    subject.fire('propose');
    // v2 is a liar that only we heard: its precommit is what made us leave. So a storm (seed 54, four validators) once stood still.
    subject.precommits(0, NIL, [0, 1, 2]);
    subject.fire('precommit');
    expect(subject.state.round).toBe(1);
    const ask = () =>
      [0, 1, 2].flatMap((beat) => answers(subject, () => subject.cluster.give(SELF, 1, beatOf(0, { beat }))));
    const told = ask();
    expect(told).toContain('v2 precommit');
    expect(told).toContain('v0 precommit');
    expect(told).not.toContain('v1 precommit');
    subject.cluster.crash(SELF);
    subject.cluster.restart(SELF);
    expect(ask()).toContain('v2 precommit');
  });

  it('without our polka is answered with it and its proposal, by all within four beats', () => {
    const subject = new Subject();
    const block = subject.block(0);
    subject.propose(0, block);
    subject.prevotes(0, blockHash(block), [0, 1]);
    const told = [0, 1, 2, 3].map((beat) => answers(subject, () => subject.cluster.give(SELF, 2, beatOf(0, { beat }))));
    expect(told.some((list) => list.includes('polka') && list.includes('v0 proposal'))).toBe(true);
    const known = answers(subject, () => subject.cluster.give(SELF, 2, beatOf(0, { validRound: 0, beat: 1 })));
    expect(known).not.toContain('polka');
  });

  it('from a lower height is answered with where we stand, from a higher one with a request', () => {
    const subject = new Subject();
    expect(answers(subject, () => subject.cluster.give(SELF, 0, beatOf(0, { height: 9 })))).toEqual(['sync-request']);
    const ahead = new Cluster({ n: 4 }).start().run(1_500_000);
    const before = ahead.sent.length;
    ahead.give(2, 1, beatOf(0, { height: 1 }));
    expect(ahead.sent.slice(before)).toMatchObject([{ from: 2, to: 1, message: { type: 'heartbeat' } }]);
  });
});

describe('catching up', () => {
  it('a validator that was away takes over the decided blocks, each with its precommits', () => {
    const cluster = new Cluster({
      n: 4,
      route: ({ from, to }, now) => (now < 9_500_000 && (from === 3 || to === 3) ? [] : [10_000]),
    });
    cluster.start().run(9_400_000);
    const away = cluster.heights();
    expect(away[3]).toBe(0);
    expect(Math.min(...away.slice(0, 3))).toBeGreaterThan(2);
    cluster.run(14_000_000);
    const heights = cluster.heights();
    expect(Math.max(...heights) - (heights[3] ?? 0)).toBeLessThanOrEqual(1);
    expect(cluster.disagreement()).toBeNull();
  });

  it('blocks with too little behind them, or of the wrong place, are refused', () => {
    const subject = new Subject();
    const block = subject.block(0);
    const votes = [0, 1].map((signer) => ({ signer, signature: new Uint8Array(8) }));
    subject.cluster.give(SELF, 0, beatOf(0, { height: 5 }));
    subject.cluster.give(SELF, 0, { type: 'sync-response', entries: [{ block, round: 0, votes }] });
    subject.cluster.give(SELF, 0, { type: 'sync-response', entries: [{ block, round: 0, votes }] });
    expect(subject.state.chain).toEqual([]);
    expect(subject.notes()).toContain('certificate refused: its signers do not have two thirds of the power');
    expect(subject.notes()).toContain(NOTE.unsolicited);
  });
});

describe('the stall watch', () => {
  it('reports a stall once, who is silent, and the recovery', () => {
    const isCut = (now: number): boolean => now > 1_500_000 && now < 20_000_000;
    const cluster = new Cluster({
      n: 4,
      config: { stallMs: 5000 },
      route: ({ from, to }, now) => (isCut(now) && from < 2 !== to < 2 ? [] : [10_000]),
    });
    cluster.start().run(18_000_000);
    expect(cluster.notes.map((notes) => notes.filter((note) => note === NOTE.stalled).length)).toEqual([1, 1, 1, 1]);
    expect(cluster.states.map(({ silentCount }) => silentCount)).toEqual([2, 2, 2, 2]);
    cluster.run(40_000_000);
    expect(cluster.notes.map((notes) => notes.filter((note) => note === NOTE.recovered).length)).toEqual([1, 1, 1, 1]);
    expect(cluster.states.every(({ isStalled, silentCount }) => !isStalled && silentCount === 0)).toBe(true);
    expect(Math.min(...cluster.heights())).toBeGreaterThan(10);
  });

  it('a chain that waits for transactions is not stalled, and its validators show that they live', () => {
    const cluster = new Cluster({ n: 4, config: { emptyBlocks: false, stallMs: 5000 } }).start().run(20_000_000);
    expect(cluster.heights()).toEqual([0, 0, 0, 0]);
    expect(cluster.notes.flat()).toEqual([]);
    expect(cluster.sent.filter(({ message }) => message.type === 'heartbeat').length).toBeGreaterThan(30);
    cluster.submit(0, 5);
    cluster.run(21_000_000);
    expect(cluster.heights()).toEqual([1, 1, 1, 1]);
  });
});
