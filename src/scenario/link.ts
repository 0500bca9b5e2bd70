/**
 * A scenario inside a link: base64url (RFC 4648 §5, no padding) of raw DEFLATE (RFC 1951) of its JSON. Defaults are written out, so
 * that a link means the same when defaults change. Reading is bounded: a small link cannot unpack to more than 1 MiB.
 */
import { type Problem, TestnetError } from '../core/problem.ts';
import { parseJson, type ParsedJson, TEXT_LIMIT_BYTES } from './json.ts';
import type { Scenario, ScenarioInput } from './schema.ts';
import { showText } from './show.ts';

/** Characters of a link's payload; browsers and chat programs give up much earlier. */
const LINK_LENGTH_MAX = 1 << 18;

/** The payload of `#s=…`. Rejects with `bad-input` when the scenario is too large for a link. */
export async function encodeLink(scenario: Scenario | ScenarioInput): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(scenario));
  const packed = await readAll(through(json, new CompressionStream('deflate-raw')), LINK_LENGTH_MAX);
  const payload = packed === null ? null : toBase64Url(packed);
  if (payload === null || payload.length > LINK_LENGTH_MAX) {
    throw new TestnetError('bad-input', `this scenario does not fit into a link of ${LINK_LENGTH_MAX} characters`);
  }
  return payload;
}

/** The document in a payload, still to be validated. Never throws or rejects. */
export async function decodeLink(payload: string): Promise<ParsedJson> {
  if (payload.length > LINK_LENGTH_MAX)
    return refuse(`${payload.length} characters`, `at most ${LINK_LENGTH_MAX} characters`);
  const packed = fromBase64Url(payload);
  if (packed === null || packed.length === 0)
    return refuse(showText(payload), 'base64url text (letters, digits, - and _)');
  let bytes: Uint8Array | null;
  try {
    bytes = await readAll(through(packed, new DecompressionStream('deflate-raw')), TEXT_LIMIT_BYTES);
  } catch {
    return refuse('text that does not unpack', 'a complete link: this one is cut off or damaged');
  }
  if (bytes === null) return refuse('more than 1 MiB when unpacked', 'a scenario of at most 1 MiB');
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('bytes that are not UTF-8', 'JSON text');
  }
}

/** What the page's address asks for. */
export interface HashRequest {
  readonly source:
    | { readonly kind: 'scenario'; readonly payload: string }
    | { readonly kind: 'preset'; readonly id: string }
    | null;
  /** Other keys of the hash, in order; the last of equal ones wins. */
  readonly options: ReadonlyMap<string, string>;
}

/** Reads `#s=…` or `#preset=…` and further `&key=value`; the first of the two that has a value wins. Never throws. */
export function parseHash(hash: string): HashRequest {
  let source: HashRequest['source'] = null;
  const options = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const split = part.indexOf('=');
    const key = unescapePart(split < 0 ? part : part.slice(0, split));
    const value = split < 0 ? '' : unescapePart(part.slice(split + 1));
    if (key === '') continue;
    if (key !== 's' && key !== 'preset') options.set(key, value);
    else if (source === null && value !== '') {
      source = key === 's' ? { kind: 'scenario', payload: value } : { kind: 'preset', id: value };
    }
  }
  return { source, options };
}

function refuse(found: string, expected: string): { readonly problems: readonly Problem[] } {
  return { problems: [{ path: 'link', found, expected }] };
}

/** Percent-decoded; as it stands where that is malformed. */
function unescapePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Transformer = Pick<CompressionStream, 'readable' | 'writable'>;

/** The bytes pushed through a stream in small pieces, so that a reader who stops leaves little work behind. */
function through(bytes: Uint8Array, transformer: Transformer): ReadableStream<Uint8Array> {
  const PIECE_BYTES = 1024;
  let at = 0;
  const source = new ReadableStream<BufferSource>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
  return source.pipeThrough(transformer) as ReadableStream<Uint8Array>;
}

/** All bytes of a stream, or null (and the stream cancelled) once there are more than `limitBytes`. Rejects as the stream does. */
async function readAll(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limitBytes) {
      // Whether cancelling succeeds no longer matters; that it may fail must not escape.
      reader.cancel().catch(() => undefined);
      return null;
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
