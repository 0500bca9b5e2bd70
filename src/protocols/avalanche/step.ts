/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their part. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { takeIn } from './dag.ts';
import { armFetch, onFetch, onFetchTimer } from './exchange.ts';
import { armIssue, firstIssueMicros, onIssueTimer } from './issue.ts';
import type { Message, Vertex } from './messages.ts';
import { NOTE } from './notes.ts';
import { answerDeferred, onChit, onPollTimer, onQuery, POLL_TICK, startPoll } from './poll.ts';
import type { Ctx } from './rules.ts';
import type { Out, State, Timer } from './state.ts';

/** Avalanche takes no commands: transfers come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  state.clock = Math.floor(input.now / POLL_TICK);
  switch (input.kind) {
    case 'start':
      return onStart(state, out, ctx);
    case 'message':
      return onMessage(state, input.from, input.message, input.proof, out, ctx);
    case 'timeout':
      return onTimeout(state, input.timer, out, ctx);
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
}

/** A node that returns has forgotten whom it answered: it answers nothing that was asked before, lest it answer twice. */
function onStart(state: State, out: Out, ctx: Ctx): void {
  state.returnedAt = state.clock;
  if (state.issuedSlot > 0 || state.accepted.length > 0) out.note(NOTE.recovered);
  if (ctx.config.mode === 'avalanche') out.setTimer({ kind: 'issue' }, firstIssueMicros(ctx));
  else armIssue(state, out, ctx);
  armFetch(state, out, ctx);
  startPoll(state, out, ctx);
}

function onTimeout(state: State, timer: Timer, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'issue':
      onIssueTimer(state, out, ctx);
      return startPoll(state, out, ctx);
    case 'poll':
      return onPollTimer(state, timer.poll, out, ctx);
    case 'fetch':
      return onFetchTimer(state, out, ctx);
    default:
      return assertNever(timer);
  }
}

function onMessage(state: State, from: NodeIndex, message: Message, proof: SignedRef, out: Out, ctx: Ctx): void {
  if (message.type === 'submit') return onSubmit(state, from, message, proof, out);
  if (from >= state.validatorCount) return out.note(NOTE.notValidator);
  switch (message.type) {
    case 'vertex':
      return onVertex(state, from, message, proof, out, ctx);
    case 'query':
      onQuery(state, from, message, out, ctx);
      // A query tells a node without DAG that others are past its slot.
      return startPoll(state, out, ctx);
    case 'chit':
      return onChit(state, from, message, out, ctx);
    case 'fetch':
      return onFetch(state, from, message, out);
    default:
      return assertNever(message);
  }
}

/** Straight from its issuer, or passed on under the issuer's signature: `from` is the issuer either way. */
function onVertex(state: State, from: NodeIndex, vertex: Vertex, proof: SignedRef, out: Out, ctx: Ctx): void {
  if (vertex.issuer !== from) return out.note(NOTE.notIssuer);
  takeIn(state, vertex, proof, from, out, ctx);
  answerDeferred(state, out, ctx);
  startPoll(state, out, ctx);
}

/** A client's batch; its signature is the message's own. */
function onSubmit(state: State, from: NodeIndex, batch: Batch, proof: SignedRef, out: Out): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
}
