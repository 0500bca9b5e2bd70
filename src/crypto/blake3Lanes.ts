/** BLAKE3 of some kilobytes, four chunks at a time: see `blake3Module.ts`. */
import { blake3Module, IV, MODULE_PAGES } from './blake3Module.ts';

const CHUNK_BYTES = 1024;
const BLOCK_BYTES = 64;
const VALUE_BYTES = 32;
/** Domain flags (table 3). */
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];

/** Two chunks in four lanes are as fast as half as much one by one. */
const MIN_BYTES = 1600;
/** In the memory: the input, with room for lanes past its end, constants, and two places for a level of the tree each. */
const INPUT_BYTES_MAX = 2 * 65536;
const IV_AT = INPUT_BYTES_MAX + 32768;
const LEVELS = [3 * 65536, 3 * 65536 + 32768] as const;
/** The rest of the constants' page: for whoever hashes other than one long input. */
export const SCRATCH = { at: IV_AT + 4 * VALUE_BYTES, end: LEVELS[0] } as const;

type Four = (
  at: number,
  stride: number,
  blocks: number,
  counter: number,
  step: number,
  first: number,
  last: number,
  lastLength: number,
  flags: number,
  start: number,
  out: number,
  outStride: number,
) => void;

/** As much of the platform as is used; it may lack it, or vectors in it. */
interface Platform {
  readonly WebAssembly?: {
    instantiate(bytes: Uint8Array): Promise<{
      readonly instance: {
        readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly four: Four };
      };
    }>;
  };
}

/** The compiled function (`blake3Module.ts`) and its memory. One a thread: from one call to the next it keeps only constants. */
export interface Lanes {
  readonly memory: Uint8Array;
  readonly four: Four;
  /** Four times the value that an unkeyed hash begins with. */
  readonly ivAt: number;
}

export interface LaneHash {
  /** Lengths that it takes: shorter ones leave lanes empty, longer ones do not fit its memory. */
  readonly minBytes: number;
  readonly maxBytes: number;
  /** 32 bytes, a fresh array. */
  hash(bytes: Uint8Array): Uint8Array;
}

/** Null where the platform has no WebAssembly with vectors. */
export async function openLanes(): Promise<Lanes | null> {
  const wasm = (globalThis as unknown as Platform).WebAssembly;
  if (wasm === undefined || MODULE_PAGES * 65536 < LEVELS[1] + 32768) return null;
  try {
    const { instance } = await wasm.instantiate(blake3Module());
    const { memory, four } = instance.exports;
    const bytes = new Uint8Array(memory.buffer);
    for (let lane = 0; lane < 4; lane++) new Int32Array(memory.buffer, IV_AT + lane * VALUE_BYTES, 8).set(IV);
    return { memory: bytes, four, ivAt: IV_AT };
  } catch {
    return null;
  }
}

/** The hash of one input. */
export function laneHash({ memory, four }: Lanes): LaneHash {
  return {
    minBytes: MIN_BYTES,
    maxBytes: INPUT_BYTES_MAX,
    hash: (input) => hashLanes(input, memory, four),
  };
}

function hashLanes(input: Uint8Array, memory: Uint8Array, four: Four): Uint8Array {
  const { length } = input;
  memory.set(input, 0);
  // The last block is filled up with zeros.
  memory.fill(0, length, length + BLOCK_BYTES);
  const fullCount = Math.floor(length / CHUNK_BYTES);
  const rest = length - fullCount * CHUNK_BYTES;
  let [from, to] = LEVELS as readonly [number, number];
  for (let chunk = 0; chunk < fullCount; chunk += 4) {
    const at = chunk * CHUNK_BYTES;
    const out = from + chunk * VALUE_BYTES;
    four(
      at,
      CHUNK_BYTES,
      CHUNK_BYTES / BLOCK_BYTES,
      chunk,
      1,
      CHUNK_START,
      CHUNK_END,
      BLOCK_BYTES,
      0,
      IV_AT,
      out,
      VALUE_BYTES,
    );
  }
  if (rest > 0) {
    const blocks = Math.ceil(rest / BLOCK_BYTES);
    const lastLength = rest - (blocks - 1) * BLOCK_BYTES;
    const out = from + fullCount * VALUE_BYTES;
    four(
      fullCount * CHUNK_BYTES,
      0,
      blocks,
      fullCount,
      0,
      CHUNK_START,
      CHUNK_END,
      lastLength,
      0,
      IV_AT,
      out,
      VALUE_BYTES,
    );
  }
  let count = fullCount + (rest > 0 ? 1 : 0);
  // Neighbours in pairs, the odd one goes up as it is: the tree of §2.1, level by level.
  while (count > 1) {
    const pairs = count >> 1;
    const flags = count === 2 ? PARENT | ROOT : PARENT;
    for (let pair = 0; pair < pairs; pair += 4) {
      const out = to + pair * VALUE_BYTES;
      four(from + pair * BLOCK_BYTES, BLOCK_BYTES, 1, 0, 0, 0, 0, BLOCK_BYTES, flags, IV_AT, out, VALUE_BYTES);
    }
    if (count % 2 === 1) {
      const odd = from + (count - 1) * VALUE_BYTES;
      memory.copyWithin(to + pairs * VALUE_BYTES, odd, odd + VALUE_BYTES);
    }
    count -= pairs;
    [from, to] = [to, from];
  }
  return memory.slice(from, from + VALUE_BYTES);
}
