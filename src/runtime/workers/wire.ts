/** What crosses the channels, one message a window and direction. Mail and what nodes show of themselves go packed. */
import type { Micros } from '../../core/time.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Segment } from '../../kernel/group.ts';
import type { Highlight, MessageHighlight, StateHighlight } from '../../kernel/trace/highlights.ts';
import type { CrossedThere } from './crossed.ts';
import type { Mail } from './mail.ts';
import { readStates, StateWriter } from './states.ts';

/** Conductor → all nodes. */
export interface DownMessage {
  readonly kind: 'down';
  readonly window: number;
  /** Run everything before it; nothing for a window that only delivers. */
  readonly until: Micros;
  /** Only this group runs, one event; −1: everybody runs the window. */
  readonly single: number;
  readonly controls: readonly ControlEvent[];
  readonly mail: ArrayBuffer;
}

/** A highlight whose envelope is named by its place in the mail, and whose certificate by the envelopes that made it. */
type NamedHighlight =
  | Exclude<Highlight, MessageHighlight | StateHighlight>
  | (Omit<MessageHighlight, 'envelope'> & { readonly envelope: number });

/** Highlights as they cross: what nodes show of themselves is by far the most, and goes as plain numbers. */
export interface PackedHighlights {
  readonly others: readonly NamedHighlight[];
  /** As `StateWriter` has it. */
  readonly states: Int32Array;
}

/** Node worker → conductor. */
export interface UpMessage {
  readonly kind: 'up';
  readonly window: number;
  readonly group: number;
  readonly next: Micros;
  /** What its nodes have done up to here, as `doneBy` has it. */
  readonly done: Float64Array;
  readonly highlights: PackedHighlights;
  /** The segments of its nodes, packed; none where the worker keeps them (`keepsTrace`). */
  readonly records: Uint32Array<ArrayBuffer>;
  readonly mail: ArrayBuffer;
}

/** Node worker → conductor: a bug of ours stopped the window. */
export interface FailedMessage {
  readonly kind: 'failed';
  readonly window: number;
  readonly group: number;
  readonly reason: string;
}

export type Answer = UpMessage | FailedMessage;

export function isDown(data: unknown): DownMessage | null {
  return isKind(data, 'down') && hasMail(data) ? (data as DownMessage) : null;
}

export function isAnswer(data: unknown): Answer | null {
  if (isKind(data, 'up') && hasMail(data)) return data as UpMessage;
  return isKind(data, 'failed') ? (data as FailedMessage) : null;
}

function isKind(data: unknown, kind: string): data is object {
  if (typeof data !== 'object' || data === null) return false;
  const message = data as { kind?: unknown; window?: unknown };
  return message.kind === kind && typeof message.window === 'number';
}

function hasMail(data: object): boolean {
  return (data as { mail?: unknown }).mail instanceof ArrayBuffer;
}

const SEGMENT_HEADER = 2;

/** Segments in one piece, which crosses faster than many: node, number of words, the words; and so on. */
export function packSegments(segments: readonly Segment[]): Uint32Array<ArrayBuffer> {
  let size = 0;
  for (const { words } of segments) size += SEGMENT_HEADER + words.length;
  const packed = new Uint32Array(size);
  let at = 0;
  for (const { node, words } of segments) {
    packed[at] = node;
    packed[at + 1] = words.length;
    packed.set(words, at + SEGMENT_HEADER);
    at += SEGMENT_HEADER + words.length;
  }
  return packed;
}

/** The segments, their words views into what was packed. */
export function unpackSegments(packed: readonly Uint32Array[]): Segment[] {
  const segments: Segment[] = [];
  for (const piece of packed) {
    for (let at = 0; at < piece.length; ) {
      const end = at + SEGMENT_HEADER + (piece[at + 1] as number);
      segments.push({ node: piece[at] as number, words: piece.subarray(at + SEGMENT_HEADER, end) });
      at = end;
    }
  }
  return segments;
}

/** Highlights with their envelopes replaced by places in `envelopes`, which is filled; certificates packed. */
export function packHighlights(
  highlights: readonly Highlight[],
  envelopes: Envelope[],
  packCertificate: (certificate: unknown) => unknown,
): PackedHighlights {
  const others: NamedHighlight[] = [];
  const states = new StateWriter();
  highlights.forEach((highlight, place) => {
    if (highlight.kind === 'state') {
      states.add(place, highlight);
    } else if (highlight.kind === 'message') {
      envelopes.push(highlight.envelope);
      others.push({ ...highlight, envelope: envelopes.length - 1 });
    } else if (highlight.kind === 'decide') {
      const { decision } = highlight;
      others.push({ ...highlight, decision: { ...decision, certificate: packCertificate(decision.certificate) } });
    } else {
      others.push(highlight);
    }
  });
  return { others, states: states.end() };
}

/** The highlights in the order in which they were packed. */
export function unpackHighlights({ others, states }: PackedHighlights, mail: Mail, crossed: CrossedThere): Highlight[] {
  const highlights: Highlight[] = [];
  let next = 0;
  const takeOthers = (until: number): void => {
    while (highlights.length < until && next < others.length) {
      highlights.push(unpackOther(others[next++] as NamedHighlight, mail, crossed));
    }
  };
  readStates(states, (place, state) => {
    takeOthers(place);
    highlights.push(state);
  });
  takeOthers(Number.POSITIVE_INFINITY);
  return highlights;
}

function unpackOther(other: NamedHighlight, mail: Mail, crossed: CrossedThere): Highlight {
  if (other.kind === 'message') return { ...other, envelope: mail.envelope(other.envelope) };
  if (other.kind !== 'decide') return other;
  const { decision } = other;
  return { ...other, decision: { ...decision, certificate: crossed.unpack(decision.certificate) } };
}
