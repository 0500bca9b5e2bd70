/**
 * Catching up and retransmission: a replica that executes nothing says where it stands; whoever is ahead sends what it
 * executed, each request with its own proof, whoever stands beside it repeats what it said.
 * Ref: §4.3 (state transfer); Castro & Liskov, TOCS 20(4), 2002, §5.2 (status messages).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { voteOf } from '../common/tally.ts';
import { compare, hasMore, isAwaited, learn, nextAhead, noteAnswer } from '../common/chain/catch-up.ts';
import { firstKept, keptAt, keptFrom } from '../common/chain/kept.ts';
import { isHelperOf } from '../common/relay.ts';
import { fetchMissing, ownStatus, requestState } from './ask.ts';
import { advanceTo } from './checkpoint.ts';
import { compareCommits } from './evidence.ts';
import { execute, executeReady, markOrdered } from './execute.ts';
import type { Entry, Fetch, Fetched, StateRequest, StateResponse, Status } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isInWindow, verifyQuorum, verifyStable } from './rules.ts';
import { checkpointMessage, commitMessage, prepareMessage, prePrepareMessage, requestDigest } from './signing.ts';
import { executedOf, isPrimary, type Out, type Slot, type State, slotsAscending } from './state.ts';
import { takeState } from './transfer.ts';
import { passNewViewOn, repeatChange } from './view-change.ts';

/** Nothing executed for a period, or others are in a later view: tell everyone. Also asks again for what did not come. */
export function onStatusTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  const isQuiet = now >= state.progressAt + ctx.config.statusMicros;
  if (!isQuiet && !isLeftBehind(state)) return;
  out.broadcast(ownStatus(state));
  fetchMissing(state, out);
  const ahead = nextAhead(state);
  if (ahead !== null) requestState(state, ahead, now, out, ctx);
}

/** Whether f+1 others, hence a correct one, were seen in a later view. */
function isLeftBehind(state: State): boolean {
  let count = 0;
  for (const view of state.seenView) if (view > state.view) count++;
  return count >= oneCorrect(state.validatorCount);
}

export function onStatus(state: State, from: NodeIndex, message: Status, now: Micros, out: Out, ctx: Ctx): void {
  const standing = compare(state, from, message.executed, now);
  if (standing === 'ahead') requestState(state, from, now, out, ctx);
  else if (standing === 'behind') out.send(from, ownStatus(state));
  const misses = message.view < state.view || (message.view === state.view && message.isChanging);
  if (misses && !state.isChanging) passNewViewOn(state, from, out);
  repeatTo(state, from, message, out);
}

/** Says again to one peer what we said and it may have missed: view change, votes in flight, checkpoint. */
function repeatTo(state: State, peer: NodeIndex, { executed, stable, view }: Status, out: Out): void {
  if (state.isChanging && view <= state.view) repeatChange(state, peer, out);
  const settled = Math.max(executed, executedOf(state));
  for (const slot of slotsAscending(state)) if (slot.sequence > settled) repeatSlot(state, slot, peer, out);
  if (stable < state.stable.sequence) {
    const own = state.stableProof.find(({ signer }) => signer === state.self);
    if (own !== undefined) out.relay(peer, checkpointMessage(state.stable), own);
  }
  for (const [sequence, tally] of state.checkpoints) {
    const own = sequence > stable ? voteOf(tally, state.self) : null;
    if (own !== null) out.relay(peer, checkpointMessage({ sequence, digest: own.digest }), own.proof);
  }
}

/** Our part in one number of the view in progress; the pre-prepare too where that is on us. */
function repeatSlot(state: State, { sequence, rounds, requests }: Slot, peer: NodeIndex, out: Out): void {
  const round = rounds.get(state.view);
  if (round === undefined || round.digest === '') return;
  const { view, digest } = round;
  const request = requests.get(digest);
  const assigned = voteOf(round.prepares, state.primary);
  const isOnUs = peer !== state.primary && (isPrimary(state) || isHelperOf(state, peer));
  if (isOnUs && request?.view === view && assigned?.digest === digest) {
    out.relay(peer, prePrepareMessage(view, sequence, digest, request), assigned.proof);
  }
  const prepare = isPrimary(state) ? null : voteOf(round.prepares, state.self);
  if (prepare !== null) out.relay(peer, prepareMessage(view, sequence, prepare.digest), prepare.proof);
  const commit = voteOf(round.commits, state.self);
  if (commit !== null) out.relay(peer, commitMessage(view, sequence, commit.digest), commit.proof);
}

export function onStateRequest(state: State, from: NodeIndex, message: StateRequest, out: Out, ctx: Ctx): void {
  const { stable, stableProof: proof } = state;
  const { syncBatch } = ctx.config;
  const copy = message.sequence < firstKept(state) ? state.copies.get(stable.sequence) : undefined;
  const entries = entriesFrom(state, copy === undefined ? message.sequence : stable.sequence + 1, syncBatch);
  if (copy !== undefined) out.send(from, { type: 'state-response', entries, stable, proof, state: copy });
  else if (entries.length === 0) out.send(from, ownStatus(state));
  else out.send(from, { type: 'state-response', entries, stable, proof });
}

function entriesFrom(state: State, sequence: number, most: number): Entry[] {
  return (keptFrom(state, sequence, most) ?? []).map(({ request, view, votes }) => ({ request, view, votes }));
}

/**
 * Takes over the checkpoint, its state where that is sent, then one request after the other, each proved by a quorum; asks on while the
 * peer has more.
 */
export function onStateResponse(
  state: State,
  from: NodeIndex,
  message: StateResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (!isAwaited(state, from, now)) return out.note(NOTE.unsolicited);
  const before = executedOf(state);
  const { stable, proof } = message;
  if (stable.sequence > state.stable.sequence) {
    const refusal = verifyStable(stable, GENESIS_HASH, proof, ctx);
    if (refusal !== null) return out.note(refusal);
    // The answer is here: no need for the question that a checkpoint ahead of us raises.
    state.asked = { peer: from, retryAt: now + 1, hasAnswered: true };
    advanceTo(state, stable, proof, now, out, ctx);
  }
  if (message.state !== undefined) takeState(state, message.state, now, out, ctx);
  for (const entry of message.entries) {
    if (entry.request.sequence <= executedOf(state)) continue;
    const refusal = checkEntry(state, entry, ctx);
    if (refusal !== null) {
      out.note(refusal);
      break;
    }
    takeOver(state, entry, now, out, ctx);
  }
  executeReady(state, now, out, ctx);
  learn(state, from, stable.sequence);
  noteAnswer(state, from, now);
  if (executedOf(state) > before && hasMore(state, from)) requestState(state, from, now, out, ctx);
}

function takeOver(state: State, entry: Entry, now: Micros, out: Out, ctx: Ctx): void {
  const { request, view, votes } = entry;
  const slot = state.log.get(request.sequence);
  compareCommits(state, slot, commitMessage(view, request.sequence, requestDigest(request)), votes, out);
  execute(state, entry, now, out, ctx);
}

/** Null when it is the next request, within the window, and a quorum committed it. */
function checkEntry(state: State, { request, view, votes }: Entry, ctx: Ctx): string | null {
  const { sequence } = request;
  if (sequence !== executedOf(state) + 1) return NOTE.stateGap;
  if (sequence > state.stable.sequence && !isInWindow(sequence, state.stable.sequence, state.window)) {
    return NOTE.aboveWindow;
  }
  return verifyQuorum(commitMessage(view, sequence, requestDigest(request)), votes, ctx);
}

export function onFetch(state: State, from: NodeIndex, { sequence, digest }: Fetch, out: Out): void {
  const executed = keptAt(state, sequence)?.request;
  const isExecuted = executed !== undefined && requestDigest(executed) === digest;
  const request = isExecuted ? executed : state.log.get(sequence)?.requests.get(digest);
  if (request !== undefined) out.send(from, { type: 'fetched', request });
}

/** The request behind a digest that is assigned or committed here: its digest is proof enough. */
export function onFetched(state: State, { request }: Fetched, now: Micros, out: Out, ctx: Ctx): void {
  const digest = requestDigest(request);
  const slot = state.log.get(request.sequence);
  const round = slot?.rounds.get(state.view);
  const isWanted = slot?.committed?.digest === digest || round?.digest === digest;
  if (slot === undefined || !isWanted || slot.requests.has(digest)) return out.note(NOTE.notWanted);
  slot.requests.set(digest, request);
  if (round?.digest === digest && !state.isChanging) markOrdered(state, request);
  executeReady(state, now, out, ctx);
}
