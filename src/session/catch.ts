/** Taking back what was done by hand, and catching one message on its way: both go back and let the run take another course. */
import { nodeIndexOf, type NodeIndex } from '../core/ids.ts';
import { TestnetError } from '../core/problem.ts';
import { type Micros, microsFromMs, msFromMicros } from '../core/time.ts';
import { type MessageAction, namingOf } from '../kernel/plan.ts';
import { parseMessageId } from '../kernel/trace/messages.ts';
import { RECORD } from '../kernel/trace/records.ts';
import { describeFault } from '../runtime/describe-fault.ts';
import type { Run } from './run.ts';
import type { Frame } from './view.ts';

/** A copy of a message to be caught, and what becomes of it. */
export interface Caught {
  /** As the trace names it, `v0#17`. */
  readonly messageId: string;
  /** Whose copy; null: everybody's. */
  readonly to: string | null;
  readonly action: MessageAction;
  /** How much later a delayed one or a second copy arrives. Default 200. */
  readonly delayMs?: number;
}

/** How many of its sender's steps before a message the run is taken back: a message is made a step or two before it leaves. */
const STEPS_BEFORE = 3;

/**
 * Takes back the intervention at `index` of `Run.interventions`, and all after it: the run goes on from the moment before it
 * was done, as a run of its own. Returns that moment.
 */
export async function undo(run: Run, runId: string, index: number): Promise<Micros> {
  const done = run.interventions[index];
  if (done === undefined) {
    const expected = `0 to ${run.interventionCount - 1}`;
    throw new TestnetError('not-found', `nothing was done by hand at position ${index} (${expected})`);
  }
  await run.branch(runId, done.at, index);
  return done.at;
}

/**
 * Goes back to shortly before the message was sent, records a fault that names it, and runs to where the run was. The message
 * is the same one: up to its sending nothing has changed. What was done by hand after that moment is gone, like in any fork.
 */
export async function catchMessage(run: Run, runId: string, caught: Caught): Promise<Micros> {
  const parsed = parseMessageId(caught.messageId);
  const origin = parsed === null ? null : nodeIndexOf(parsed.origin, namingOf(run.executor.plan));
  const message =
    parsed === null || origin === null
      ? null
      : await run.shelf.whenHere(() => run.store.message(origin, parsed.sequence));
  if (message === null || origin === null)
    throw new TestnetError('not-found', `message ${caught.messageId} is not in this run`);
  const head = run.horizon;
  const at = await run.shelf.whenHere(() => beforeSending(run, origin, message.sentAt));
  await run.branch(runId, at);
  await run.inject({
    kind: 'message',
    message: caught.messageId,
    to: caught.to === null ? null : [caught.to],
    action: caught.action,
    ...(caught.delayMs === undefined ? {} : { delayMs: caught.delayMs }),
    until: msFromMicros(Math.max(message.sentAt, microsFromMs(msFromMicros(run.horizon))) + 1),
  });
  if (head > run.horizon) await run.advance({ until: head });
  return at;
}

/** When the sender did something a few steps before it sent at `sentAt`; 0 where it had not done as much. */
function beforeSending({ store }: Run, origin: NodeIndex, sentAt: Micros): Micros {
  let at = sentAt;
  let steps = 0;
  for (let seq = store.positionAt(sentAt) - 1; seq >= store.firstSeq; seq--) {
    const { kind, node, t } = store.read(seq);
    if (node !== origin || t >= at || (kind !== RECORD.deliver && kind !== RECORD.timer)) continue;
    at = t;
    if (++steps === STEPS_BEFORE) return at;
  }
  return 0;
}

const lists = new WeakMap<Run['interventions'], Frame['interventions']>();

/** What was done by hand, as the page lists it: the same list until something is done or undone. */
export function interventionsOf(run: Run): Frame['interventions'] {
  const known = lists.get(run.interventions);
  if (known !== undefined) return known;
  const { faults } = run.plan;
  const list = run.interventions.map(({ at, deed }) => {
    const fault = faults.find(({ id }) => id === deed.id);
    const text = fault === undefined ? `transaction ${deed.id}` : describeFault(fault, namingOf(run.plan));
    return { at, kind: deed.kind, text };
  });
  lists.set(run.interventions, list);
  return list;
}
