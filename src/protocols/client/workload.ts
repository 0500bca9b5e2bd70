/**
 * When a client makes its transfers and what they are: a pure function of (workload, client, transfer number), in
 * integers.
 *
 * Transfer i of the client at position p among C is transfer g = iC + p of the whole testnet, which is due in the g-th
 * slot of 1/rate seconds. Jitter moves it uniformly within its client's slot of C/rate seconds, so that arrivals look
 * irregular, keep their order, and the long-run rate is exact however long the run.
 */
import { draw, type StreamKey, scale } from '../../core/prng.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Transfer } from '../../ledger/types.ts';
import type { Workload } from '../protocol.ts';

/** Which client, and the load it has its share of. Plain data. */
export interface Share {
  /** Position of the client among the clients, 0 … clientCount−1. */
  readonly position: number;
  readonly clientCount: number;
  readonly accountCount: number;
  /** Transfers per 1,000 virtual seconds over all clients. */
  readonly rateMilli: number;
}

/** Amounts are uniform in 1 … AMOUNT_MAX units. */
export const AMOUNT_MAX = 100;

/** Draws a transfer takes from the client's stream: number i owns the counters from DRAWS · i on. */
const DRAWS = 4;

/** The share of one client. Rates are kept to a thousandth of a transfer per second. */
export function shareOf(workload: Workload, position: number, clientCount: number): Share {
  const rateMilli = Math.round(workload.ratePerSecond * 1000);
  return { position, clientCount, accountCount: workload.accountCount, rateMilli };
}

/** How many accounts belong to the client: k, k + clientCount, … below accountCount. */
export function ownAccountCount({ position, clientCount, accountCount }: Share): number {
  return Math.max(0, Math.ceil((accountCount - position) / clientCount));
}

/** Whether the client has anything to do: a rate, an account of its own and another one to pay to. */
export function isActive(share: Share): boolean {
  return share.rateMilli > 0 && share.accountCount >= 2 && ownAccountCount(share) > 0;
}

/** When transfer `number` is made, µs since the client started. Never decreases with `number`. */
export function arrivalMicros(share: Share, random: StreamKey, number: number): Micros {
  const begin = slotBegin(share, number * share.clientCount + share.position);
  const end = slotBegin(share, (number + 1) * share.clientCount + share.position);
  return begin + scale(draw(random, number * DRAWS), Math.min(end - begin, 2 ** 32));
}

/** Transfer `number`: from an account of the client's own to any other. */
export function transferAt(share: Share, random: StreamKey, number: number): Transfer {
  const from = share.position + share.clientCount * scale(draw(random, number * DRAWS + 1), ownAccountCount(share));
  const other = scale(draw(random, number * DRAWS + 2), share.accountCount - 1);
  const amount = 1 + scale(draw(random, number * DRAWS + 3), AMOUNT_MAX);
  return { from, to: other < from ? other : other + 1, amount };
}

/** ⌊g · 10⁹ / rateMilli⌋ µs, in whole seconds and a rest so that every product stays a safe integer. */
function slotBegin({ rateMilli }: Share, globalNumber: number): Micros {
  const milli = globalNumber * 1000;
  const seconds = Math.floor(milli / rateMilli);
  return seconds * SECOND + Math.floor(((milli - seconds * rateMilli) * SECOND) / rateMilli);
}
