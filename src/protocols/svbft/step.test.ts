import { describe, expect, it } from 'vitest';
import { assembleBlock, blockHash } from '../../ledger/block.ts';
import { svbft } from './index.ts';
import type { Commit, Message, Prepare, Proposal, ViewChange } from './messages.ts';
import { NOTE } from './notes.ts';
import { REFUSED } from './rules.ts';
import { currentRound, type State } from './state.ts';
import { type Copy, Network, type NetworkOptions } from './testing/harness.ts';

/** Nothing moves by itself: tests deliver what they want heard. */
function quiet(options: Partial<NetworkOptions> = {}): Network {
  return new Network({ n: 4, ...options, route: () => [] }).start();
}

/** The proposal that the primary of height 1 makes in view 0. */
function proposed(network: Network): Proposal {
  network.run(10);
  const message = currentRound(state(network, 1)).proposal?.message;
  if (message === undefined) throw new Error('v1 did not propose');
  return message;
}

function state(network: Network, node: number): State {
  const found = network.states[node];
  if (found === undefined) throw new Error(`no v${node}`);
  return found;
}

function hear(network: Network, to: number, from: number, message: Message): void {
  network.deliver({ from, to, message, proof: network.sign(from, message) });
}

const prepare = (digest: string, view = 0, height = 1): Prepare => ({ type: 'prepare', height, view, digest });
const commit = (digest: string, view = 0, height = 1): Commit => ({ type: 'commit', height, view, digest });
const change = (view: number, prepared: ViewChange['prepared'] = null): ViewChange => ({
  type: 'view-change',
  height: 1,
  view,
  prepared,
});
const notes = (network: Network, node: number) =>
  network.log.filter((line) => line.includes(` v${node} · `)).map((line) => line.split('· ')[1]);
const said = (network: Network, node: number, type: string) =>
  network.log.filter((line) => line.includes(` v${node} → all ${type}`));

describe('normal case', () => {
  // Ref: Castro & Liskov OSDI '99, §4.2 (prepared: a pre-prepare and 2f prepares of different replicas beside it).
  it('prepared takes the proposal and a quorum of distinct PREPAREs for it, not one fewer', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    hear(network, 0, 1, proposal);
    hear(network, 0, 1, prepare(digest));
    hear(network, 0, 1, prepare(digest));
    expect(said(network, 0, 'COMMIT')).toHaveLength(0);
    hear(network, 0, 2, prepare(digest));
    expect(said(network, 0, 'COMMIT')).toHaveLength(1);
    expect(state(network, 0).prepared?.votes.map(({ signer }) => signer)).toEqual([0, 1, 2]);
  });

  // Ref: §4.2 (replicas accept messages in any order).
  it('votes that come before the proposal count once it is there', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    for (const voter of [1, 2, 3]) hear(network, 0, voter, prepare(digest));
    for (const voter of [1, 2, 3]) hear(network, 0, voter, commit(digest));
    expect(network.decisions[0]).toEqual([]);
    hear(network, 0, 1, proposal);
    expect(network.decisions[0]?.map((decision) => decision.digest)).toEqual([digest]);
  });

  // Ref: §4.2 (it has not accepted a pre-prepare for view v and sequence number n containing a different digest).
  it('a second proposal of one view is refused and convicts its primary, whichever comes first', () => {
    const network = quiet();
    network.submit(0, 0, 0, 1, 5);
    const first = proposed(network);
    const other = svbft.adversary.conflicting(first, state(network, 1), network.contexts[1] ?? fail()) as Proposal;
    hear(network, 0, 1, other);
    hear(network, 0, 1, first);
    hear(network, 0, 1, first);
    expect(said(network, 0, 'PREPARE')).toHaveLength(1);
    expect(currentRound(state(network, 0)).voted).toBe(blockHash(other.block));
    expect(network.evidence).toHaveLength(1);
    expect(network.evidence[0]).toMatchObject({
      by: 0,
      against: 1,
      first: { message: other },
      second: { message: first },
    });
  });

  // Ref: §4.2 (the pre-prepare is sent by the primary of the view).
  it('a proposal from anyone but the primary of its view is refused', () => {
    const network = quiet();
    const proposal = proposed(network);
    hear(network, 0, 2, proposal);
    expect(notes(network, 0)).toEqual([NOTE.notPrimary]);
  });

  it('a second, conflicting vote counts for nothing, and the pair is kept once', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    hear(network, 0, 1, proposal);
    hear(network, 0, 3, prepare('ab'.repeat(32)));
    for (let i = 0; i < 3; i++) hear(network, 0, 3, prepare(digest));
    hear(network, 0, 1, prepare(digest));
    expect(said(network, 0, 'COMMIT')).toHaveLength(0);
    expect(network.evidence.map(({ against, what }) => [against, what])).toEqual([
      [3, 'two PREPAREs for one height and view'],
    ]);
  });

  it("a block that a batch without its client's signature is in is refused", () => {
    const network = quiet();
    network.submit(0, 0, 0, 1, 5);
    const proposal = proposed(network);
    const [signed] = proposal.block.batches;
    if (signed === undefined) throw new Error('the block is empty');
    const batches = [
      { batch: { ...signed.batch, transfers: [{ from: 0, to: 2, amount: 5 }] }, signature: signed.signature },
    ];
    const target = state(network, 0);
    const { assembled } = rebuilt(target, network, proposal, batches);
    hear(network, 0, 1, { ...proposal, block: assembled });
    expect(notes(network, 0)).toEqual([NOTE.badBatch]);
  });
});

describe('view change', () => {
  // Ref: §4.4 (after the timer expires the backup stops accepting messages other than checkpoint, view-change, new-view).
  it('whoever left a view prepares nothing in it any more', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    hear(network, 0, 1, proposal);
    network.run(4_100_000);
    expect(state(network, 0).view).toBe(1);
    for (const voter of [1, 2, 3]) hear(network, 0, voter, prepare(digest));
    expect(said(network, 0, 'COMMIT')).toHaveLength(0);
    expect(state(network, 0).prepared).toBeNull();
  });

  // Ref: §4.5.2 (f+1 valid view-change messages for views greater than its current view: joins the smallest).
  it('f+1 others in higher views are joined in the smallest of theirs; one alone is not', () => {
    const network = quiet();
    hear(network, 0, 1, change(5));
    expect(state(network, 0).view).toBe(0);
    hear(network, 0, 2, change(3));
    expect([state(network, 0).view, state(network, 0).phase]).toEqual([3, 'changing']);
  });

  // Ref: §4.4 (the new-view picks the value of the prepared certificate with the highest view).
  it('the new primary proposes the block of the highest prepared view again, and says why', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    for (const node of [0, 2]) hear(network, node, 1, proposal);
    for (const voter of [1, 2]) hear(network, 0, voter, prepare(digest));
    const lock = state(network, 0).prepared;
    if (lock === null) throw new Error('v0 is not prepared');
    network.run(4_100_000);
    hear(network, 2, 3, change(1));
    hear(network, 2, 0, change(1, lock));
    const again = currentRound(state(network, 2)).proposal?.message;
    expect(again).toMatchObject({ view: 1, block: proposal.block });
    expect(again?.justification?.certificate).toEqual(lock.votes);
    expect(again?.justification?.changes.map(({ signer, prepared }) => [signer, prepared?.view ?? null])).toEqual([
      [2, null],
      [3, null],
      [0, 0],
    ]);
  });

  // Ref: §4.4 (a replica verifies the set O by performing a computation similar to the one used by the primary).
  it.each<[string, (proposal: Proposal, network: Network) => Proposal, string]>([
    ['fewer view changes than a quorum', (p) => withChanges(p, (c) => c.slice(1)), REFUSED.changes],
    ['a view change that appears twice', (p) => withChanges(p, (c) => [...c.slice(1), ...c.slice(2)]), REFUSED.changes],
    [
      'a forged view change',
      (p) => withChanges(p, ([a, ...c]) => [{ ...(a ?? fail()), signature: new Uint8Array(8) }, ...c]),
      REFUSED.change,
    ],
    ['a dropped claim', (p) => withChanges(p, (c) => c.map((item) => ({ ...item, prepared: null }))), REFUSED.stale],
    ['a certificate short of a quorum', (p) => withCertificate(p, (votes) => votes.slice(1)), REFUSED.few],
    [
      'a certificate with a repeated signer',
      (p) => withCertificate(p, (v) => [...v.slice(1), ...v.slice(2)]),
      REFUSED.repeated,
    ],
    [
      'another block',
      (p, network) => ({ ...p, block: { ...p.block, epoch: 1, proposer: network.states[2]?.self ?? 2 } }),
      REFUSED.value,
    ],
  ])('a new view with %s is refused', (_, forgeWith, reason) => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    for (const node of [0, 2]) hear(network, node, 1, proposal);
    for (const voter of [1, 2]) hear(network, 0, voter, prepare(digest));
    network.run(4_100_000);
    hear(network, 2, 3, change(1));
    hear(network, 2, 0, change(1, state(network, 0).prepared));
    const genuine = currentRound(state(network, 2)).proposal?.message ?? fail();
    hear(network, 3, 2, forgeWith(genuine, network));
    expect(notes(network, 3).at(-1)).toBe(reason);
    expect(currentRound(state(network, 3)).proposal).toBeNull();
    hear(network, 3, 2, genuine);
    expect(currentRound(state(network, 3)).voted).toBe(digest);
  });

  // Ref: §4.4 (a new-view with a bad certificate is refused by everyone: a liar that repeats a true claim must not place one).
  it('a claim that is known to be true carries the certificate that was verified, not the one that came with it', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    hear(network, 0, 1, proposal);
    for (const voter of [1, 2]) hear(network, 0, voter, prepare(digest));
    const lock = state(network, 0).prepared ?? fail();
    const garbage = lock.votes.map(({ signer }) => ({ signer, signature: new Uint8Array(8) }));
    hear(network, 2, 3, change(1));
    hear(network, 2, 0, change(5, lock));
    hear(network, 2, 3, change(5, { ...lock, votes: garbage }));
    const again = currentRound(state(network, 2)).proposal?.message;
    expect(again).toMatchObject({ view: 5, block: proposal.block });
    expect(again?.justification?.certificate).toEqual(lock.votes);
  });

  // A hash is that of the header: a traitor that changes a client's signature in what was prepared does not change it.
  it('the block proposed again is the one that was prepared, to the last signature', () => {
    const network = quiet();
    network.submit(0, 0, 0, 1, 5);
    const { block } = proposed(network);
    const batches = block.batches.map((signed) => ({ ...signed, signature: new Uint8Array(8) }));
    const altered = { ...block, batches };
    const digest = blockHash(block);
    expect([blockHash(altered), batches.length]).toEqual([digest, 1]);
    hear(network, 0, 1, { type: 'proposal', height: 1, view: 0, block, justification: null });
    for (const voter of [1, 2]) hear(network, 0, voter, prepare(digest));
    const lock = state(network, 0).prepared ?? fail();
    hear(network, 2, 0, change(1, lock));
    hear(network, 2, 3, change(1, { ...lock, block: altered }));
    hear(network, 2, 1, change(1, lock));
    const again = currentRound(state(network, 2)).proposal?.message ?? fail();
    expect(again.block).toEqual(block);
    hear(network, 0, 2, { ...again, block: altered });
    expect(notes(network, 0)).toEqual(['proposal refused: wrong transaction root']);
    hear(network, 0, 2, again);
    expect(currentRound(state(network, 0)).proposal?.message.block.batches).toEqual(block.batches);
  });

  it('a view change whose claim is not proved is refused', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    const votes = [1, 2].map((voter) => network.sign(voter, prepare(digest)));
    hear(network, 0, 3, change(1, { view: 0, digest, block: proposal.block, votes }));
    expect(notes(network, 0)).toEqual([REFUSED.few]);
    expect(state(network, 0).changes.size).toBe(0);
  });
});

describe('progress', () => {
  // Ref: §4.5.2 (the timeout doubles with every view; a height begins with the configured one).
  it('each view of a height lasts twice as long as the one before, and a new height starts over', () => {
    const views: [number, number][] = [];
    const network = new Network({
      n: 4,
      config: { viewChangeTimeoutMs: 1000 },
      route: ({ message }) => (message.type === 'view-change' ? [1] : []),
    });
    network.start().run(16_000_000, () => {
      const { view } = state(network, 0);
      if (views.at(-1)?.[0] !== view) views.push([view, Math.floor(network.now / 1_000_000)]);
      return false;
    });
    expect(views).toEqual([
      [0, 0],
      [1, 1],
      [2, 3],
      [3, 7],
      [4, 15],
    ]);
  });

  it('a validator that was away catches up from certificates, and votes again', () => {
    const network = new Network({ n: 4, config: { syncBatch: 2 } });
    network.start().run(500_000);
    network.crash(3);
    network.at(12_000_000, () => network.restart(3));
    network.run(12_200_000);
    const [height] = network.heights();
    expect(network.heights()[3]).toBe(height);
    network.run(20_000_000, () => said(network, 3, `COMMIT ${(height ?? 0) + 2}/`).length > 0);
    expect(said(network, 3, `COMMIT ${(height ?? 0) + 2}/`)).toHaveLength(1);
    expect(state(network, 3).ledger).toEqual(state(network, 0).ledger);
  });

  it('a forged certificate does not get past a validator that catches up', () => {
    const tamper = (copy: Copy): readonly Copy[] => {
      if (copy.message.type !== 'sync-response') return [copy];
      const message = svbft.adversary.inflate(copy.message, network.contexts[2] ?? fail()) ?? fail();
      return [{ ...copy, message, proof: network.sign(2, message) }];
    };
    const network = new Network({
      n: 4,
      traitors: { 2: tamper },
      route: ({ from, to, message }) => (to === 3 && (from !== 2 || message.type === 'commit') ? [] : [10_000]),
    });
    network.start().run(8_000_000);
    expect(notes(network, 3)).toContain(REFUSED.repeated);
    expect(network.heights()[3]).toBe(0);
  });

  it.each([1, 2, 3, 5])('a network of %i decides one block a block time', (n) => {
    const network = new Network({ n }).start().run(5_500_000);
    expect(new Set(network.heights())).toEqual(new Set([6]));
    expect(network.disagreement()).toBeNull();
  });

  it('a latency below the block time does not slow the chain', () => {
    const route = (_: Copy, __: number, network: Network) => [50_000 + network.random(200_000)];
    const network = new Network({ n: 4, route }).start().run(20_900_000);
    expect(Math.min(...network.heights())).toBe(21);
  });

  it('without a block time blocks follow each other as fast as votes arrive', () => {
    const network = new Network({ n: 4, config: { blockTimeMs: 0 } }).start().run(3_050_000);
    expect(Math.min(...network.heights())).toBe(101);
  });

  it('messages of one sender for the next height are bounded', () => {
    const network = quiet();
    for (let view = 0; view < 20; view++) hear(network, 0, 3, prepare('cd'.repeat(32), view, 2));
    expect(state(network, 0).future).toHaveLength(8);
    expect(notes(network, 0)).toContain(NOTE.overflow);
  });

  it('without empty blocks nothing is proposed or suspected until a batch comes', () => {
    const network = new Network({ n: 4, config: { emptyBlocks: false } }).start().run(30_000_000);
    expect([network.heights(), state(network, 0).changeCount]).toEqual([[0, 0, 0, 0], 0]);
    network.submit(0, 0, 0, 1, 5);
    network.run(31_000_000);
    expect(network.heights()).toEqual([1, 1, 1, 1]);
    network.run(60_000_000);
    expect(network.heights()).toEqual([1, 1, 1, 1]);
  });

  it('a batch is executed once, however often it was submitted', () => {
    const network = new Network({ n: 4 }).start();
    for (let i = 0; i < 3; i++) network.at(i * 1_500_000, () => network.submit(0, 0, 0, 1, 5));
    network.run(6_000_000);
    expect(state(network, 0).ledger.balances.slice(0, 2)).toEqual([995, 1005]);
    expect(state(network, 0).chain.filter(({ block }) => block.batches.length > 0)).toHaveLength(1);
  });
});

describe('validator-set change', () => {
  const CONFIG = {
    validatorChanges: [
      { height: 2, members: ['v0', 'v1', 'v2', 'v3'] },
      { height: 5, members: ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'] },
    ],
  };

  it('takes effect at the next height: others vote and lead, and those outside follow without voting', () => {
    const network = new Network({ n: 7, config: CONFIG }).start().run(9_500_000);
    expect(network.disagreement()).toBeNull();
    expect(new Set(network.heights())).toEqual(new Set([10]));
    const sets = state(network, 0).chain.map(({ block }) => block.validators);
    expect(sets).toEqual([null, [0, 1, 2, 3], null, null, [1, 2, 3, 4, 5, 6], null, null, null, null, null]);
    const signers = state(network, 0).chain.map(({ votes }) => votes.map(({ signer }) => signer));
    expect(signers[3]?.every((signer) => signer <= 3)).toBe(true);
    expect(signers[7]?.every((signer) => signer >= 1)).toBe(true);
    expect([4, 5, 6].flatMap((node) => said(network, node, 'PREPARE 4/'))).toEqual([]);
    expect(said(network, 0, 'PREPARE 8/')).toEqual([]);
    expect(svbft.validator.inspect(state(network, 0)).role).toBe('observer');
  });

  it('quorumAt follows the history: every certificate is a quorum of the members of its own height', () => {
    const network = new Network({ n: 7, config: CONFIG }).start().run(9_500_000);
    const decisions = network.decisions[6] ?? [];
    expect(decisions).toHaveLength(10);
    for (const [i, decision] of decisions.entries()) {
      const history = decisions.slice(0, i).map(({ value }) => svbft.block(value));
      const { members, quorum } = svbft.quorumAt(decision, history, { validatorCount: 7, stakes: [] });
      const signers = new Set(svbft.votes(decision).map(({ proof }) => proof.signer));
      expect([...signers].every((signer) => members.includes(signer))).toBe(true);
      expect(signers.size).toBeGreaterThanOrEqual(quorum);
      expect(quorum).toBe(i < 2 ? 5 : i < 5 ? 3 : 4);
    }
  });
});

function rebuilt(target: State, network: Network, proposal: Proposal, batches: Proposal['block']['batches']) {
  const ctx = network.contexts[target.self] ?? fail();
  const rules = { validatorCount: ctx.validatorCount, maxTransfers: ctx.config.maxTransactionsPerBlock };
  return { assembled: assembleBlock(target.ledger, batches, proposal.block, rules) };
}

function withChanges(
  proposal: Proposal,
  edit: (
    changes: NonNullable<Proposal['justification']>['changes'],
  ) => NonNullable<Proposal['justification']>['changes'],
): Proposal {
  const justification = proposal.justification ?? fail();
  return { ...proposal, justification: { ...justification, changes: edit(justification.changes) } };
}

function withCertificate(
  proposal: Proposal,
  edit: (
    votes: NonNullable<Proposal['justification']>['certificate'],
  ) => NonNullable<Proposal['justification']>['certificate'],
): Proposal {
  const justification = proposal.justification ?? fail();
  return { ...proposal, justification: { ...justification, certificate: edit(justification.certificate) } };
}

function fail(): never {
  throw new Error('the test has no such thing');
}
