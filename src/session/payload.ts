/** What a saved run consists of besides its description, and whether what came back is one. */
import { z } from 'zod';
import { ENVIRONMENT } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import type { PackedApart } from '../core/pack.ts';
import { unpack, unpackApart } from '../core/unpack.ts';
import { segmentsOfPiece, textWords } from '../kernel/trace/pieces.ts';
import type { Declaration } from '../protocols/protocol.ts';
import { checkStream } from '../kernel/trace/streamCheck.ts';
import type { RunSnapshot } from '../runtime/executor.ts';
import { type NodeState, packHosts, unpackHosts } from '../runtime/hosts.ts';
import { problemsOf } from '../scenario/issues.ts';
import type { Scenario } from '../scenario/index.ts';
import type { TraceBatch } from './run.ts';

export interface Payload {
  /** The scenario before anything was done by hand. */
  readonly base: Scenario;
  readonly snapshot: RunSnapshot;
  /** How many pieces of trace led here, before its tail. Storage keeps them apart, a file carries them. */
  readonly batches: number;
  /** What came after the last piece. Absent in files, and where a release before pieces saved batches. */
  readonly tail?: TraceBatch;
  /** Of the run at the snapshot: what was restored must have it, or it is something else. */
  readonly fingerprint: string;
}

/** A run in a file brings its trace along. */
export interface FilePayload extends Payload {
  readonly trace: readonly TraceBatch[];
}

const count = z.int().min(0);
const node = z.int().min(0).max(0xffff);
/** A time in µs, or never. */
const moment = z.union([count, z.literal(Number.POSITIVE_INFINITY)]);
const record = z.record(z.string(), z.unknown());

const recorder = z.looseObject({
  digest: z.instanceof(Uint8Array),
  open: z.instanceof(Uint32Array),
  texts: z.array(z.string()),
  count,
});

const host = z.looseObject({
  alive: z.boolean(),
  sides: z.array(z.looseObject({ timers: z.instanceof(Map) })).max(2),
  disk: z.array(z.unknown()),
  queue: z.array(
    z.looseObject({ time: count, eventClass: z.int().min(0).max(3), source: count, sequence: count, payload: record }),
  ),
  cpu: record,
  sequence: count,
  traitor: record,
  generation: count,
  slowMilli: count,
  observed: z.instanceof(Int32Array),
  flags: count,
  recorder,
  work: record,
});

const packedHost = z.looseObject({
  node,
  bytes: z.instanceof(Uint8Array),
  blobs: z.array(z.instanceof(Uint8Array)),
});

/** As releases saved it that did not pack each by itself. */
const plainHost = z.looseObject({ node, snapshot: z.unknown() });

const control = z.looseObject({
  recorder,
  upcoming: z.array(record),
  waiting: z.array(record),
  pending: z.array(record),
  heights: z.array(count),
  view: count,
  byzantine: z.array(node),
  down: z.array(node),
  active: z.array(record),
  faultCount: count,
  submissionCount: count,
  stopAt: moment,
  horizon: count,
  settled: moment,
});

const payload = z.looseObject({
  base: z.unknown(),
  snapshot: z.looseObject({ control, hosts: z.array(z.union([packedHost, plainHost])), observers: record }),
  batches: count,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});

const trace = z.array(
  z.looseObject({ horizon: count, segments: z.array(z.looseObject({ node, words: z.instanceof(Uint32Array) })) }),
);

/** The shape of a payload for a testnet of so many nodes at that moment; protocol states are the protocol's business. */
export function readPayload(
  value: unknown,
  expected: { readonly nodeCount: number; readonly at: Micros },
): { readonly payload: Payload } | { readonly problems: readonly Problem[] } {
  const parsed = payload.safeParse(value);
  if (!parsed.success) return { problems: under('payload', problemsOf(parsed.error.issues, value)) };
  const { control: saved, hosts } = parsed.data.snapshot;
  const problems: Problem[] = [];
  if (saved.horizon !== expected.at) {
    problems.push({ path: 'snapshot.control.horizon', found: String(saved.horizon), expected: String(expected.at) });
  }
  if (hosts.length !== expected.nodeCount || hosts.some((entry, index) => entry.node !== index)) {
    const found = `nodes ${hosts.map((entry) => entry.node).join(', ')}`;
    problems.push({ path: 'snapshot.hosts', found, expected: `each of ${expected.nodeCount} nodes once, in order` });
  }
  const states = hosts.map(stateOf);
  states.forEach((state, index) => {
    const checked = host.safeParse(state);
    if (checked.success) return;
    problems.push(...under(`snapshot.hosts[${index}].snapshot`, problemsOf(checked.error.issues, state)));
  });
  if (problems.length > 0) return { problems: under('payload', problems) };
  const { snapshot, ...rest } = value as Payload;
  const isPacked = hosts.every((one) => 'bytes' in one);
  const packed = isPacked ? snapshot.hosts : packHosts(snapshot.hosts as unknown as NodeState[]);
  return { payload: { ...rest, snapshot: { ...snapshot, hosts: packed } } };
}

/** The state of a node as it was saved; null where its bytes are damaged. */
function stateOf(saved: z.infer<typeof packedHost> | z.infer<typeof plainHost>): unknown {
  if (!('bytes' in saved)) return saved.snapshot;
  const unpacked = unpackApart(saved as PackedApart);
  return unpacked.ok ? unpacked.value : null;
}

/**
 * The trace of a saved run as storage gave it back, in batches that `readTrace` is still to look at, and how many there should be.
 * Pieces have no texts: the recorders in the saved state know them.
 */
export function joinTrace(
  stored: readonly { readonly bytes: Uint8Array }[],
  { snapshot, batches: count, tail }: Payload,
): { readonly batches: readonly unknown[]; readonly expected: number } | { readonly problems: readonly Problem[] } {
  if (tail === undefined) {
    const packed = stored.map(({ bytes }) => unpack(bytes));
    const batches = packed.flatMap((one) => (one.ok && Array.isArray(one.value) ? (one.value as unknown[]) : []));
    return { batches: batches.slice(0, count), expected: count };
  }
  const pieces = stored.map(({ bytes }) => segmentsOfPiece(bytes));
  const damaged = pieces.indexOf(null);
  if (damaged !== -1)
    return { problems: [{ path: `trace[${damaged}]`, found: 'other bytes', expected: 'a piece of trace' }] };
  const recorders = [
    ...unpackHosts(snapshot.hosts).map(({ node: of, snapshot: saved }) => ({ node: of, recorder: saved.recorder })),
    { node: ENVIRONMENT, recorder: snapshot.control.recorder },
  ];
  const texts = recorders.map(({ node: of, recorder: { texts: known } }) => ({ node: of, words: textWords(known) }));
  const batches = pieces.map((piece) => ({ horizon: piece?.last ?? 0, segments: piece?.segments ?? [] }));
  return { batches: [{ horizon: 0, segments: texts }, ...batches, tail], expected: count + 2 };
}

/** Batches of trace from outside, up to `at`. */
export function readTrace(
  value: unknown,
  expected: { readonly fields: Declaration['fields']; readonly batches: number; readonly at: Micros },
): { readonly trace: readonly TraceBatch[] } | { readonly problems: readonly Problem[] } {
  const parsed = trace.safeParse(value);
  if (!parsed.success) return { problems: under('trace', problemsOf(parsed.error.issues, value)) };
  const batches = value as readonly TraceBatch[];
  const problem = (path: string, found: string, wanted: string): { readonly problems: readonly Problem[] } => {
    return { problems: [{ path: `trace${path}`, found, expected: wanted }] };
  };
  if (batches.length !== expected.batches) return problem('', `${batches.length} batches`, String(expected.batches));
  const late = batches.findIndex(({ horizon }, index) => horizon < (batches[index - 1]?.horizon ?? 0));
  if (late !== -1) return problem(`[${late}].horizon`, String(batches[late]?.horizon), 'not before the one above');
  if ((batches.at(-1)?.horizon ?? 0) > expected.at)
    return problem('', `${batches.at(-1)?.horizon} µs`, `up to ${expected.at}`);
  for (const [of, words] of streamsOf(batches)) {
    const found = checkStream(words, expected.fields);
    if (found !== null) return problem('', `${found} of node ${of}`, 'whole records');
  }
  return { trace: batches };
}

/** Each node's words in one piece. */
function streamsOf(batches: readonly TraceBatch[]): Map<number, Uint32Array> {
  const pieces = new Map<number, Uint32Array[]>();
  for (const { segments } of batches) {
    for (const segment of segments) {
      const known = pieces.get(segment.node);
      if (known === undefined) pieces.set(segment.node, [segment.words]);
      else known.push(segment.words);
    }
  }
  return new Map([...pieces].map(([of, list]) => [of, joined(list)]));
}

function joined(pieces: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function under(root: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: problem.path === '' ? root : `${root}.${problem.path}` }));
}
