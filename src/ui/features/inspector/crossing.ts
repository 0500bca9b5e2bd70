/** How far a transaction between shards is at a moment, and its life line by line. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Declaration } from '../../../protocols/protocol.ts';
import type { Frame, LifeStep, MessageDetails, ShardShape, TransactionLife } from '../../../session/view.ts';
import { sentence } from '../../lib/format.ts';
import { insideText, parentName, shardName } from '../../lib/shards.ts';

export interface PartStatus {
  readonly shard: number;
  readonly isCoordinator: boolean;
  /** The larger shard for all of which it votes; null: for itself alone. */
  readonly speaksFor: string | null;
  /** In a few words. */
  readonly stage: string;
  /** Null while nothing is known of it. */
  readonly since: Micros | null;
  readonly isDone: boolean;
}

export interface CrossingStatus {
  readonly phase: string;
  readonly outcome: 'commit' | 'abort' | null;
  /** One sentence. */
  readonly text: string;
  /** Shards that take part, by number. */
  readonly parts: readonly PartStatus[];
  readonly done: number;
}

const STAGES = { promise: 'voted YES, in doubt', commit: 'committed', abort: 'aborted' } as const;

export function crossingStatus(
  life: TransactionLife,
  declaration: Declaration,
  shape: ShardShape,
  at: Micros,
): CrossingStatus {
  const steps = life.steps.filter((step) => step.at <= at);
  const begun = steps.find(({ step }) => step?.means === 'begin');
  const decided = steps.find(({ step }) => step?.means === 'decide');
  const coordinator = (begun ?? decided)?.shard ?? null;
  const parts = shardsOf(life, declaration, shape.validatorsPerShard).map((shard) => ({
    ...partOf(shard, coordinator, steps),
    speaksFor: steps.some((step) => step.shard === shard && step.step?.means === 'gather')
      ? parentName(shape, shard)
      : null,
  }));
  const done = parts.filter(({ isDone }) => isDone).length;
  const outcome = decided?.step?.outcome ?? null;
  const phase = phaseOf(outcome, parts, done);
  const who = coordinator === null ? 'Nobody has taken it on' : `${shardName(coordinator)} coordinates`;
  return { phase, outcome, parts, done, text: `${who}; ${done} of ${parts.length} shards are done with it.` };
}

function phaseOf(outcome: CrossingStatus['outcome'], parts: readonly PartStatus[], done: number): string {
  if (done === parts.length && parts.length > 0) return outcome === 'abort' ? 'aborted' : 'committed';
  if (outcome === null) return 'preparing';
  return outcome === 'commit' ? 'committing' : 'aborting';
}

function partOf(shard: number, coordinator: number | null, steps: readonly LifeStep[]): Omit<PartStatus, 'speaksFor'> {
  const mine = steps.filter((step) => step.shard === shard);
  const end = mine.find(({ step }) => step?.means === 'end');
  const promise = mine.find(({ step }) => step?.means === 'promise');
  const wait = mine.findLast(({ kind }) => kind === 'wait');
  const about = { shard, isCoordinator: shard === coordinator, isDone: end !== undefined };
  if (end !== undefined) return { ...about, stage: STAGES[end.step?.outcome ?? 'abort'], since: end.at };
  if (promise !== undefined)
    return { ...about, stage: about.isCoordinator ? 'ready' : STAGES.promise, since: promise.at };
  if (wait !== undefined) return { ...about, stage: `waits for ${wait.account}`, since: wait.at };
  return { ...about, stage: 'has not answered', since: null };
}

/** Shards that said something of it, and those that were asked for their vote. */
function shardsOf(life: TransactionLife, declaration: Declaration, validatorsPerShard: number): readonly number[] {
  const asked = life.copies
    .filter(({ flight }) => declaration.messages[flight.type]?.phase === 'propose')
    .map(({ flight }) => Math.floor(flight.to / validatorsPerShard));
  const spoke = life.steps.filter(({ step }) => step === null || step.by === 'participant').map(({ shard }) => shard);
  return [...new Set([...spoke, ...asked])].sort((a, b) => a - b);
}

export interface LifeLine {
  readonly key: string;
  readonly at: Micros;
  readonly text: string;
  readonly isDone: boolean;
}

/** Steps, locks and messages in one order; several copies of one message are one line. */
export function lifeLines(
  life: TransactionLife,
  frame: Pick<Frame, 'declaration' | 'nodes'>,
  at: Micros,
): readonly LifeLine[] {
  const lines = new Map<string, LifeLine & { readonly seq: number; readonly to: readonly number[] }>();
  for (const { flight, send } of life.copies) {
    const key = `${flight.messageId} ${flight.sentAt} ${flight.type}`;
    const to = [...(lines.get(key)?.to ?? []), flight.to];
    const label = sentence(frame.declaration.messages[flight.type]?.label ?? 'message');
    const names = to.map((node) => frame.nodes[node]?.id ?? '?').join(', ');
    const text = `${frame.nodes[flight.from]?.id ?? '?'}: ${label}${insideText(flight, frame.declaration)} to ${names}`;
    lines.set(key, { key, at: flight.sentAt, seq: lines.get(key)?.seq ?? send, text, to, isDone: flight.sentAt <= at });
  }
  for (const step of life.steps) {
    const key = `s${step.seq}`;
    const text = `${frame.nodes[step.node]?.id ?? '?'} ${verbOf(step)}`;
    lines.set(key, { key, at: step.at, seq: step.seq, text, to: [], isDone: step.at <= at });
  }
  return [...lines.values()].sort((a, b) => a.seq - b.seq);
}

function verbOf({ kind, step, account }: LifeStep): string {
  if (step !== null) return step.label;
  return kind === 'lock' ? `locks ${account}` : kind === 'unlock' ? `releases ${account}` : `waits for ${account}`;
}

/** The transactions that a message is about: its own, or those of what travels inside it. */
export function crossingsOf(
  { type, slot, content }: Pick<MessageDetails, 'type' | 'slot' | 'content'>,
  { transactions }: Pick<Declaration, 'transactions'>,
): readonly number[] {
  if (transactions?.messages.includes(type) === true) return [slot];
  if (content === null || transactions?.carriers?.types.includes(type) !== true) return [];
  const inside = transactions.carriers.inside(content) ?? [];
  return [...new Set(inside.map(({ transaction }) => transaction))].sort((a, b) => a - b);
}
