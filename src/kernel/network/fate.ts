/**
 * What becomes of one copy on one link. A copy uses up one number of its link's stream, whatever becomes of it, and every
 * question about it has a block of its own: adding loss or a partition shifts no other copy's latency.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { scale, secondWord, threefry } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import { LATENCY_MICROS_MAX, negativeLog2, timesPowerOfTwo } from './fixed.ts';
import { sampleLatency } from './latency.ts';
import { CUT, type HeldCopy, type Links, type NetworkFault } from './links.ts';

/** `lost` and `partitionLost` never arrive; `held` must be handed to `hold`. */
export const OUTCOME = { delivered: 0, lost: 1, partitionLost: 2, held: 3 } as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** Written by `fate`, reused from copy to copy. */
export interface Fate {
  outcome: Outcome;
  /** When it arrives, µs; −1 unless delivered. */
  deliverAt: Micros;
  /** When a second one arrives, µs, before or after the first; −1 when there is none. */
  duplicateAt: Micros;
  /** The copy's number on its link. */
  draw: number;
}

export function createFate(): Fate {
  return { outcome: OUTCOME.delivered, deliverAt: -1, duplicateAt: -1, draw: 0 };
}

/** Second counter word: which question about a copy a block answers. Never renumber. */
const BLOCK = { travel: 0, chance: 1, duplicate: 2, release: 3 } as const;

const MILLION = 1_000_000;

/** One in so many copies of an asynchronous network is a straggler. A power of two. */
const STRAGGLER_ONE_IN = 16;
/** A straggler travels at least so many times longer again. */
const STRAGGLER_FACTOR = 8;

/** Decides the fate of one copy given to the network at `now`; copies of a broadcast in the order of the calls. */
export function fate(
  links: Links,
  now: Micros,
  to: NodeIndex,
  sizeBytes: number,
  messageType: number,
  out: Fate,
): void {
  const departure = links.bandwidthMbps === 0 ? now : leaveUplink(links, now, sizeBytes);
  const draw = links.draws[to] as number;
  links.draws[to] = draw + 1;
  out.draw = draw;
  out.deliverAt = -1;
  out.duplicateAt = -1;
  const cut = links.cut[to] as number;
  if (cut !== CUT.none) {
    out.outcome = cut === CUT.lost ? OUTCOME.partitionLost : OUTCOME.held;
    return;
  }
  const cell = to * links.messageTypes.length + messageType;
  const lossPpm = links.lossPpm[cell] as number;
  const duplicatePpm = links.duplicatePpm[cell] as number;
  let duplicated = false;
  if (lossPpm > 0 || duplicatePpm > 0) {
    const word = threefry(links.keys[2 * to] as number, links.keys[2 * to + 1] as number, draw, BLOCK.chance);
    duplicated = scale(secondWord(), MILLION) < duplicatePpm;
    if (scale(word, MILLION) < lossPpm) {
      out.outcome = OUTCOME.lost;
      return;
    }
  }
  const delay = links.delayMicros[cell] as number;
  out.outcome = OUTCOME.delivered;
  out.deliverAt = arrival(links, departure, to, draw, BLOCK.travel) + delay;
  if (duplicated) out.duplicateAt = arrival(links, departure, to, draw, BLOCK.duplicate) + delay;
}

/** Whether all that becomes of a copy is that it travels: no rule is in force, and the network neither loses nor doubles nor queues. */
export function isCalm({ rules, bandwidthMbps, networkLossPpm, networkDuplicatePpm }: Links): boolean {
  return rules.length === 0 && bandwidthMbps === 0 && networkLossPpm === 0 && networkDuplicatePpm === 0;
}

/** `fate` of a copy on calm links: when it arrives, µs. */
export function calmArrival(links: Links, now: Micros, to: NodeIndex): Micros {
  const draw = links.draws[to] as number;
  links.draws[to] = draw + 1;
  return arrival(links, now, to, draw, BLOCK.travel);
}

/** `calmArrival` for the first so many nodes but ourselves, in their order: by receiver into `out`. */
export function calmArrivals(links: Links, now: Micros, receiverCount: number, out: Float64Array): void {
  const { draws, keys, latency, self, fromRegion, toRegion, deltaMicros } = links;
  // Without stragglers, and with a bound that holds already, a copy's latency is all there is to draw.
  const isPlain = !links.asynchronous && now >= links.gst;
  for (let to = 0; to < receiverCount; to++) {
    if (to === self) continue;
    const draw = draws[to] as number;
    draws[to] = draw + 1;
    if (!isPlain) {
      out[to] = arrival(links, now, to, draw, BLOCK.travel);
      continue;
    }
    const word = threefry(keys[2 * to] as number, keys[2 * to + 1] as number, draw, BLOCK.travel);
    // The same 32 bits with a sign: samplers look at bits, and half of all numbers without one would be boxed on the way.
    const travel = sampleLatency(latency, word | 0, fromRegion, toRegion[to] as number);
    out[to] = now + (travel < deltaMicros ? travel : deltaMicros);
  }
}

/**
 * Does to a copy, whose fate is decided, what somebody who caught it wants: nothing of it is drawn, so that no other copy's
 * fate changes. An altered copy keeps its fate; its bytes are the sender's business. Only a copy on its way can be delayed,
 * doubled or altered; a held one can still be dropped.
 */
export function intervene(decided: Fate, caught: Extract<NetworkFault, { readonly kind: 'message' }>): void {
  if (caught.action === 'drop') {
    decided.outcome = decided.outcome === OUTCOME.partitionLost ? OUTCOME.partitionLost : OUTCOME.lost;
    decided.deliverAt = -1;
    decided.duplicateAt = -1;
    return;
  }
  if (decided.outcome !== OUTCOME.delivered) return;
  if (caught.action === 'delay') decided.deliverAt += caught.delayMicros;
  if (caught.action === 'duplicate') decided.duplicateAt = decided.deliverAt + caught.delayMicros;
}

/** Keeps a copy that `fate` just declared held; `endRule` hands it back. */
export function hold(
  links: Links,
  decided: Fate,
  now: Micros,
  to: NodeIndex,
  sizeBytes: number,
  type: number,
  payload: unknown,
): void {
  assert(decided.outcome === OUTCOME.held, 'only a held copy can be kept at a cut');
  links.held.push({ to, type, sizeBytes, sentAt: now, draw: decided.draw, payload });
}

/** When a held copy arrives that is let go at `now`: a fresh latency, and the delays of the link faults in force. */
export function releasedAt(links: Links, copy: HeldCopy, now: Micros): Micros {
  const delay = links.delayMicros[copy.to * links.messageTypes.length + copy.type] as number;
  return arrival(links, now, copy.to, copy.draw, BLOCK.release) + delay;
}

/** Sends the bytes over the node's one uplink after all it was given before; returns when the last bit has left, µs. */
function leaveUplink(links: Links, now: Micros, sizeBytes: number): Micros {
  const departure = Math.max(now, links.busyUntil) + Math.ceil((sizeBytes * 8) / links.bandwidthMbps);
  links.busyUntil = departure;
  return departure;
}

/** When a copy that left at `departure` arrives, without link faults. One block: latency, and what synchrony adds. */
function arrival(links: Links, departure: Micros, to: NodeIndex, draw: number, block: number): Micros {
  const word = threefry(links.keys[2 * to] as number, links.keys[2 * to + 1] as number, draw, block);
  const extra = secondWord();
  let travel = sampleLatency(links.latency, word, links.fromRegion, links.toRegion[to] as number);
  if (links.asynchronous) {
    if (extra % STRAGGLER_ONE_IN === 0) travel += straggle(travel, extra);
    return departure + travel;
  }
  if (departure < links.gst) travel += beforeGst(links.gst - departure, extra);
  return Math.min(departure + travel, Math.max(departure, links.gst) + links.deltaMicros);
}

/** Before GST a copy loses up to the whole time that is left: left · u², so that early and late ones mix. */
function beforeGst(left: Micros, word: number): Micros {
  return scale(word, scale(word, left + 1) + 1);
}

/** Pareto with tail index 1 (no mean) from eight times the ordinary latency on; one hour at most. */
function straggle(travel: Micros, word: number): Micros {
  return timesPowerOfTwo(Math.min(STRAGGLER_FACTOR * travel, LATENCY_MICROS_MAX), negativeLog2(word));
}
