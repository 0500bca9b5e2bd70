/** Polls: sampling, asking, answering, and what the answers do. Ref: Slush (the query loop); the paper's loops. */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, scale } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import { accept, acceptReady, creditAncestry, failAncestry } from './accept.ts';
import { sampleSizeOf } from './config.ts';
import { request } from './exchange.ts';
import { armIssue } from './issue.ts';
import { type Chit, MAX_QUERIED, type Query } from './messages.ts';
import { NOTE } from './notes.ts';
import { alphaOf, applyRound, type Ctx, isSettled, isStronglyPreferred } from './rules.ts';
import { type Deferred, type Out, type Poll, type State, setOf } from './state.ts';

/**
 * Polls are numbered by the time at which they begin, µs a number, or one after the other where they are quicker: a node that
 * returns uses no number twice, and knows which queries are older than its return. The numbers of 256 nodes last for four hours.
 */
export const POLL_TICK: Micros = 2_000;
/** Queries that may wait for vertices, per validator. */
const DEFERRED_MAX = 2;

/** Begins a poll where there is something to ask and none is in progress. */
export function startPoll(state: State, out: Out, ctx: Ctx): void {
  if (state.poll !== null) return;
  const asked = ctx.config.mode === 'avalanche' ? nextUnpolled(state) : ownColour(state, out);
  if (asked === null) return;
  state.pollCount = Math.max(state.pollCount + 1, state.clock);
  const id = state.pollCount * state.validatorCount + state.self + 1;
  const sampled = sample(state, ctx);
  state.poll = {
    id,
    slot: asked.slot,
    vertices: asked.vertices,
    sampled,
    answered: [],
    yes: asked.vertices.map(() => 0),
    colours: new Map(),
  };
  const query: Query = { type: 'query', poll: id, slot: asked.slot, vertices: asked.vertices };
  // Signed once, however many are asked.
  const proof = out.sign(query);
  for (const node of sampled) out.relay(node, query, proof);
  out.setTimer({ kind: 'poll', poll: id }, ctx.config.pollMicros);
}

/** Avalanche: each vertex is asked about once; those that came meanwhile share a poll. */
function nextUnpolled(state: State): { slot: number; vertices: string[] } | null {
  const vertices: string[] = [];
  let taken = 0;
  for (const digest of state.unpolled) {
    if (vertices.length === MAX_QUERIED) break;
    taken++;
    const entry = state.entries.get(digest);
    if (entry !== undefined && !entry.isAccepted && !entry.isRejected) vertices.push(digest);
  }
  state.unpolled.splice(0, taken);
  const slot = state.entries.get(vertices[0] ?? '')?.vertex.slot;
  return slot === undefined ? null : { slot, vertices };
}

/** Without DAG: the colour of the next instance. A node without one asks only when others are past it. */
function ownColour(state: State, out: Out): { slot: number; vertices: string[] } | null {
  const slot = state.acceptedSlot + 1;
  const colour = state.sets.get(slot)?.preferred ?? '';
  if (colour !== '') return { slot, vertices: [colour] };
  if (state.seenSlot <= slot) return null;
  out.note(NOTE.colourless);
  return { slot, vertices: [] };
}

/** k different others, uniformly. Ref: Slush. */
function sample(state: State, ctx: Ctx): NodeIndex[] {
  const others: NodeIndex[] = [];
  for (let node = 0; node < state.validatorCount; node++) if (node !== state.self) others.push(node);
  const k = sampleSizeOf(ctx.config, state.validatorCount);
  for (let i = 0; i < k && k < others.length; i++) {
    const j = i + scale(draw(ctx.random, state.drawn++), others.length - i);
    [others[i], others[j]] = [others[j] as NodeIndex, others[i] as NodeIndex];
  }
  return others.slice(0, k);
}

/** Answers at once, or when the vertices that are asked about have come. Ref: Slush (onQuery). */
export function onQuery(state: State, from: NodeIndex, { poll, slot, vertices }: Query, out: Out, ctx: Ctx): void {
  if (poll <= (state.answered[from] ?? 0)) return out.note(NOTE.answered);
  if (Math.floor((poll - 1) / state.validatorCount) <= state.returnedAt) return out.note(NOTE.old);
  state.seenSlot = Math.max(state.seenSlot, slot);
  if (ctx.config.mode !== 'avalanche') state.askedWith[from] = { slot, colour: vertices[0] ?? '' };
  const query: Deferred = { from, poll, slot, vertices };
  const unknown = vertices.filter((digest) => !state.entries.has(digest));
  if (unknown.length === 0) return answer(state, query, out, ctx);
  state.deferred.push(query);
  if (state.deferred.length > DEFERRED_MAX * state.validatorCount) state.deferred.shift();
  request(state, unknown, from, null, out, ctx);
}

/** Answers the queries that waited for nothing but what has come. */
export function answerDeferred(state: State, out: Out, ctx: Ctx): void {
  if (state.deferred.length === 0) return;
  const ready = state.deferred.filter(({ vertices }) => vertices.every((digest) => state.entries.has(digest)));
  if (ready.length === 0) return;
  state.deferred = state.deferred.filter((query) => !ready.includes(query));
  for (const query of ready) if (query.poll > (state.answered[query.from] ?? 0)) answer(state, query, out, ctx);
}

function answer(state: State, query: Deferred, out: Out, ctx: Ctx): void {
  const { from, poll, slot, vertices } = query;
  state.answered[from] = poll;
  state.lastAsked = query;
  const prefers =
    ctx.config.mode === 'avalanche'
      ? vertices.map((digest) => (isStronglyPreferred(state, digest) ? digest : ''))
      : [state.sets.get(slot)?.preferred ?? ''];
  out.send(from, { type: 'chit', poll, slot, prefers });
}

/** Counts an answer; the poll ends as soon as no further answer can change it. */
export function onChit(state: State, from: NodeIndex, { poll: id, prefers }: Chit, out: Out, ctx: Ctx): void {
  const { poll } = state;
  if (poll === null || poll.id !== id || !poll.sampled.includes(from) || poll.answered.includes(from)) {
    // Late answers are nothing to speak of.
    if (id !== poll?.id && id > state.pollCount * state.validatorCount + state.self + 1) out.note(NOTE.stale);
    return;
  }
  poll.answered.push(from);
  if (ctx.config.mode === 'avalanche') {
    for (const [i, digest] of poll.vertices.entries()) if (prefers[i] === digest) poll.yes[i] = (poll.yes[i] ?? 0) + 1;
  } else {
    const colour = prefers[0] ?? '';
    if (colour !== '') poll.colours.set(colour, (poll.colours.get(colour) ?? 0) + 1);
  }
  if (isDetermined(poll, ctx)) finishPoll(state, poll, out, ctx);
}

function isDetermined(poll: Poll, ctx: Ctx): boolean {
  const alpha = alphaOf(ctx);
  const open = poll.sampled.length - poll.answered.length;
  const isClear = (count: number): boolean => count >= alpha || count + open < alpha;
  if (ctx.config.mode === 'avalanche') return poll.yes.every(isClear);
  return open === 0 || [...poll.colours.values()].some((count) => count >= alpha);
}

export function onPollTimer(state: State, id: number, out: Out, ctx: Ctx): void {
  if (state.poll?.id === id) finishPoll(state, state.poll, out, ctx);
}

function finishPoll(state: State, poll: Poll, out: Out, ctx: Ctx): void {
  state.poll = null;
  out.cancelTimer({ kind: 'poll', poll: poll.id });
  if (ctx.config.mode === 'avalanche') tally(state, poll, out, ctx);
  else applyColours(state, poll, out, ctx);
  startPoll(state, out, ctx);
}

/** Ref: Avalanche (the main loop). */
function tally(state: State, poll: Poll, out: Out, ctx: Ctx): void {
  const alpha = alphaOf(ctx);
  for (const [i, digest] of poll.vertices.entries()) {
    if ((poll.yes[i] ?? 0) >= alpha) {
      out.note(NOTE.succeeded);
      acceptReady(state, creditAncestry(state, digest, poll.id, out, ctx), poll.id, out, ctx);
    } else {
      out.note(NOTE.failed);
      failAncestry(state, digest, ctx);
    }
  }
}

/** Ref: Slush, Snowflake, Snowball. A colour whose vertex has not come counts for nothing yet. */
function applyColours(state: State, poll: Poll, out: Out, ctx: Ctx): void {
  const set = setOf(state, poll.slot);
  if (set.accepted !== '') return;
  const unknown = [...poll.colours.keys()].filter((colour) => !set.members.includes(colour));
  if (unknown.length > 0) request(state, unknown, poll.answered[0] ?? state.self, null, out, ctx);
  const alpha = alphaOf(ctx);
  const winner = set.members.find((colour) => (poll.colours.get(colour) ?? 0) >= alpha) ?? null;
  out.note(winner === null ? NOTE.failed : NOTE.succeeded);
  if (applyRound(set, winner, ctx.config.mode, ctx.mutant)) {
    state.flippedAt = poll.id;
    out.note(NOTE.flips);
  }
  const entry = state.entries.get(set.preferred);
  if (entry === undefined || !isSettled(set, ctx.config)) return;
  out.note(NOTE.settled);
  accept(state, set.preferred, entry, poll.id, out, ctx);
  armIssue(state, out, ctx);
}
