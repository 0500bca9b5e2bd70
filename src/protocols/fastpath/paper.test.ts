import { describe, expect, it } from 'vitest';
import { blockHash } from '../../ledger/block.ts';
import type { AnyVote, Message, Proposal, Report, ViewChange } from './messages.ts';
import { NOTE } from './notes.ts';
import { REFUSED } from './rules.ts';
import { commitMessage, voteMessage } from './signing.ts';
import { currentRound } from './state.ts';
import { createNetwork, equivocate, heightsOf, type Network, type Options } from './testing/harness.ts';

const SIGNATURE = new Uint8Array(8);
const ref = (signer: number) => ({ signer, signature: SIGNATURE });

/** Nothing moves by itself: tests give what they want heard. v1 is the primary of height 1, v2 of its view 1. */
function quiet(options: Partial<Options> = {}): Network {
  return createNetwork({ n: 4, ...options, route: () => [] }).start();
}

/** The proposal that the primary of height 1 makes in view 0. */
function proposed(network: Network): Proposal {
  network.run(network.now + 10);
  const message = currentRound(network.state(1)).proposal?.message;
  if (message === undefined) throw new Error('v1 did not propose');
  return message;
}

function give(network: Network, to: number, votes: readonly AnyVote[], voters: readonly number[]): void {
  for (const vote of votes) for (const voter of voters) network.give(to, voter, vote);
}

const saidBy = (network: Network, node: number, type: Message['type']) =>
  network.sent.filter(({ from, message }) => from === node && message.type === type).map(({ message }) => message);

describe('the fast path', () => {
  // Ref: Gueta et al., SBFT, arXiv 1804.01626, §V-C.
  it('decides with the votes of all 3f + 1, in two message delays, and not with one fewer', () => {
    const network = quiet();
    const proposal = proposed(network);
    const vote = voteMessage(1, 0, blockHash(proposal.block));
    network.give(0, 1, proposal);
    give(network, 0, [vote], [1, 2]);
    expect(heightsOf(network)[0]).toBe(0);
    network.give(0, 3, vote);
    expect(network.state(0).chain[0]).toMatchObject({ isFast: true, view: 0 });
    expect(network.state(0).chain[0]?.votes.map(({ signer }) => signer)).toEqual([0, 1, 2, 3]);
    expect(saidBy(network, 0, 'commit')).toEqual([]);
  });

  it.each([
    [4, 4],
    [6, 5],
    [7, 7],
    [9, 8],
  ])('of %i replicas wants %i votes', (n, needed) => {
    const network = quiet({ n });
    const proposal = proposed(network);
    const vote = voteMessage(1, 0, blockHash(proposal.block));
    network.give(0, 1, proposal);
    for (let voter = 1; voter < needed - 1; voter++) network.give(0, voter, vote);
    expect(heightsOf(network)[0]).toBe(0);
    network.give(0, needed - 1, vote);
    expect(heightsOf(network)[0]).toBe(1);
  });

  it('may be configured to want more, and then does', () => {
    const network = quiet({ n: 6, config: { fastQuorum: 6 } });
    const proposal = proposed(network);
    const vote = voteMessage(1, 0, blockHash(proposal.block));
    network.give(0, 1, proposal);
    give(network, 0, [vote], [1, 2, 3, 4]);
    expect(heightsOf(network)[0]).toBe(0);
    network.give(0, 5, vote);
    expect(heightsOf(network)[0]).toBe(1);
  });

  it('counts votes that come before the proposal', () => {
    const network = quiet();
    const proposal = proposed(network);
    give(network, 0, [voteMessage(1, 0, blockHash(proposal.block))], [1, 2, 3]);
    expect(heightsOf(network)[0]).toBe(0);
    network.give(0, 1, proposal);
    expect(heightsOf(network)[0]).toBe(1);
  });
});

describe('the fall-back', () => {
  // Ref: SBFT §V-E: once the time for the fast path is over, a quorum of the same votes prepares the block.
  it('says COMMIT when the time is over and a quorum has voted, and decides with a quorum of COMMITs', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    network.give(0, 1, proposal);
    give(network, 0, [voteMessage(1, 0, digest)], [1, 2]);
    expect(saidBy(network, 0, 'commit')).toEqual([]);
    network.fire(0, 'fast');
    expect(saidBy(network, 0, 'commit')).toEqual([commitMessage(1, 0, digest)]);
    expect(network.state(0).prepared?.votes.map(({ signer }) => signer)).toEqual([0, 1, 2]);
    give(network, 0, [commitMessage(1, 0, digest)], [1, 2]);
    expect(network.state(0).chain[0]).toMatchObject({ isFast: false });
  });

  it('says COMMIT later where the quorum comes later, and still decides fast if everybody turns up', () => {
    const network = quiet();
    const proposal = proposed(network);
    const vote = voteMessage(1, 0, blockHash(proposal.block));
    network.give(0, 1, proposal);
    network.give(0, 1, vote);
    network.fire(0, 'fast');
    expect(saidBy(network, 0, 'commit')).toEqual([]);
    network.give(0, 2, vote);
    expect(saidBy(network, 0, 'commit')).toHaveLength(1);
    network.give(0, 3, vote);
    expect(network.state(0).chain[0]).toMatchObject({ isFast: true });
  });

  it('is joined at once when f + 1 others have fallen back, and not for one of them', () => {
    const network = quiet();
    const proposal = proposed(network);
    const digest = blockHash(proposal.block);
    network.give(0, 1, proposal);
    give(network, 0, [voteMessage(1, 0, digest)], [1, 2]);
    network.give(0, 1, commitMessage(1, 0, digest));
    expect(network.state(0).phase).toBe('fast');
    network.give(0, 2, commitMessage(1, 0, digest));
    expect(network.notes[0]).toContain(NOTE.fastAbandoned);
    expect(saidBy(network, 0, 'commit')).toHaveLength(1);
  });

  it('needs no time where the configuration gives none', () => {
    const network = quiet({ config: { fastTimeoutMs: 0 } });
    const proposal = proposed(network);
    network.give(0, 1, proposal);
    give(network, 0, [voteMessage(1, 0, blockHash(proposal.block))], [1, 2]);
    expect(saidBy(network, 0, 'commit')).toHaveLength(1);
  });

  it('leaves nobody behind whom the others, who decided fast, wait for no more', () => {
    const network = createNetwork({
      n: 4,
      route: ({ from, to, message }) => (message.type === 'vote' && from === 2 && to === 3 ? [] : [10_000]),
    });
    network.start().run(900_000);
    expect(heightsOf(network)).toEqual([1, 1, 1, 1]);
    expect(network.state(3).chain[0]?.isFast).toBe(true);
    expect(saidBy(network, 3, 'sync-request')).toHaveLength(1);
    // Long before a status period is over.
    expect(network.sent.find(({ from, message }) => from === 3 && message.type === 'sync-request')?.at).toBeLessThan(
      540_000,
    );
  });
});

describe('two proposals', () => {
  it('end the fast path of the height for whoever holds both, and only of that height', () => {
    const network = quiet();
    network.submit(0, 5);
    const proposal = proposed(network);
    const other = equivocateOnce(network, proposal);
    network.give(0, 1, proposal);
    network.give(0, 1, other);
    expect(network.evidence).toEqual([{ by: 0, against: 1, what: 'two proposals for one height and view' }]);
    expect(network.state(0)).toMatchObject({ isConflicted: true, phase: 'normal' });
    const digest = blockHash(proposal.block);
    give(network, 0, [voteMessage(1, 0, digest)], [1, 2, 3]);
    // All four voted for it: it is prepared, not decided.
    expect(heightsOf(network)[0]).toBe(0);
    expect(saidBy(network, 0, 'commit')).toHaveLength(1);
    give(network, 0, [commitMessage(1, 0, digest)], [1, 2]);
    expect(network.state(0)).toMatchObject({ height: 2, isConflicted: false, lastPath: 'normal' });
  });

  it('meet where votes differ: each side shows the other what it was sent, once, and the voter is not its primary', () => {
    const network = quiet();
    network.submit(0, 5);
    const proposal = proposed(network);
    const other = equivocateOnce(network, proposal);
    network.give(0, 1, proposal);
    network.give(3, 1, other);
    const [mine, theirs] = [voteMessage(1, 0, blockHash(proposal.block)), voteMessage(1, 0, blockHash(other.block))];
    network.give(0, 3, theirs);
    network.give(0, 3, theirs);
    network.give(0, 1, theirs);
    network.give(3, 0, mine);
    const shown = network.relayed.map(({ from, to, signer, message }) => ({ from, to, signer, message }));
    expect(shown).toEqual([
      { from: 0, to: 3, signer: 1, message: proposal },
      { from: 3, to: 0, signer: 1, message: other },
    ]);
  });

  it('leave too few votes for a fast quorum: nobody waits for the time to be over', () => {
    const network = quiet();
    const proposal = proposed(network);
    network.give(0, 1, proposal);
    network.give(0, 3, voteMessage(1, 0, 'f'.repeat(64)));
    expect(network.state(0).phase).toBe('normal');
    expect(network.notes[0]).toContain(NOTE.fastOutOfReach);
  });

  it('of six leave room: one other vote does not end the hope for five', () => {
    const network = quiet({ n: 6 });
    const proposal = proposed(network);
    network.give(0, 1, proposal);
    network.give(0, 3, voteMessage(1, 0, 'f'.repeat(64)));
    expect(network.state(0).phase).toBe('fast');
    network.give(0, 4, voteMessage(1, 0, 'f'.repeat(64)));
    expect(network.state(0).phase).toBe('normal');
  });
});

/** What an equivocating primary sends to an odd replica in place of its proposal. */
function equivocateOnce(network: Network, proposal: Proposal): Proposal {
  const [other] = equivocate({ from: 1, to: 3, message: proposal }, () => network);
  if (other?.type !== 'proposal' || blockHash(other.block) === blockHash(proposal.block))
    throw new Error('no other block');
  return other;
}

describe('the view change', () => {
  /** v0, v2 and v3 accept the proposal of v1; nobody hears a vote. */
  function accepted(): { readonly network: Network; readonly proposal: Proposal; readonly digest: string } {
    const network = quiet();
    network.submit(0, 5);
    const proposal = proposed(network);
    for (const node of [0, 2, 3]) network.give(node, 1, proposal);
    return { network, proposal, digest: blockHash(proposal.block) };
  }

  const change = (
    report: Partial<Report>,
    blocks: ViewChange['blocks'],
    votes: ViewChange['votes'] = [],
  ): ViewChange => ({
    type: 'view-change',
    height: 1,
    view: 1,
    voted: null,
    prepared: null,
    ...report,
    votes,
    blocks,
  });

  // Ref: SBFT §V-G; README, "Why the fast quorum is safe".
  it('reports the last vote, with its block, although nothing is prepared', () => {
    const { network, proposal, digest } = accepted();
    network.fire(0, 'view');
    expect(saidBy(network, 0, 'view-change')).toEqual([change({ voted: { view: 0, digest } }, [proposal.block])]);
  });

  it('keeps a certificate that was complete before the fall-back', () => {
    const { network, digest } = accepted();
    give(network, 0, [voteMessage(1, 0, digest)], [1, 2]);
    network.fire(0, 'view');
    const prepared = { view: 0, digest };
    expect(saidBy(network, 0, 'view-change')).toMatchObject([{ voted: prepared, prepared, votes: [0, 1, 2].map(ref) }]);
    const ctx = network.contexts[0];
    if (ctx === undefined) throw new Error('no context');
    network.restart(0);
    expect(saidBy(network, 0, 'view-change')[1]).toEqual(saidBy(network, 0, 'view-change')[0]);
  });

  it('makes the new primary propose what a majority of n − f reports voted for, whatever the liar says', () => {
    const { network, proposal, digest } = accepted();
    network.fire(2, 'view');
    network.give(2, 3, change({}, []));
    network.give(2, 0, change({ voted: { view: 0, digest } }, [proposal.block]));
    const [again] = saidBy(network, 2, 'proposal');
    expect(again).toMatchObject({ view: 1, block: proposal.block });
    expect(network.notes[2]).toContain(NOTE.choseFast);
    network.give(0, 2, again as Proposal);
    expect(saidBy(network, 0, 'vote').at(-1)).toEqual(voteMessage(1, 1, digest));
  });

  it('is free with one report in three, and waits for n − f of them', () => {
    const { network } = accepted();
    network.fire(2, 'view');
    network.give(2, 3, change({}, []));
    expect(saidBy(network, 2, 'proposal')).toEqual([]);
    network.give(2, 1, change({}, []));
    expect(network.notes[2]).toContain(NOTE.choseFree);
    expect(saidBy(network, 2, 'proposal')).toMatchObject([{ view: 1, block: { epoch: 1, proposer: 2 } }]);
  });

  it('goes by the certificate that was verified, not by the one that came with an equal claim', () => {
    const { network, proposal, digest } = accepted();
    const prepared = { view: 0, digest };
    network.give(2, 0, change({ prepared }, [proposal.block], [0, 1, 3].map(ref)));
    network.give(2, 3, change({ prepared }, [proposal.block], [ref(3)]));
    expect(network.state(2).changes.get(3)?.message.votes).toEqual([0, 1, 3].map(ref));
    expect(saidBy(network, 2, 'proposal')).toMatchObject([{ justification: { certificate: [0, 1, 3].map(ref) } }]);
  });

  it('refuses claims without their blocks, and certificates that are none', () => {
    const { network, proposal, digest } = accepted();
    const claim = { view: 0, digest };
    const refused = (message: ViewChange): string | undefined => {
      network.give(2, 3, message);
      expect(network.state(2).changes.size).toBe(0);
      return network.notes[2]?.at(-1);
    };
    expect(refused(change({ voted: claim }, []))).toBe(NOTE.badClaim);
    expect(refused(change({}, [proposal.block]))).toBe(NOTE.badClaim);
    expect(refused(change({ voted: { view: 1, digest } }, [proposal.block]))).toBe(NOTE.badClaim);
    expect(refused(change({ voted: claim }, [proposal.block, proposal.block]))).toBe(NOTE.badClaim);
    expect(refused(change({ voted: claim }, [proposal.block], [ref(0)]))).toBe(NOTE.badClaim);
    expect(refused(change({ prepared: claim }, [proposal.block], [ref(0), ref(1)]))).toBe(REFUSED.few);
    expect(refused(change({ prepared: claim }, [proposal.block], [0, 1, 1].map(ref)))).toBe(REFUSED.repeated);
    expect(refused(change({ prepared: claim }, [proposal.block], [0, 1, 7].map(ref)))).toBe(REFUSED.foreign);
    const batches = proposal.block.batches.map((signed) => ({ ...signed, signature: new Uint8Array(4) }));
    expect(refused(change({ voted: claim }, [{ ...proposal.block, batches }]))).toBe(NOTE.badClaim);
  });
});

describe('a new view', () => {
  /** v0 has accepted nothing; the proposal of view 1 that it is given comes with these reports. */
  function judged(reports: readonly Partial<Report>[], block: Proposal['block'], certificate: readonly number[] = []) {
    const network = quiet();
    const changes = reports.map((report, signer) => ({ ...ref(signer), voted: null, prepared: null, ...report }));
    const justification = { changes, certificate: certificate.map(ref) };
    network.give(0, 2, { type: 'proposal', height: 1, view: 1, block, justification });
    return network.notes[0]?.at(-1) ?? null;
  }

  const { old, fresh } = blocks();
  const digest = blockHash(old);
  const claim = { view: 0, digest };

  it('is believed where everybody would have had to choose the same', () => {
    expect(judged([{ voted: claim }, { voted: claim }, {}], old)).toBeNull();
    expect(judged([{ prepared: claim }, {}, {}], old, [0, 1, 2])).toBeNull();
    expect(judged([{}, {}, {}], fresh)).toBeNull();
    expect(judged([{ voted: claim }, {}, {}], fresh)).toBeNull();
  });

  it('is refused where the primary chose for itself', () => {
    expect(judged([{ voted: claim }, { voted: claim }, {}], fresh)).toBe(REFUSED.value);
    expect(judged([{ prepared: claim }, {}, {}], fresh, [0, 1, 2])).toBe(REFUSED.value);
    expect(judged([{}, {}, {}], old)).toBe(REFUSED.stale);
    expect(judged([{}, {}, {}], fresh, [0, 1, 2])).toBe(REFUSED.surplus);
    expect(judged([{ prepared: claim }, {}, {}], old, [0, 1])).toBe(REFUSED.few);
    const otherClaim = { view: 0, digest: 'f'.repeat(64) };
    expect(judged([{ prepared: claim }, { prepared: otherClaim }, {}], old, [0, 1, 2])).toBe(REFUSED.ambiguous);
    expect(judged([{ voted: { view: 1, digest } }, {}, {}], old)).toBe(REFUSED.future);
  });

  // With more than n − f reports a majority of n − f could exist twice.
  it('is refused with more or fewer reports than n − f, or two of one replica', () => {
    expect(judged([{}, {}], fresh)).toBe(REFUSED.changes);
    expect(judged([{}, {}, {}, {}], fresh)).toBe(REFUSED.changes);
    const network = quiet();
    const changes = [0, 1, 1].map((signer) => ({ ...ref(signer), voted: null, prepared: null }));
    const justification = { changes, certificate: [] };
    network.give(0, 2, { type: 'proposal', height: 1, view: 1, block: fresh, justification });
    expect(network.notes[0]).toEqual([REFUSED.changes]);
  });
});

/** A block of view 0 and one of view 1, both of height 1. */
function blocks(): { readonly old: Proposal['block']; readonly fresh: Proposal['block'] } {
  const network = quiet();
  const old = proposed(network).block;
  network.fire(2, 'view');
  const empty = {
    type: 'view-change',
    height: 1,
    view: 1,
    voted: null,
    prepared: null,
    votes: [],
    blocks: [],
  } as const;
  network.give(2, 0, empty);
  network.give(2, 3, empty);
  const [again] = saidBy(network, 2, 'proposal');
  if (again?.type !== 'proposal') throw new Error('v2 did not propose');
  return { old, fresh: again.block };
}
