/** Claims of the paper, one a test; the last line of each comment is where it stands. Yin et al., PODC '19, arXiv 1803.05069. */
import { describe, expect, it } from 'vitest';
import { assembleBlock, blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import type { Message, Qc } from './messages.ts';
import { isSafe, isThreeChain, mayVote, REFUSED, verifyQc } from './rules.ts';
import { digestOfQc, heightOf } from './signing.ts';
import { createState, type State } from './state.ts';
import { createNetwork, heightsOf, type Network } from './testing/harness.ts';
import { insertBlock, learnQc, ledgerAt } from './tree.ts';

const SIGNATURE = new Uint8Array(8);
const FAST = { blockTimeMs: 0, viewChangeTimeoutMs: 100, statusPeriodMs: 100 };

function contextOf(network: Network) {
  const ctx = network.contexts[0];
  if (ctx === undefined) throw new Error('no context');
  return ctx;
}

function qcFor(block: Block, signers: readonly number[] = [0, 1, 2], phase: Qc['phase'] = 'prepare'): Qc {
  const votes = signers.map((signer) => ({ signer, signature: SIGNATURE }));
  return { phase, view: block.epoch, height: block.height, digest: blockHash(block), votes };
}

/** A replica of the chained form that is told of blocks of these views, each on top of the one before. */
function chainOf(views: readonly number[], mutant?: string) {
  const network = createNetwork({ n: 4, config: FAST, ...(mutant === undefined ? {} : { mutant }) });
  const ctx = contextOf(network);
  const state = createState(ctx);
  const blocks: Block[] = [];
  let below: Qc | null = null;
  const decided: number[] = [];
  for (const view of views) {
    const block = blockOn(state, below, view, ctx);
    insertBlock(state, block, ctx);
    blocks.push(block);
    below = qcFor(block);
    decided.push(learnQc(state, below, ctx).length);
  }
  return { state, ctx, blocks, decided };
}

function blockOn(state: State, below: Qc | null, view: number, ctx: ReturnType<typeof contextOf>): Block {
  const ledger = ledgerAt(state, digestOfQc(below));
  if (ledger === null) throw new Error('no such parent');
  const header = { height: heightOf(below) + 1, parent: digestOfQc(below), proposer: view % 4, epoch: view };
  return assembleBlock(ledger, [], { ...header, validators: null }, blockRules(ctx));
}

describe('safeNode', () => {
  const lock = { view: 5, height: 5, digest: 'aa' };

  /** Ref: Algorithm 1, line 26 (safety rule). */
  it('accepts what extends the locked block, whatever the view of its certificate', () => {
    expect(isSafe({ height: 6, justifyView: 5, extendsLock: true }, lock, null)).toBe(true);
    expect(isSafe({ height: 9, justifyView: 2, extendsLock: true }, lock, null)).toBe(true);
  });

  /** Ref: Algorithm 1, line 27 (liveness rule). */
  it('accepts a conflicting block only with a certificate of a later view than the lock', () => {
    expect(isSafe({ height: 3, justifyView: 6, extendsLock: false }, lock, null)).toBe(true);
    expect(isSafe({ height: 9, justifyView: 5, extendsLock: false }, lock, null)).toBe(false);
    expect(isSafe({ height: 9, justifyView: 4, extendsLock: false }, lock, null)).toBe(false);
  });

  it('by height alone accepts what it must refuse: the mutant', () => {
    const block = { height: 9, justifyView: 4, extendsLock: false };
    expect(isSafe(block, lock, 'hotstuff-height-lock')).toBe(true);
  });

  /** Ref: §5 (vheight), §4.1. */
  it('comes after: one vote a view and phase, never back', () => {
    expect(mayVote({ view: 3, phase: 0 }, 3, 0)).toBe(false);
    expect(mayVote({ view: 3, phase: 1 }, 3, 0)).toBe(false);
    expect(mayVote({ view: 3, phase: 0 }, 3, 1)).toBe(true);
    expect(mayVote({ view: 3, phase: 2 }, 4, 0)).toBe(true);
    expect(mayVote({ view: 3, phase: 0 }, 2, 2)).toBe(false);
  });
});

describe('chains of certificates', () => {
  /** Ref: §5.1 (one-chain: generic QC). */
  it('a one-chain decides and locks nothing', () => {
    const { state, decided } = chainOf([1]);
    expect(decided).toEqual([0]);
    expect(state.lock.view).toBe(0);
    expect(state.highQc?.view).toBe(1);
  });

  /** Ref: §5.1 (two-chain); Algorithm 3, line 25. */
  it('a two-chain locks its lower block, with or without a gap', () => {
    for (const views of [
      [1, 2],
      [1, 7],
    ]) {
      const { state, decided, blocks } = chainOf(views);
      expect(decided).toEqual([0, 0]);
      expect(state.lock).toEqual({ view: 1, height: 1, digest: blocks[0] && blockHash(blocks[0]) });
    }
  });

  /** Ref: §5.1 (three-chain); Algorithm 3, lines 26–28. */
  it('a three-chain with direct parents decides its lowest block', () => {
    const { state, decided, blocks } = chainOf([1, 2, 3]);
    expect(decided).toEqual([0, 0, 1]);
    expect(state.tip).toBe(blocks[0] && blockHash(blocks[0]));
    expect(state.lock.view).toBe(2);
  });

  /** Ref: §5.1 (b″.parent = b′ ∧ b′.parent = b). */
  it('a gap of a view anywhere in the three decides nothing; the mutant decides across it', () => {
    expect(chainOf([1, 2, 4]).decided).toEqual([0, 0, 0]);
    expect(chainOf([1, 3, 4]).decided).toEqual([0, 0, 0]);
    expect(chainOf([1, 2, 4], 'hotstuff-gap-commit').decided).toEqual([0, 0, 1]);
    expect(isThreeChain({ b: 4, b1: 5, b2: 6 }, null)).toBe(true);
    expect(isThreeChain({ b: 4, b1: 5, b2: 7 }, null)).toBe(false);
    expect(isThreeChain({ b: 3, b1: 5, b2: 6 }, null)).toBe(false);
  });

  /** Ref: Algorithm 3, line 28 (executes the branch up to b). */
  it('the first three-chain after gaps decides everything below it, lowest first', () => {
    const { state, decided } = chainOf([1, 3, 5, 6, 7]);
    expect(decided).toEqual([0, 0, 0, 0, 3]);
    expect(state.chain.map(({ block }) => block.epoch)).toEqual([1, 3, 5]);
  });

  /** Ref: Algorithm 3, line 25 (lockedQC only rises). */
  it('a late certificate moves neither the lock nor the highest certificate back', () => {
    const { state, ctx, blocks } = chainOf([1, 2, 4]);
    const { lock, highQc } = state;
    for (const block of blocks) learnQc(state, qcFor(block), ctx);
    expect([state.lock, state.highQc]).toEqual([lock, highQc]);
  });

  it('a branch that conflicts with a decision is forgotten', () => {
    const { state, ctx, blocks } = chainOf([1, 2]);
    const [first] = blocks;
    if (first === undefined) throw new Error('no block');
    const rival = blockOn(state, qcFor(first), 3, ctx);
    insertBlock(state, rival, ctx);
    expect(state.tree.has(blockHash(rival))).toBe(true);
    let below = blocks[1] ?? first;
    for (const view of [4, 5, 6]) {
      below = blockOn(state, qcFor(below), view, ctx);
      insertBlock(state, below, ctx);
      learnQc(state, qcFor(below), ctx);
    }
    expect(state.chain.map(({ block }) => block.epoch)).toEqual([1, 2, 4]);
    expect(state.tree.has(blockHash(rival))).toBe(false);
  });
});

describe('quorum certificates', () => {
  const { ctx, blocks } = chainOf([1]);
  const block = blocks[0];
  if (block === undefined) throw new Error('no block');

  /** Ref: §4.1 (a QC combines n − f votes of distinct replicas). */
  it('need a quorum of distinct replicas', () => {
    expect(verifyQc(qcFor(block, [0, 1, 3]), ctx)).toBeNull();
    expect(verifyQc(qcFor(block, [0, 1]), ctx)).toBe(REFUSED.few);
    expect(verifyQc(qcFor(block, [0, 1, 1]), ctx)).toBe(REFUSED.repeated);
    expect(verifyQc(qcFor(block, [0, 1, 4]), ctx)).toBe(REFUSED.foreign);
    expect(verifyQc(qcFor(block), { ...ctx, verify: () => false })).toBe(REFUSED.forged);
    expect(verifyQc(qcFor(block, [1, 1, 1]), { ...ctx, mutant: 'qc-repeated-signers' })).toBeNull();
  });

  it('are not made of votes that one replica repeats', () => {
    const network = createNetwork({ n: 4, config: FAST });
    const vote: Message = { type: 'vote', view: 1, height: 1, digest: 'a'.repeat(64) };
    for (let i = 0; i < 5; i++) network.give(2, 3, vote);
    network.give(2, 0, vote);
    expect(network.state(2).highQc).toBeNull();
    network.give(2, 1, vote);
    expect(network.state(2).highQc?.votes.map(({ signer }) => signer)).toEqual([3, 0, 1]);
  });
});

describe('costs', () => {
  const count = (network: Network, types: readonly string[]) =>
    network.sent.reduce((sum, { to, message }) => {
      return types.includes(message.type) ? sum + (to === null ? network.options.n - 1 : 1) : sum;
    }, 0);

  /** Ref: §1, table 1; §4.2 (linear in n). */
  it.each([4, 7, 16])('n − 1 messages to the leader and n − 1 back in every phase of the basic form, n = %i', (n) => {
    const network = createNetwork({ n, config: { ...FAST, mode: 'basic' } }).start();
    network.run(100_000, () => heightsOf(network).every((height) => height >= 1));
    for (const type of ['vote', 'pre-commit-vote', 'commit-vote', 'pre-commit', 'commit', 'decide']) {
      expect(count(network, [type]), type).toBe(n - 1);
    }
  });

  /** Ref: §5 (a view is a phase of several blocks at once). */
  it.each([4, 7, 16])('2(n − 1) messages a decided block in the chained form, n = %i', (n) => {
    const network = createNetwork({ n, config: FAST }).start();
    network.run(1_011_000);
    const views = network.sent.filter(({ message }) => message.type === 'proposal').length;
    expect(views).toBe(51);
    expect(count(network, ['proposal'])).toBe(views * (n - 1));
    expect(count(network, ['vote'])).toBe(views * (n - 1));
    expect(network.sent.filter(({ message }) => message.type === 'new-view')).toEqual([]);
  });
});

describe('missing blocks', () => {
  it('a parent that comes after the certificate for it is certified all the same', () => {
    // v3 gets the first block 55 ms late, after two others that build on it.
    const network = createNetwork({
      n: 4,
      config: FAST,
      route: ({ to, message }) => [message.type === 'proposal' && message.view === 1 && to === 3 ? 55_000 : 10_000],
    });
    network.start().run(300_000);
    const [entry] = network.state(3).chain;
    expect(entry?.qc.digest).toBe(entry && blockHash(entry.block));
    expect(heightsOf(network)[3]).toBeGreaterThan(8);
  });

  /** Ref: §5, Algorithm 5 (a replica fetches what a certificate names). */
  it('are fetched from who showed the certificate, and then voted upon', () => {
    const network = createNetwork({
      n: 4,
      config: FAST,
      route: ({ to, message }, now) => (message.type === 'proposal' && to === 3 && now < 60_000 ? [] : [10_000]),
    });
    network.start().run(600_000);
    expect(network.sent.some(({ from, message }) => from === 3 && message.type === 'sync-request')).toBe(true);
    expect(Math.min(...heightsOf(network))).toBeGreaterThan(8);
    expect(network.disagreement()).toBeNull();
  });

  it('are fetched on and on where one answer is too short to decide anything', () => {
    // While v3 is down the views of which it is leader or collector fail: of two blocks in a row never three views are.
    const config = { ...FAST, viewChangeTimeoutMs: 100, statusPeriodMs: 100, syncBatch: 2 };
    const network = createNetwork({ n: 4, config });
    network.at(200_000, () => network.crash(3));
    network.at(4_000_000, () => network.restart(3));
    network.start().run(3_999_999);
    const missed = heightsOf(network)[0] as number;
    network.run(5_000_000);
    expect(missed).toBeGreaterThan(15);
    expect(heightsOf(network)[3]).toBeGreaterThan(missed);
    expect(network.disagreement()).toBeNull();
  });
});
