/** Claims of arXiv 1807.04938, Algorithm 1, rule by rule; the line stands behind `Ref`. Subject is v3 of four at height 1. */
import { describe, expect, it } from 'vitest';
import { blockHash } from '../../ledger/block.ts';
import { NIL } from './messages.ts';
import { mayPrevote } from './rules.ts';
import { SELF, Subject } from './testing/subject.ts';

const short = (digest: string): string => digest.slice(0, 6);

/** Locked on the block of round 0, in round 1. */
function lockedInRound1(subject = new Subject()): { readonly subject: Subject; readonly digest: string } {
  const block = subject.block(0);
  const digest = blockHash(block);
  subject.propose(0, block);
  subject.prevotes(0, digest, [0, 1]);
  subject.precommits(0, NIL, [0, 1]);
  subject.fire('precommit');
  return { subject, digest };
}

describe('StartRound', () => {
  it('the proposer proposes, everyone else waits for timeoutPropose, which grows with the round', () => {
    const subject = new Subject();
    expect(subject.cluster.sent.filter(({ message }) => message.type === 'proposal').map(({ from }) => from)).toEqual([
      0,
    ]);
    expect(subject.timer('propose')).toEqual({ round: 0, afterMs: 1500 });
    subject.passRound(0);
    expect(subject.timer('propose')).toEqual({ round: 1, afterMs: 2000 });
    subject.passRound(1);
    expect(subject.timer('propose')).toEqual({ round: 2, afterMs: 2500 });
    // Ref: lines 11–21.
  });

  it('a proposer proposes its valid value with its valid round, a new block where it has none', () => {
    for (const hasPolka of [true, false]) {
      const subject = new Subject();
      const block = subject.block(0);
      subject.propose(0, block);
      if (hasPolka) subject.prevotes(0, blockHash(block), [0, 1]);
      else subject.prevotes(0, NIL, [0, 1, 2]);
      subject.precommits(0, NIL, [0, 1, 2]);
      subject.fire('precommit');
      for (const round of [1, 2]) subject.passRound(round);
      const proposal = subject.cluster.sent.filter(({ from }) => from === SELF).map(({ message }) => message);
      const own = proposal.find(({ type }) => type === 'proposal');
      expect(own).toMatchObject({ round: 3, validRound: hasPolka ? 0 : -1 });
      expect(own?.type === 'proposal' && blockHash(own.block) === blockHash(block)).toBe(hasPolka);
    }
    // Ref: lines 14–19.
  });
});

describe('a new block is proposed', () => {
  it('it is prevoted, once', () => {
    const subject = new Subject();
    const digest = blockHash(subject.block(0));
    subject.propose(0);
    subject.propose(0);
    expect(subject.votes()).toEqual([`prevote 0 ${short(digest)}`]);
    expect(subject.state.step).toBe('prevote');
    // Ref: lines 22–24.
  });

  it('an invalid block gets nil: wrong parent, wrong state, wrong round, wrong proposer', () => {
    const good = new Subject().block(0);
    const zeros = '0'.repeat(64);
    const bad = [
      { ...good, parent: '1'.repeat(64) },
      { ...good, stateRoot: zeros },
      { ...good, txRoot: zeros },
      { ...good, proposer: 1 },
      { ...good, validators: [0, 1, 2] },
    ];
    for (const block of bad) {
      const subject = new Subject();
      subject.propose(0, block);
      expect(subject.votes()).toEqual(['prevote 0 nil']);
    }
    const late = new Subject();
    late.passRound(0);
    late.propose(1, late.block(0));
    expect(late.votes().at(-1)).toBe('prevote 1 nil');
    // Ref: lines 23, 26.
  });

  it('who is not the proposer of the round is not heard', () => {
    const subject = new Subject();
    subject.cluster.give(SELF, 1, { type: 'proposal', height: 1, round: 0, validRound: -1, block: subject.block(0) });
    expect(subject.votes()).toEqual([]);
    // Ref: line 22, "from proposer(h, round)".
  });

  it('who is locked on another block prevotes nil', () => {
    const { subject } = lockedInRound1();
    subject.propose(1);
    expect(subject.votes().at(-1)).toBe('prevote 1 nil');
    // Ref: lines 23, 26.
  });
});

describe('a block with a polka is proposed again', () => {
  it('who is not locked prevotes it, once the polka of the valid round is here; until then it asks for it', () => {
    const subject = new Subject();
    const block = subject.block(0);
    subject.passRound(0);
    subject.propose(1, block, 0);
    expect(subject.votes().at(-1)).not.toContain('prevote 1');
    expect(subject.cluster.sent.at(-1)).toMatchObject({ from: SELF, to: 1, message: { type: 'heartbeat' } });
    subject.prevotes(0, blockHash(block), [2]);
    expect(subject.votes().at(-1)).not.toContain('prevote 1');
    subject.cluster.give(SELF, 1, {
      type: 'polka',
      height: 1,
      round: 0,
      digest: blockHash(block),
      votes: [0, 1, 2].map((signer) => ({ signer, signature: new Uint8Array(8) })),
    });
    expect(subject.votes().at(-1)).toBe(`prevote 1 ${short(blockHash(block))}`);
    // Ref: lines 28–30.
  });

  it('a polka in the round of the lock or later opens the lock, an earlier one does not', () => {
    const { subject } = lockedInRound1();
    const other = subject.block(1);
    subject.propose(1, other);
    subject.prevotes(1, blockHash(other), [0, 1, 2]);
    subject.precommits(1, NIL, [0, 1]);
    subject.fire('precommit');
    subject.propose(2, other, 1);
    expect(subject.votes().at(-1)).toBe(`prevote 2 ${short(blockHash(other))}`);
    expect(mayPrevote({ round: 2, digest: 'a' }, 'b', 2, null)).toBe(true);
    expect(mayPrevote({ round: 2, digest: 'a' }, 'b', 1, null)).toBe(false);
    expect(mayPrevote({ round: 2, digest: 'a' }, 'a', 1, null)).toBe(true);
    expect(mayPrevote({ round: 0, digest: 'a' }, 'b', -1, null)).toBe(false);
    // Ref: lines 28–29.
  });

  it('who locked another block after the valid round prevotes nil', () => {
    const subject = new Subject();
    const [first, second] = [subject.block(0), subject.block(1)];
    subject.passRound(0);
    subject.propose(1, second);
    subject.prevotes(1, blockHash(second), [0, 1]);
    subject.precommits(1, NIL, [0, 1]);
    expect(subject.state.lock).toEqual({ round: 1, digest: blockHash(second) });
    subject.fire('precommit');
    // v2 was heard first for it; v0 and v1, who had said nil, count for it too.
    subject.prevotes(0, blockHash(first), [2, 0, 1]);
    subject.propose(2, first, 0);
    expect(subject.votes().at(-1)).toBe('prevote 2 nil');
    expect(subject.fired('line 32')).toBe(1);
    // Ref: lines 29, 32.
  });
});

describe('prevotes', () => {
  it('two thirds that disagree start timeoutPrevote, once; then precommit nil', () => {
    const subject = new Subject();
    subject.propose(0);
    subject.prevotes(0, NIL, [0]);
    expect(subject.timer('prevote')).toBeNull();
    subject.prevotes(0, 'a'.repeat(64), [1]);
    expect(subject.timer('prevote')).toEqual({ round: 0, afterMs: 1000 });
    subject.cluster.run(400_000);
    subject.prevotes(0, NIL, [2]);
    expect(subject.fired('line 34')).toBe(1);
    expect(subject.timer('prevote')?.afterMs).toBeCloseTo(600, 0);
    subject.fire('prevote');
    expect(subject.votes().at(-1)).toBe('precommit 0 nil');
    expect(subject.state.step).toBe('precommit');
    // Ref: lines 34–35, 61–64.
  });

  it('a polka for the proposal locks it, makes it the valid value, and is precommitted', () => {
    const subject = new Subject();
    const digest = blockHash(subject.block(0));
    subject.propose(0);
    subject.prevotes(0, digest, [0, 1]);
    expect(subject.votes()).toEqual([`prevote 0 ${short(digest)}`, `precommit 0 ${short(digest)}`]);
    expect(subject.state.lock).toEqual({ round: 0, digest });
    expect(subject.state.valid).toMatchObject({ round: 0, digest });
    // Ref: lines 36–43.
  });

  it('after the precommit a polka only makes the block valid', () => {
    const subject = new Subject();
    const digest = blockHash(subject.block(0));
    subject.propose(0);
    subject.prevotes(0, NIL, [0, 1]);
    subject.fire('prevote');
    subject.prevotes(0, digest, [2]);
    expect(subject.state.valid).toBeNull();
    // v0 lied: it prevoted nil towards us, and the block towards others. Its second vote counts for the block.
    subject.prevotes(0, digest, [0]);
    expect(subject.state.lock.round).toBe(-1);
    expect(subject.state.valid).toMatchObject({ round: 0, digest });
    expect(subject.votes().at(-1)).toBe('precommit 0 nil');
    expect(subject.cluster.evidence.filter(({ by }) => by === SELF)).toEqual([
      { by: SELF, against: 0, what: 'two PREVOTEs for one height and round' },
    ]);
    // Ref: lines 36, 42–43.
  });

  it('a polka before the own prevote waits for it', () => {
    const subject = new Subject();
    const digest = blockHash(subject.block(0));
    subject.prevotes(0, digest, [0, 1, 2]);
    expect(subject.votes()).toEqual([]);
    subject.propose(0);
    expect(subject.votes()).toEqual([`prevote 0 ${short(digest)}`, `precommit 0 ${short(digest)}`]);
    // Ref: line 36, "while step ≥ prevote".
  });

  it('nor does one make a block valid whose proposal cannot be judged yet; who prevoted nil for it still locks it', () => {
    const subject = new Subject();
    const block = subject.block(0);
    subject.passRound(0);
    subject.propose(1, block, 0);
    subject.prevotes(1, blockHash(block), [0, 1, 2]);
    expect([subject.state.step, subject.state.valid]).toEqual(['propose', null]);
    subject.fire('propose');
    expect(subject.votes().slice(-2)).toEqual(['prevote 1 nil', `precommit 1 ${short(blockHash(block))}`]);
    expect(subject.state.lock).toEqual({ round: 1, digest: blockHash(block) });
    // Ref: lines 28, 36, 57.
  });

  it('two thirds for nil are precommitted as nil at once', () => {
    const subject = new Subject();
    subject.propose(0);
    subject.prevotes(0, NIL, [0, 1, 2]);
    expect(subject.votes().at(-1)).toBe('precommit 0 nil');
    // Ref: lines 44–46.
  });
});

describe('precommits', () => {
  it('two thirds, whatever for, start timeoutPrecommit, once and in any step; then the next round', () => {
    const subject = new Subject();
    subject.precommits(0, NIL, [0]);
    subject.precommits(0, 'a'.repeat(64), [1]);
    expect(subject.timer('precommit')).toBeNull();
    subject.precommits(0, NIL, [2]);
    expect(subject.timer('precommit')).toEqual({ round: 0, afterMs: 1000 });
    expect(subject.state.step).toBe('propose');
    subject.propose(0);
    subject.prevotes(0, NIL, [0, 1, 2]);
    expect(subject.fired('line 47')).toBe(1);
    subject.fire('precommit');
    expect(subject.state).toMatchObject({ round: 1, step: 'propose' });
    // Ref: lines 47–48, 65–67.
  });

  it('two thirds for a block decide it, also in a round that was left, and locks and rounds begin anew', () => {
    const { subject, digest } = lockedInRound1();
    subject.precommits(0, digest, [2]);
    expect(subject.state.chain).toEqual([]);
    const before = subject.state.height;
    // A liar's second precommit completes it: its own and those of v2 and v3 are two thirds.
    subject.precommits(0, digest, [1]);
    expect(subject.state).toMatchObject({ height: before + 1, round: 0, step: 'new-round', valid: null });
    expect(subject.state.lock.round).toBe(-1);
    expect(subject.cluster.decisions[SELF]).toMatchObject([{ slot: 1, epoch: 0, digest }]);
    // Ref: lines 49–54.
  });

  it('decide nothing without the block, which is asked for; nil is never decided', () => {
    const subject = new Subject();
    const digest = blockHash(subject.block(0));
    subject.precommits(0, digest, [0, 1, 2]);
    expect(subject.state.chain).toEqual([]);
    expect(subject.cluster.sent.some(({ from, message }) => from === SELF && message.type === 'sync-request')).toBe(
      true,
    );
    subject.propose(0);
    expect(subject.state.chain.length).toBe(1);
    const other = new Subject();
    other.propose(0);
    other.precommits(0, NIL, [0, 1, 2]);
    expect(other.state.chain).toEqual([]);
    // Ref: line 49.
  });
});

describe('later rounds', () => {
  it('one validator there is not followed, f+1 are, whatever they say', () => {
    const subject = new Subject();
    subject.prevotes(3, NIL, [1]);
    subject.precommits(3, NIL, [1]);
    expect(subject.state.round).toBe(0);
    subject.cluster.give(SELF, 2, { type: 'heartbeat', height: 1, round: 2, step: 'propose', validRound: -1, beat: 0 });
    expect(subject.state).toMatchObject({ round: 2, step: 'propose' });
    subject.prevotes(7, NIL, [0]);
    expect(subject.state.round).toBe(3);
    // v1 is in round 3 and v0 in round 7: two are in round 3 at least.
    // Ref: lines 55–56.
  });

  it('votes heard before count when the round is entered', () => {
    const subject = new Subject();
    subject.prevotes(1, NIL, [0, 1, 2]);
    expect(subject.state.round).toBe(1);
    subject.fire('propose');
    expect(subject.votes()).toEqual(['prevote 1 nil', 'precommit 1 nil']);
    // Ref: lines 44, 55.
  });

  it('a polka that comes after its round was left makes the block valid, but locks nothing', () => {
    const subject = new Subject();
    const block = subject.block(0);
    subject.propose(0, block);
    subject.precommits(0, NIL, [0, 1, 2]);
    subject.fire('precommit');
    subject.prevotes(0, blockHash(block), [0, 1]);
    expect(subject.state.valid).toMatchObject({ round: 0, digest: blockHash(block) });
    expect(subject.state.lock.round).toBe(-1);
    // Ref: lines 42–43; what the paper's Δ-gossip brings in time, ours may bring a round late.
  });
});

describe('timeouts', () => {
  it('timeoutPropose prevotes nil, and only in the step propose of its round', () => {
    const subject = new Subject();
    subject.fire('propose');
    expect(subject.votes()).toEqual(['prevote 0 nil']);
    const other = new Subject();
    other.propose(0);
    other.fire('propose');
    expect(other.votes().length).toBe(1);
    // Ref: lines 57–60.
  });

  it('a timer of a round or height that was left is inert', () => {
    const subject = new Subject();
    subject.passRound(0);
    const votes = subject.votes();
    const { state, cluster } = subject;
    const stale = { kind: 'prevote', height: 1, round: 0 } as const;
    cluster.timers[SELF]?.set('prevote', { timer: stale, generation: 0, due: cluster.now });
    subject.fire('prevote');
    expect([subject.votes(), state.round]).toEqual([votes, 1]);
    // Ref: lines 58, 62, 66.
  });
});

describe('voting power', () => {
  it('quorums are sums of power: 7 of 11 are not more than two thirds, 8 are, though they are two of five', () => {
    const stakes = [4, 1, 1, 1, 4];
    const subject = new Subject({ stakes });
    expect([subject.state.quorum, subject.state.correctPower]).toEqual([8, 4]);
    subject.fire('propose');
    subject.prevotes(0, NIL, [0, 4]);
    expect(subject.votes()).toEqual(['prevote 0 nil', 'precommit 0 nil']);
    // With its own: 1 + 1 + 1 + 4.
    subject.precommits(0, NIL, [1, 2, 0]);
    expect(subject.state.rounds.get(0)?.precommits.heard).toBe(7);
    expect(subject.fired('line 47')).toBe(0);
    const other = new Subject({ stakes });
    other.precommits(0, NIL, [0, 4]);
    expect(other.fired('line 47')).toBe(1);
    // Ref: §2.2.
  });

  it('one heavy validator in a later round is f+1', () => {
    const subject = new Subject({ stakes: [4, 1, 1, 1, 4] });
    subject.prevotes(2, NIL, [1, 2]);
    expect(subject.state.round).toBe(0);
    subject.prevotes(2, NIL, [4]);
    expect(subject.state.round).toBe(2);
    // Ref: line 55.
  });
});
