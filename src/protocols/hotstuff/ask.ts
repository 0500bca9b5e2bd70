/** Asking for blocks that a certificate names: one request at a time, of one peer after the other. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Qc } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** Asks for the block of our highest certificate and what is below it, from `height` on; if absent, all above the decided ones. */
export function requestSync(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx, height?: number): void {
  if (state.highQc !== null) requestBlock(state, state.highQc, peer, now, out, ctx, height);
}

/** Asks `peer`, or a signer where that is ourselves, unless an answer is due. */
export function requestBlock(
  state: State,
  qc: Qc,
  peer: NodeIndex,
  now: Micros,
  out: Out,
  ctx: Ctx,
  height = state.decided + 1,
): void {
  if (state.asked !== null && now < state.asked.retryAt) return;
  const target = peer === state.self || peer >= state.validatorCount ? nextSigner(state, qc) : peer;
  if (target === state.self) return;
  state.asked = { peer: target, retryAt: now + ctx.config.statusMicros };
  out.setTimer({ kind: 'sync' }, ctx.config.statusMicros);
  out.send(target, { type: 'sync-request', height, digest: qc.digest });
}

/** The signer after the one asked last. */
function nextSigner(state: State, { votes }: Qc): NodeIndex {
  const last = votes.findIndex(({ signer }) => signer === state.asked?.peer);
  for (let step = 1; step <= votes.length; step++) {
    const signer = votes[(last + step) % votes.length]?.signer ?? state.self;
    if (signer !== state.self) return signer;
  }
  return state.self;
}
