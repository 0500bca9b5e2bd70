/** What the paper says, one claim a test: Castro & Liskov, Practical Byzantine Fault Tolerance, OSDI '99. */
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH } from '../../ledger/block.ts';
import type { SignedBatch } from '../../ledger/types.ts';
import type {
  Checkpoint,
  Claim,
  Message,
  NewView,
  PreparedClaim,
  PrePrepare,
  Request,
  SignedChange,
  ViewChange,
} from './messages.ts';
import { NOTE } from './notes.ts';
import { isInWindow, outcomeOf, REFUSED, verifyNewView, verifyPrepared } from './rules.ts';
import {
  checkpointMessage,
  commitMessage,
  nullRequest,
  prepareMessage,
  prePrepareMessage,
  requestDigest,
} from './signing.ts';
import type { State } from './state.ts';
import { type Copy, Network, type NetworkOptions } from './testing/harness.ts';
import { preparedAbove } from './view-change.ts';

/** Nothing moves by itself: tests deliver what they want heard. */
function quiet(options: Partial<NetworkOptions> = {}): Network {
  return new Network({ n: 4, ...options, route: () => [] }).start();
}

function stateOf(network: Network, node: number): State {
  const found = network.states[node];
  if (found === undefined) throw new Error(`no v${node}`);
  return found;
}

function hear(network: Network, to: number, from: number, message: Message): void {
  network.deliver({ from, to, message, proof: network.sign(from, message) });
}

/** What the primary of the view would send for this number. */
function prePrepare(sequence: number, view = 0, batches: readonly SignedBatch[] = []): PrePrepare {
  const request: Request = { sequence, view, batches };
  return prePrepareMessage(view, sequence, requestDigest(request), request);
}

const notes = (network: Network, node: number): (string | undefined)[] =>
  network.log.filter((line) => line.includes(` v${node} · `)).map((line) => line.split('· ')[1]);
const said = (network: Network, node: number, type: string): string[] =>
  network.log.filter((line) => line.includes(` v${node} → all ${type}`));

/** v1 hears all that makes it execute numbers up to `last`. */
function executeUpTo(network: Network, last: number, to = 1): void {
  for (let sequence = stateOf(network, to).decided + 1; sequence <= last; sequence++) {
    const message = prePrepare(sequence);
    hear(network, to, 0, message);
    for (const voter of [2, 3]) hear(network, to, voter, prepareMessage(0, sequence, message.digest));
    for (const voter of [0, 2, 3]) hear(network, to, voter, commitMessage(0, sequence, message.digest));
  }
}

/** A prepared certificate as a quorum would have made it: v0's pre-prepare (in view 0) and PREPAREs of others. */
function certified(network: Network, claim: Claim, voters: readonly number[]): PreparedClaim {
  const { view, sequence, digest } = claim;
  const votes = voters.map((voter, i) => {
    const message = i === 0 ? prePrepareMessage(view, sequence, digest) : prepareMessage(view, sequence, digest);
    return network.sign(voter, message);
  });
  return { ...claim, votes };
}

const GENESIS = { sequence: 0, digest: GENESIS_HASH };

function viewChange(view: number, prepared: readonly PreparedClaim[] = []): ViewChange {
  return { type: 'view-change', view, stable: GENESIS, proof: [], prepared };
}

describe('normal case', () => {
  // Ref: §4.2 (prepared: a pre-prepare and 2f prepares from different backups that match it).
  it('no commit without 2f+1 votes in that view, the pre-prepare among them; repetitions do not count', () => {
    const network = quiet();
    const message = prePrepare(1);
    for (const voter of [2, 2, 2]) hear(network, 1, voter, prepareMessage(0, 1, message.digest));
    expect(said(network, 1, 'COMMIT')).toHaveLength(0);
    // A PREPARE of the primary is no vote: its pre-prepare is.
    hear(network, 1, 0, prepareMessage(0, 1, message.digest));
    expect(notes(network, 1)).toEqual([NOTE.primaryPrepares]);
    // Votes of another view do not help either.
    hear(network, 1, 3, prepareMessage(1, 1, message.digest));
    expect(said(network, 1, 'COMMIT')).toHaveLength(0);
    hear(network, 1, 0, message);
    expect(said(network, 1, 'COMMIT')).toHaveLength(1);
    expect(
      stateOf(network, 1)
        .log.get(1)
        ?.prepared?.votes.map(({ signer }) => signer),
    ).toEqual([0, 2, 1]);
  });

  // Ref: §4.2 (a quorum of prepares without the pre-prepare proves nothing).
  it('prepares alone do not prepare a request', () => {
    const network = quiet();
    for (const voter of [2, 3]) hear(network, 1, voter, prepareMessage(0, 1, prePrepare(1).digest));
    expect(said(network, 1, 'COMMIT')).toHaveLength(0);
    expect(stateOf(network, 1).log.get(1)?.prepared).toBeNull();
  });

  // Ref: §4.2 (it has not accepted a pre-prepare for view v and sequence number n with another digest).
  it('a second pre-prepare for one view and number is refused, and convicts the primary', () => {
    const network = quiet();
    network.submit(0, 0, 1, 5);
    const batch = network.clients[0]?.outstanding.get(0)?.batch;
    if (batch === undefined) throw new Error('nothing was submitted');
    const signed = { batch, signature: network.signature(4, batch) };
    hear(network, 1, 0, prePrepare(1));
    hear(network, 1, 0, prePrepare(1, 0, [signed]));
    expect(said(network, 1, 'PREPARE')).toHaveLength(1);
    expect(notes(network, 1)).toContain(NOTE.secondPrePrepare);
    expect(network.evidence.map(({ against }) => against)).toEqual([0]);
  });

  // Ref: §4.2 (requests are executed in the order of their numbers, whatever the order of their commits).
  it('a committed request waits for all numbers below it', () => {
    const network = quiet();
    for (const sequence of [2, 1]) {
      const message = prePrepare(sequence);
      hear(network, 1, 0, message);
      for (const voter of [0, 2, 3]) hear(network, 1, voter, commitMessage(0, sequence, message.digest));
      expect(stateOf(network, 1).decided).toBe(sequence === 2 ? 0 : 2);
    }
    expect(network.decisions[1]?.map(({ slot }) => slot)).toEqual([1, 2]);
  });

  // Ref: §4.1, §4.2 (the request is authentic; a replica discards requests whose timestamp it has executed).
  it('a forged batch is refused with its pre-prepare, and one ordered twice is executed once', () => {
    const network = quiet();
    network.submit(0, 0, 1, 5);
    const batch = network.clients[0]?.outstanding.get(0)?.batch;
    if (batch === undefined) throw new Error('nothing was submitted');
    hear(network, 1, 0, prePrepare(1, 0, [{ batch, signature: new Uint8Array(8) }]));
    expect(notes(network, 1)).toEqual([NOTE.badBatch]);
    const signed = { batch, signature: network.signature(4, batch) };
    for (const sequence of [1, 2]) {
      const message = prePrepare(sequence, 0, [signed]);
      hear(network, 1, 0, message);
      for (const voter of [0, 2, 3]) hear(network, 1, voter, commitMessage(0, sequence, message.digest));
    }
    expect(stateOf(network, 1).chain.map(({ block }) => block.batches.length)).toEqual([1, 0]);
    expect(stateOf(network, 1).ledger.balances.slice(0, 2)).toEqual([995, 1005]);
  });
});

describe('watermarks and checkpoints', () => {
  // Ref: §4.2 (h < n ≤ H), §4.3 (H = h + k).
  it('numbers between the watermarks are voted for, others are not', () => {
    expect([8, 9, 12, 13].map((sequence) => isInWindow(sequence, 8, 4))).toEqual([false, true, true, false]);
    const network = quiet({ config: { checkpointInterval: 2, windowSize: 4 } });
    for (const sequence of [5, 4, 1]) hear(network, 1, 0, prePrepare(sequence));
    expect(said(network, 1, 'PREPARE').map((line) => line.split('PREPARE ')[1]?.slice(0, 3))).toEqual(['4/0', '1/0']);
    expect(notes(network, 1)).toEqual([NOTE.aboveWindow]);
  });

  // Ref: §4.2 (the primary assigns no number above H).
  it('a primary with its window full waits for a stable checkpoint', () => {
    const config = { blockTimeMs: 10, checkpointInterval: 2, windowSize: 4 };
    const network = quiet({ config });
    network.run(200_000);
    expect(said(network, 0, 'PRE-PREPARE')).toHaveLength(4);
    const checkpoint: Checkpoint = checkpointMessage({ sequence: 2, digest: 'ab'.repeat(32) });
    for (const voter of [1, 2]) hear(network, 0, voter, checkpoint);
    network.run(300_000);
    expect(said(network, 0, 'PRE-PREPARE')).toHaveLength(4);
    hear(network, 0, 3, checkpoint);
    network.run(500_000);
    expect(said(network, 0, 'PRE-PREPARE')).toHaveLength(6);
  });

  // Ref: §4.3 (2f+1 checkpoint messages make it stable; messages at or below it are discarded).
  it('a stable checkpoint moves the watermarks and everything below is forgotten', () => {
    const network = quiet({ config: { checkpointInterval: 2, windowSize: 4 } });
    executeUpTo(network, 3);
    const state = stateOf(network, 1);
    expect([...state.log.keys()]).toEqual([1, 2, 3]);
    const own = said(network, 1, 'CHECKPOINT');
    expect(own).toHaveLength(1);
    const digest = [...(state.checkpoints.get(2)?.sets ?? [])][0]?.digest ?? '';
    hear(network, 1, 2, checkpointMessage({ sequence: 2, digest }));
    expect(state.stable.sequence).toBe(0);
    hear(network, 1, 2, checkpointMessage({ sequence: 2, digest }));
    hear(network, 1, 3, checkpointMessage({ sequence: 2, digest: 'cd'.repeat(32) }));
    expect(state.stable.sequence).toBe(0);
    hear(network, 1, 0, checkpointMessage({ sequence: 2, digest }));
    expect(state.stable).toEqual({ sequence: 2, digest });
    expect(state.stableProof.map(({ signer }) => signer)).toEqual([1, 2, 0]);
    expect([...state.log.keys()]).toEqual([3]);
    expect(state.checkpoints.size).toBe(0);
  });

  // Ref: §4.3 (a replica that learns of a stable checkpoint above its own state fetches the state).
  it('a replica behind a stable checkpoint asks for what it missed, and believes only what quorums signed', () => {
    const network = quiet({ config: { checkpointInterval: 2, windowSize: 4 } });
    executeUpTo(network, 3, 1);
    const ahead = stateOf(network, 1);
    const digest = [...(ahead.checkpoints.get(2)?.sets ?? [])][0]?.digest ?? '';
    for (const voter of [0, 1, 3]) hear(network, 2, voter, checkpointMessage({ sequence: 2, digest }));
    expect(network.log.at(-1)).toContain('STATE-REQUEST from number 1');
    const asked = stateOf(network, 2).asked?.peer ?? -1;
    const entries = ahead.chain.map(({ request, view, votes }) => ({ request, view, votes }));
    const [first, second, third] = entries;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three were executed');
    const forged = { ...second, votes: second.votes.slice(1) };
    const { stable, stableProof: proof } = stateOf(network, 2);
    hear(network, 2, asked, { type: 'state-response', entries: [first, forged, third], stable, proof });
    expect(stateOf(network, 2).decided).toBe(1);
    expect(notes(network, 2)).toContain(REFUSED.few);
  });
});

describe('view change', () => {
  const digests = ['11', '22', '33', '44'].map((pair) => pair.repeat(32));
  const [a = '', b = '', c = ''] = digests;
  const change = (stable: number, prepared: readonly Claim[], signer = 0): SignedChange => ({
    signer,
    signature: new Uint8Array(0),
    stable: { sequence: stable, digest: stable === 0 ? GENESIS_HASH : 'ee'.repeat(32) },
    prepared,
  });

  // Ref: §4.4, item 1 (min-s is the latest stable checkpoint in V, max-s the highest number in a prepare message of V).
  it('O spans the numbers above the latest stable checkpoint up to the highest prepared one', () => {
    const { stable, choices } = outcomeOf([
      change(4, [
        { sequence: 5, view: 0, digest: a },
        { sequence: 7, view: 0, digest: b },
      ]),
      change(6, []),
      change(0, [{ sequence: 3, view: 0, digest: c }]),
    ]);
    expect(stable.sequence).toBe(6);
    expect(choices).toEqual([{ sequence: 7, claim: { sequence: 7, view: 0, digest: b } }]);
  });

  // Ref: §4.4, item 2 (a null request for each number that nobody prepared).
  it('O fills the gaps with null requests', () => {
    const { choices } = outcomeOf([
      change(0, [{ sequence: 3, view: 0, digest: a }]),
      change(0, [{ sequence: 1, view: 0, digest: b }]),
    ]);
    expect(choices.map(({ sequence, claim }) => [sequence, claim?.digest ?? null])).toEqual([
      [1, b],
      [2, null],
      [3, a],
    ]);
  });

  // Ref: §4.4, item 2 (the digest of the pre-prepare with the highest view number in V).
  it('O takes the claim of the highest view', () => {
    const { choices } = outcomeOf([
      change(0, [{ sequence: 1, view: 1, digest: a }]),
      change(0, [{ sequence: 1, view: 3, digest: b }]),
      change(0, [{ sequence: 1, view: 2, digest: c }]),
    ]);
    expect(choices[0]?.claim?.digest).toBe(b);
  });

  // Ref: §4.4 (P holds what was prepared above the last stable checkpoint, each with pre-prepare and prepares).
  it('P names everything prepared above the stable checkpoint and nothing merely pre-prepared', () => {
    const network = quiet({
      config: { checkpointInterval: 2, windowSize: 8, viewChangeTimeoutMs: 100, blockTimeMs: 10 },
    });
    executeUpTo(network, 3);
    const prepared = prePrepare(4);
    hear(network, 1, 0, prepared);
    for (const voter of [2, 3]) hear(network, 1, voter, prepareMessage(0, 4, prepared.digest));
    hear(network, 1, 0, prePrepare(5));
    const state = stateOf(network, 1);
    expect(preparedAbove(state).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    const digest = [...(state.checkpoints.get(2)?.sets ?? [])][0]?.digest ?? '';
    for (const voter of [0, 2]) hear(network, 1, voter, checkpointMessage({ sequence: 2, digest }));
    expect(preparedAbove(state).map(({ sequence }) => sequence)).toEqual([3, 4]);
    const ctx = network.contexts[2];
    if (ctx === undefined) throw new Error('no context');
    for (const claim of preparedAbove(state)) {
      expect(verifyPrepared(claim, claim.votes, ctx)).toBeNull();
      expect(verifyPrepared({ ...claim, view: 1 }, claim.votes, ctx)).toBe(REFUSED.noPrimary);
      expect(verifyPrepared(claim, claim.votes.slice(1), ctx)).toBe(REFUSED.few);
    }
    network.run(200_000);
    const sent = state.changes.get(1)?.message;
    expect(sent?.stable.sequence).toBe(2);
    expect(sent?.prepared.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  // Ref: §4.4 (P holds sequence numbers above the stable checkpoint only).
  it('P leaves out what lies below a stable checkpoint even where it is not executed yet', () => {
    const network = quiet({ config: { checkpointInterval: 2, windowSize: 8 } });
    const message = prePrepare(2);
    hear(network, 1, 0, message);
    for (const voter of [2, 3]) hear(network, 1, voter, prepareMessage(0, 2, message.digest));
    expect(preparedAbove(stateOf(network, 1)).map(({ sequence }) => sequence)).toEqual([2]);
    for (const voter of [0, 2, 3]) hear(network, 1, voter, checkpointMessage({ sequence: 2, digest: 'ee'.repeat(32) }));
    expect(stateOf(network, 1).log.has(2)).toBe(true);
    expect(preparedAbove(stateOf(network, 1))).toEqual([]);
  });

  // Ref: §4.4 (the new primary waits for 2f+1 valid view-change messages).
  it('the new primary waits for a quorum of view changes, and those that prove nothing do not count', () => {
    const network = quiet();
    const claim = certified(network, { sequence: 1, view: 0, digest: a }, [0, 2, 3]);
    hear(network, 1, 0, viewChange(1, [{ ...claim, votes: claim.votes.slice(0, 2) }]));
    hear(network, 1, 0, viewChange(1, [{ ...claim, digest: b }]));
    hear(network, 1, 0, viewChange(1, [{ ...claim, view: 1 }]));
    expect(notes(network, 1)).toEqual([REFUSED.few, REFUSED.forged, NOTE.badClaim]);
    hear(network, 1, 2, viewChange(1, [claim]));
    expect(said(network, 1, 'NEW-VIEW')).toHaveLength(0);
    // The second of f+1 others makes it join, and so it has three.
    hear(network, 1, 3, viewChange(1));
    expect(said(network, 1, 'NEW-VIEW')).toHaveLength(1);
    expect(said(network, 1, 'NEW-VIEW')[0]).toContain(`assigns 1 ${a.slice(0, 6)}`);
  });

  // Found by the storm of seed 526: no NEW-VIEW convinced anyone while a liar sent view changes.
  // Ref: §4.4 (the new-view message must convince every backup; a liar's proof must not get into it).
  it('a claim that comes again with another proof does not spoil the NEW-VIEW', () => {
    const network = quiet();
    const assigned = prePrepare(1);
    hear(network, 1, 0, assigned);
    for (const voter of [2, 3]) hear(network, 1, voter, prepareMessage(0, 1, assigned.digest));
    const claim = stateOf(network, 1).log.get(1)?.prepared;
    const first = claim?.votes[0];
    if (claim == null || first === undefined) throw new Error('v1 prepared it');
    // v0 claims what v1 knows to be prepared, with a proof that nobody would accept, and comes first in V.
    hear(network, 1, 0, viewChange(1, [{ ...claim, votes: [first, first, first] }]));
    hear(network, 1, 2, viewChange(1, [claim]));
    const sent = stateOf(network, 1).newView?.message;
    expect(sent?.assignments.map(({ votes }) => votes)).toEqual([claim.votes]);
    const ctx = network.contexts[3];
    expect(sent && ctx && verifyNewView(sent, GENESIS_HASH, ctx)).toBeNull();
  });

  // Ref: §4.4 (the new primary needs the proofs in P; others only count who asks).
  it('only the primary of the new view hears the proofs, the others the signed claims', () => {
    const network = quiet({ config: { viewChangeTimeoutMs: 100, blockTimeMs: 10 } });
    const message = prePrepare(1);
    hear(network, 2, 0, message);
    for (const voter of [1, 3]) hear(network, 2, voter, prepareMessage(0, 1, message.digest));
    const heard: Copy[] = [];
    const route = network.options.route;
    const listen = (copy: Copy): readonly number[] => {
      heard.push(copy);
      return [];
    };
    Object.assign(network.options, { route: listen });
    network.run(200_000);
    Object.assign(network.options, { route });
    const proofs = heard
      .filter(({ from, message: { type } }) => from === 2 && type === 'view-change')
      .map(({ to, message: sent }) => [to, sent.type === 'view-change' && sent.prepared[0]?.votes.length]);
    expect(proofs.slice(0, 4)).toEqual([
      [0, 0],
      [1, 0],
      [3, 0],
      [1, 3],
    ]);
  });

  /** The NEW-VIEW 1 that v1 must send when v2 prepared `a` for number 2 and others nothing. */
  function newView(network: Network): NewView {
    const claim = certified(network, { sequence: 2, view: 0, digest: a }, [0, 2, 3]);
    const messages = [viewChange(1), viewChange(1, [claim]), viewChange(1)];
    const changes = messages.map((message, i): SignedChange => {
      const { signer, signature } = network.sign(i + 1, message);
      const prepared = message.prepared.map(({ sequence, view, digest }) => ({ sequence, view, digest }));
      return { signer, signature, stable: GENESIS, prepared };
    });
    const filler = requestDigest(nullRequest(1, 1));
    const assignments = [
      { sequence: 1, digest: filler, proof: network.sign(1, prePrepareMessage(1, 1, filler)), votes: [] },
      { sequence: 2, digest: a, proof: network.sign(1, prePrepareMessage(1, 2, a)), votes: claim.votes },
    ];
    return { type: 'new-view', view: 1, changes, stable: GENESIS, proof: [], assignments };
  }

  // Ref: §4.4 (backups verify O by the computation of the primary).
  it('a NEW-VIEW that follows from its view changes is accepted, any other is refused for its reason', () => {
    const network = quiet();
    const ctx = network.contexts[3];
    if (ctx === undefined) throw new Error('no context');
    const good = newView(network);
    const check = (message: NewView) => verifyNewView(message, GENESIS_HASH, ctx);
    expect(check(good)).toBeNull();
    const [first, second] = good.assignments;
    const [one, two, three] = good.changes;
    if (!first || !second || !one || !two || !three) throw new Error('two numbers, three changes');
    const signed = (sequence: number, digest: string) => network.sign(1, prePrepareMessage(1, sequence, digest));
    expect(check({ ...good, changes: [one, two] })).toBe(REFUSED.changes);
    expect(check({ ...good, changes: [one, two, two] })).toBe(REFUSED.changes);
    expect(check({ ...good, changes: [one, two, { ...three, signer: 0 }] })).toBe(REFUSED.change);
    expect(check({ ...good, assignments: [first] })).toBe(REFUSED.span);
    expect(check({ ...good, assignments: [first, { ...second, digest: b, proof: signed(2, b) }] })).toBe(REFUSED.value);
    expect(check({ ...good, assignments: [{ ...first, digest: b, proof: signed(1, b) }, second] })).toBe(
      REFUSED.filler,
    );
    expect(check({ ...good, assignments: [first, { ...second, votes: second.votes.slice(1) }] })).toBe(REFUSED.few);
    expect(check({ ...good, assignments: [first, { ...second, proof: first.proof }] })).toBe(REFUSED.unsigned);
    expect(check({ ...good, stable: { sequence: 0, digest: a } })).toBe(REFUSED.stable);
    const lie = { ...three, prepared: [{ sequence: 2, view: 0, digest: b }] };
    expect(check({ ...good, changes: [one, two, lie] })).toBe(REFUSED.ambiguous);
    const early = { ...three, prepared: [{ sequence: 2, view: 1, digest: b }] };
    expect(check({ ...good, changes: [one, two, early] })).toBe(REFUSED.future);
  });

  // Found by the storm of seed 4101: v0 signed a PREPARE of nothing, then one of the request that its primary sent.
  // Ref: §4.2 (a backup multicasts a prepare for what it accepted).
  it('a backup whose checkpoint is past O prepares nothing there, even if others have voted in that view', () => {
    const network = quiet({ config: { checkpointInterval: 8, windowSize: 16 } });
    for (const voter of [0, 2]) hear(network, 3, voter, commitMessage(1, 2, a));
    for (const voter of [0, 1, 2]) hear(network, 3, voter, checkpointMessage({ sequence: 8, digest: 'ab'.repeat(32) }));
    expect(stateOf(network, 3).stable.sequence).toBe(8);
    hear(network, 3, 1, newView(network));
    expect([stateOf(network, 3).view, said(network, 3, 'PREPARE ')]).toEqual([1, []]);
  });

  // Ref: §4.4 (a backup enters view v+1, adds O to its log and multicasts a prepare for each).
  it('a backup that enters the view prepares everything in O, and fetches what it does not have', () => {
    const network = quiet();
    hear(network, 3, 1, newView(network));
    expect(said(network, 3, 'PREPARE').map((line) => line.split('PREPARE ')[1]?.slice(0, 3))).toEqual(['1/1', '2/1']);
    expect(network.log.some((line) => line.includes('v3 → ') && line.includes('FETCH 2'))).toBe(true);
    // From now on view 0 is history.
    hear(network, 3, 0, prePrepare(3, 0));
    expect(notes(network, 3)).toContain(NOTE.oldPrePrepare);
    expect(said(network, 3, 'PREPARE')).toHaveLength(2);
  });

  // Ref: §4.5.2, second rule (f+1 view changes for higher views: join the smallest of them).
  it('joins the smallest of f+1 higher views without waiting for its own timer', () => {
    const network = quiet();
    hear(network, 3, 1, viewChange(5));
    expect(said(network, 3, 'VIEW-CHANGE')).toHaveLength(0);
    hear(network, 3, 2, viewChange(4));
    expect(said(network, 3, 'VIEW-CHANGE').map((line) => line.split('VIEW-CHANGE ')[1]?.[0])).toEqual(['4']);
  });
});
