/** From packed records to the trace events of the public contract. */
import { InvariantError } from '../../core/assert.ts';
import { type NodeIndex, nodeName, type Naming } from '../../core/ids.ts';
import { msFromMicros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import { OUTCOME } from '../network/index.ts';
import type { FaultPlan } from '../plan.ts';
import type {
  DecideEvent,
  DeliverEvent,
  DropEvent,
  FaultEvent,
  SendEvent,
  StateEvent,
  TraceEvent,
  TraceEventKind,
} from './events.ts';
import { hex8, type MessageEntry, messageId } from './messages.ts';
import { COPY, DROP_REASONS, RECORD, type RecordKind, WORD } from './records.ts';

/** What decoding needs beside the record itself. */
export interface DecodeContext extends Naming {
  readonly declaration: Declaration;
  text(node: NodeIndex, code: number): string;
  /** Null when the message was sent before this trace begins. */
  message(origin: NodeIndex, sequence: number): MessageEntry | null;
  /** Null when nobody said what this fault is. */
  fault(index: number): FaultPlan | null;
}

/** The event kind of each record kind; texts and messages are no events of their own. */
export const EVENT_KIND: Readonly<Partial<Record<RecordKind, TraceEventKind>>> = {
  [RECORD.copy]: 'send',
  [RECORD.deliver]: 'deliver',
  [RECORD.drop]: 'drop',
  [RECORD.timer]: 'timer',
  [RECORD.state]: 'state',
  [RECORD.decide]: 'decide',
  [RECORD.fault]: 'fault',
  [RECORD.heal]: 'heal',
  [RECORD.note]: 'note',
  [RECORD.evidence]: 'evidence',
  [RECORD.lock]: 'lock',
  [RECORD.unlock]: 'unlock',
  [RECORD.commit2pc]: 'commit2pc',
  [RECORD.wait]: 'wait',
};

interface Base {
  readonly seq: number;
  readonly t: number;
  readonly node: string;
}

/** The event behind the record of `node` at `at`. @throws InvariantError when the record is no event */
export function decodeEvent(
  context: DecodeContext,
  node: NodeIndex,
  words: Uint32Array,
  at: number,
  seq: number,
): TraceEvent {
  const header = words[at] as number;
  const argument = header >>> 16;
  const t = msFromMicros((words[at + 1] as number) + (words[at + 2] as number) * WORD);
  const base: Base = { seq, t, node: nodeName(node, context) };
  const text = (): string => context.text(node, words[at + 3] as number);
  switch (header & 63) {
    case RECORD.copy:
      return send(context, base, node, argument, words, at);
    case RECORD.deliver:
      return deliver(context, base, argument, words, at);
    case RECORD.drop:
      return drop(context, base, argument, words, at);
    case RECORD.timer:
      return { ...base, kind: 'timer', timer: text() };
    case RECORD.state:
      return state(context, base, words, at);
    case RECORD.decide:
      return decide(base, words, at);
    case RECORD.fault:
      return faultEvent(context, base, 'fault', argument, text());
    case RECORD.heal:
      return faultEvent(context, base, 'heal', argument, text());
    case RECORD.note:
      return { ...base, kind: 'note', text: text() };
    case RECORD.evidence:
      return { ...base, kind: 'evidence', against: nodeName(argument, context), text: text() };
    case RECORD.lock:
      return { ...base, kind: 'lock', transaction: words[at + 4] as number, account: text() };
    case RECORD.unlock:
      return { ...base, kind: 'unlock', transaction: words[at + 4] as number, account: text() };
    case RECORD.commit2pc:
      return { ...base, kind: 'commit2pc', transaction: words[at + 4] as number, phase: text() };
    case RECORD.wait: {
      const [transaction = 0, holder = 0] = words.subarray(at + 4, at + 6);
      return { ...base, kind: 'wait', transaction, account: text(), holder };
    }
    default:
      throw new InvariantError(`record kind ${header & 63} is no event`);
  }
}

/** Name of a message's type; '' for what is none or was sent before the trace begins. */
export function typeName(declaration: Declaration, message: MessageEntry | null): string {
  return message === null ? '' : (declaration.messages[message.type]?.type ?? '');
}

function about(context: DecodeContext, message: MessageEntry | null) {
  return {
    type: typeName(context.declaration, message),
    slot: message?.slot ?? 0,
    epoch: message?.epoch ?? 0,
    digest: message?.digest ?? '',
  };
}

const LOST_REASONS = { [OUTCOME.lost]: 'lost', [OUTCOME.partitionLost]: 'partition', [OUTCOME.held]: 'held' } as const;

function send(
  context: DecodeContext,
  base: Base,
  node: NodeIndex,
  to: NodeIndex,
  words: Uint32Array,
  at: number,
): SendEvent {
  const sequence = words[at + 3] as number;
  const message = context.message(node, sequence);
  const outcome = (words[at + 4] as number) & 15;
  const copy = (words[at + 4] as number) >>> 4;
  const deliverAt = msFromMicros((words[at + 5] as number) + (words[at + 6] as number) * WORD);
  const fate =
    outcome === OUTCOME.delivered ? { deliverAt } : { reason: LOST_REASONS[outcome as keyof typeof LOST_REASONS] };
  return {
    ...base,
    kind: 'send',
    to: nodeName(to, context),
    ...about(context, message),
    bytes: message?.bytes ?? 0,
    messageId: messageId(node, sequence, context),
    ...fate,
    ...(copy === COPY.ordinary ? {} : { copy: copy === COPY.duplicate ? 'duplicate' : 'release' }),
    ...(message === null || message.claimedFrom === node
      ? {}
      : { claimedFrom: nodeName(message.claimedFrom, context) }),
  };
}

function deliver(context: DecodeContext, base: Base, origin: NodeIndex, words: Uint32Array, at: number): DeliverEvent {
  const sequence = words[at + 3] as number;
  const handledAt = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
  return {
    ...base,
    kind: 'deliver',
    from: nodeName(origin, context),
    messageId: messageId(origin, sequence, context),
    ...about(context, context.message(origin, sequence)),
    arrivedAt: msFromMicros(handledAt - (words[at + 4] as number)),
  };
}

function drop(context: DecodeContext, base: Base, origin: NodeIndex, words: Uint32Array, at: number): DropEvent {
  const sequence = words[at + 3] as number;
  return {
    ...base,
    kind: 'drop',
    from: nodeName(origin, context),
    type: typeName(context.declaration, context.message(origin, sequence)),
    messageId: messageId(origin, sequence, context),
    reason: DROP_REASONS[words[at + 4] as number] ?? 'malformed',
  };
}

function state(context: DecodeContext, base: Base, words: Uint32Array, at: number): StateEvent {
  const { alive, fields } = readState(context.declaration, words, at);
  return { ...base, kind: 'state', alive, fields };
}

/** The values of a state record by the declaration's names: enums as their words, −1 as null. */
export function readState(
  declaration: Declaration,
  words: Uint32Array,
  at: number,
): {
  readonly alive: boolean /** Code of the behaviour counted from 1; 0 when correct. */;
  readonly behaviour: number;
  readonly fields: StateEvent['fields'];
} {
  const header = words[at] as number;
  const count = ((header >>> 6) & 1023) - 3;
  const fields: Record<string, number | string | boolean | null> = {};
  declaration.fields.forEach((field, index) => {
    const value = index < count ? (words[at + 3 + index] as number) | 0 : -1;
    if (value === -1) fields[field.name] = null;
    else if (field.kind === 'boolean') fields[field.name] = value !== 0;
    else if (field.kind === 'enum') fields[field.name] = field.values?.[value] ?? null;
    else fields[field.name] = value;
  });
  const flags = header >>> 16;
  return { alive: (flags & 1) === 1, behaviour: flags >>> 1, fields };
}

function decide(base: Base, words: Uint32Array, at: number): DecideEvent {
  return {
    ...base,
    kind: 'decide',
    slot: (words[at + 3] as number) | 0,
    epoch: (words[at + 4] as number) | 0,
    digest: decidedDigest(words, at).slice(0, 16),
  };
}

/** The whole hash of a decide record, 64 hex digits. */
export function decidedDigest(words: Uint32Array, at: number): string {
  let digest = '';
  for (let i = 0; i < 8; i++) digest += hex8(words[at + 5 + i] as number);
  return digest;
}

function faultEvent(
  context: DecodeContext,
  base: Base,
  kind: 'fault' | 'heal',
  index: number,
  text: string,
): FaultEvent {
  const plan = context.fault(index);
  const targets = plan === null ? [] : faultTargets(plan).map((node) => nodeName(node, context));
  return { ...base, kind, faultId: `f${index}`, fault: plan?.kind ?? '', targets, text };
}

/** The nodes a fault concerns, ascending. */
export function faultTargets(fault: FaultPlan): readonly NodeIndex[] {
  if ('target' in fault) return [fault.target];
  const nodes = concerned(fault);
  return [...new Set(nodes)].sort((a, b) => a - b);
}

function concerned(fault: Exclude<FaultPlan, { readonly target: NodeIndex }>): readonly NodeIndex[] {
  if (fault.kind === 'partition') return fault.groups.flat();
  return fault.kind === 'message' ? [fault.origin, ...(fault.to ?? [])] : [...fault.from, ...fault.to];
}
