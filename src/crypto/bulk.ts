/** BLAKE3 for much data at once: the trace is fingerprinted in blocks of kilobytes, where WebAssembly is twice as fast. */
import { blake3 } from './blake3.ts';
import { type Lanes, laneHash, openLanes } from './blake3Lanes.ts';

/** A BLAKE3-256 that is synchronous once it is open. Every engine gives the same digests. */
export interface BulkHash {
  readonly engine: 'wasm' | 'script';
  /** What compresses four inputs at a time; null where this platform has no vectors. */
  readonly lanes: Lanes | null;
  /** 32 bytes, a fresh array. */
  hash(bytes: Uint8Array): Uint8Array;
}

/** The hash in plain script: needs no opening. */
export const scriptHash: BulkHash = { engine: 'script', lanes: null, hash: (bytes) => blake3(bytes) };

let shared: Promise<BulkHash> | null = null;

/** The one that all runs of a thread share, opened when it is first asked for: it keeps nothing from one call to the next. */
export function sharedBulkHash(): Promise<BulkHash> {
  shared ??= openBulkHash();
  return shared;
}

/** The fastest that runs here: kilobytes in lanes, the rest by hash-wasm or, where WebAssembly is missing or differs, in script. */
export async function openBulkHash(): Promise<BulkHash> {
  const plain = await openPlainHash();
  // Where the library does not run, or not as it should, ours would not either.
  const lanes = plain.engine === 'script' ? null : await openLanes();
  if (lanes === null) return plain;
  const long = laneHash(lanes);
  const { minBytes, maxBytes } = long;
  const bulk: BulkHash = {
    engine: 'wasm',
    lanes,
    hash: (bytes) => (bytes.length < minBytes || bytes.length > maxBytes ? plain.hash(bytes) : long.hash(bytes)),
  };
  return agreesWithScript(bulk) ? bulk : plain;
}

async function openPlainHash(): Promise<BulkHash> {
  try {
    const { createBLAKE3 } = await import('hash-wasm');
    const hasher = await createBLAKE3();
    const hash = (bytes: Uint8Array): Uint8Array => hasher.init().update(bytes).digest('binary');
    const bulk: BulkHash = { engine: 'wasm', lanes: null, hash };
    return agreesWithScript(bulk) ? bulk : scriptHash;
  } catch {
    return scriptHash;
  }
}

/** Compares digests on inputs of no, one and several chunks, the last one short. */
function agreesWithScript(bulk: BulkHash): boolean {
  return [0, 1, 1024, 3 * 1024 + 65, 8 * 1024 + 32].every((length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const expected = blake3(bytes);
    const actual = bulk.hash(bytes);
    return actual.length === expected.length && actual.every((byte, i) => byte === expected[i]);
  });
}
