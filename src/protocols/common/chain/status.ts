/**
 * Saying where one stands: a node that hears nothing tells everyone, whoever is ahead answers with blocks, whoever stands beside it
 * repeats what it said. Ref: Castro & Liskov, TOCS 20(4), 2002 (status messages).
 */
import type { NodeIndex } from '../../../core/ids.ts';
import { oneCorrect } from '../../../core/quorum.ts';
import type { Micros } from '../../../core/time.ts';
import type { LedgerState } from '../../../ledger/types.ts';
import type { Arrival } from '../step.ts';
import { type CatchingUp, compare, countAhead, nextAhead } from './catch-up.ts';
import { type Future, keepForLater } from './future.ts';
import type { Kept } from './kept.ts';
import type { SyncRequest, SyncResponse } from './messages.ts';
import { answerWithBlocks, askForBlocks } from './sync.ts';
import { has, isNumber } from '../shape.ts';

/** Where the sender stands: it has decided `height` and is in `view` of the next. */
export interface Status {
  readonly type: 'status';
  readonly height: number;
  readonly view: number;
}

export function isStatus(value: object): value is Status {
  return has(value, ['type', 'height', 'view']) && isNumber(value.height) && isNumber(value.view);
}

/** The part of a node's state that says where it stands. */
interface Standing extends CatchingUp {
  /** The view in progress. */
  readonly view: number;
  /** Last decision, and when the next height is due, virtual µs. */
  readonly progressAt: Micros;
  readonly scheduledAt: Micros;
}

interface Out<E> {
  note(rule: string): void;
  send(to: NodeIndex, message: Status | SyncRequest | SyncResponse<E>): unknown;
  broadcast(message: Status): unknown;
  setTimer(timer: { readonly kind: 'status' }, after: Micros): void;
}

interface Ctx {
  readonly config: {
    /** Silence after which a node says where it stands, and its patience with who should answer, µs. */
    readonly statusMicros: Micros;
    /** Blocks in one answer. */
    readonly syncBatch: number;
  };
}

/** Nothing decided for a period: tell everyone. Also asks again for blocks that did not come. */
export function onStatusTimer(state: Standing, now: Micros, out: Out<never>, ctx: Ctx): void {
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  const quietSince = Math.max(state.progressAt, state.scheduledAt);
  if (now < quietSince + ctx.config.statusMicros) return;
  out.broadcast(ownStatus(state));
  const ahead = nextAhead(state);
  if (ahead !== null) requestSync(state, ahead, now, out, ctx);
}

function ownStatus({ decided, view }: Standing): Status {
  return { type: 'status', height: decided, view };
}

/** A peer says where it stands; `repeatTo` says again to one on our height what we said in the view in progress. */
export function onStatus<S extends Standing, O extends Out<never>>(
  state: S,
  { from, message, now }: Arrival<Status>,
  repeatTo: (state: S, peer: NodeIndex, out: O) => void,
  out: O,
  ctx: Ctx,
): void {
  switch (compare(state, from, message.height, now)) {
    case 'ahead':
      return requestSync(state, from, now, out, ctx);
    case 'behind':
      return answerBehind(state, from, out);
    case 'level':
      return repeatTo(state, from, out);
  }
}

/** Says to one peer where we stand: it is behind, or asked for what we do not have. */
export function answerBehind(state: Standing, from: NodeIndex, out: Pick<Out<never>, 'send'>): void {
  out.send(from, ownStatus(state));
}

/** A message for a later height. So many senders at the next one that one of `memberCount` is correct are reason to ask. */
export function onFuture<M extends { readonly height: number }>(
  state: Standing & Future<M>,
  arrival: Arrival<M>,
  memberCount: number,
  out: Out<never>,
  ctx: Ctx,
): void {
  const { message, proof, now } = arrival;
  const areEnoughAhead = (): boolean => countAhead(state) >= Math.max(2, oneCorrect(memberCount));
  const isReason = keepForLater(state, arrival, message.height, areEnoughAhead, out);
  if (isReason) requestSync(state, proof.signer, now, out, ctx);
}

/** Asks `peer` for what follows our last block, unless an answer is due. */
export function requestSync(state: CatchingUp, peer: NodeIndex, now: Micros, out: Out<never>, ctx: Ctx): void {
  askForBlocks(state, peer, now, ctx.config.statusMicros, out);
}

export function onSyncRequest<E>(
  state: Standing & Kept<E> & { readonly ledger: LedgerState },
  { from, message }: Arrival<SyncRequest>,
  out: Out<E>,
  ctx: Ctx,
): void {
  if (!answerWithBlocks(state, from, message, ctx.config.syncBatch, out)) answerBehind(state, from, out);
}
