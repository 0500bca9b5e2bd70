/** Vertices that others have and we lack: asking for them, and handing them out. Ref: implementation (missing ancestors are fetched). */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, scale } from '../../core/prng.ts';
import { type Fetch, MAX_FETCHED } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** A vertex that nobody had when asked so often is given up, with all that waits for it. */
const ATTEMPTS_MAX = 12;
/** Vertices in answer to one fetch. */
const SENT_MAX = 32;

/** Asks `from` for vertices that are not on their way already. `orphan`: the vertex that waits for them, or null. */
export function request(
  state: State,
  digests: readonly string[],
  from: NodeIndex,
  orphan: string | null,
  out: Out,
  ctx: Ctx,
): void {
  const asked: string[] = [];
  for (const digest of digests) {
    const known = state.missing.get(digest);
    const entry = known ?? { attempts: 1, orphans: [] };
    if (orphan !== null && !entry.orphans.includes(orphan)) entry.orphans.push(orphan);
    if (known !== undefined) continue;
    state.missing.set(digest, entry);
    // An orphan's parents are asked for already.
    if (!state.orphans.has(digest)) asked.push(digest);
  }
  if (asked.length === 0) return;
  if (from !== state.self) out.send(from, { type: 'fetch', vertices: asked.slice(0, MAX_FETCHED) });
  armFetch(state, out, ctx);
}

export function armFetch(state: State, out: Out, ctx: Ctx): void {
  if (state.isFetching || state.missing.size === 0) return;
  state.isFetching = true;
  out.setTimer({ kind: 'fetch' }, ctx.config.pollMicros);
}

/** The vertex has come: the orphans that waited for it. */
export function forgetMissing(state: State, digest: string): readonly string[] {
  const entry = state.missing.get(digest);
  state.missing.delete(digest);
  return entry?.orphans ?? [];
}

/** What has not come is asked of somebody else, at random. */
export function onFetchTimer(state: State, out: Out, ctx: Ctx): void {
  state.isFetching = false;
  const asked: string[] = [];
  for (const [digest, entry] of state.missing) {
    if (state.orphans.has(digest)) continue;
    entry.attempts++;
    if (entry.attempts > ATTEMPTS_MAX) giveUp(state, digest);
    else if (asked.length < MAX_FETCHED) asked.push(digest);
  }
  armFetch(state, out, ctx);
  if (asked.length === 0) return;
  const other = scale(draw(ctx.random, state.drawn++), state.validatorCount - 1);
  out.send(other < state.self ? other : other + 1, { type: 'fetch', vertices: asked });
}

function giveUp(state: State, first: string): void {
  const open = [first];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    state.orphans.delete(digest);
    open.push(...forgetMissing(state, digest));
  }
  state.deferred = state.deferred.filter(({ vertices }) => !vertices.includes(first));
}

/** Passes on what was asked for, then its ancestors, as far as one answer goes: the nearest first. */
export function onFetch(state: State, from: NodeIndex, { vertices }: Fetch, out: Out): void {
  const open = [...vertices];
  const sent = new Set<string>();
  for (let digest = open.shift(); digest !== undefined && sent.size < SENT_MAX; digest = open.shift()) {
    const entry = state.entries.get(digest);
    if (entry === undefined || sent.has(digest)) continue;
    sent.add(digest);
    out.relay(from, entry.vertex, entry.proof);
    open.push(...entry.vertex.parents);
  }
}
