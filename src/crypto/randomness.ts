/**
 * Decides what a synchronous piece of foreign code draws from the platform's random source. liboqs offers no seeded key
 * generation and no deterministic signing; both differ from the random ones only in the bytes drawn.
 */
import { InvariantError } from '../core/assert.ts';

/** Where Emscripten's modules draw from: `crypto.randomFillSync` in Node, `crypto.getRandomValues` elsewhere. */
interface RandomSource {
  readonly owner: Record<string, unknown>;
  readonly method: 'randomFillSync' | 'getRandomValues';
}

interface Platform {
  readonly crypto?: object;
  readonly process?: {
    readonly type?: string;
    readonly versions?: { readonly node?: string };
    getBuiltinModule?(name: string): object | undefined;
  };
}

/** The random source that Emscripten's code uses here, or null when there is none we can reach. */
export function findRandomSource(platform: object = globalThis): RandomSource | null {
  const { crypto, process } = platform as Platform;
  if (process?.versions?.node !== undefined && process.type !== 'renderer') {
    // The same object as `require('crypto')`, without naming a Node module to the bundler.
    const owner = process.getBuiltinModule?.('crypto');
    return owner === undefined ? null : { owner: owner as Record<string, unknown>, method: 'randomFillSync' };
  }
  return crypto === undefined ? null : { owner: crypto as Record<string, unknown>, method: 'getRandomValues' };
}

/**
 * Runs `action` with the source giving exactly `bytes`, and puts the source back whatever happens. Nothing else can draw
 * meanwhile: `action` is synchronous.
 * @throws InvariantError when `action` draws more than `bytes`, or less
 */
export function withRandomBytes<T>(source: RandomSource, bytes: Uint8Array, action: () => T): T {
  const { owner, method } = source;
  const own = Object.getOwnPropertyDescriptor(owner, method);
  let drawn = 0;
  const give = (target: Uint8Array): Uint8Array => {
    if (drawn + target.length > bytes.length) throw new InvariantError(`drew more than ${bytes.length} random bytes`);
    target.set(bytes.subarray(drawn, drawn + target.length));
    drawn += target.length;
    return target;
  };
  owner[method] = give;
  let result: T;
  try {
    result = action();
  } finally {
    if (own === undefined) delete owner[method];
    else Object.defineProperty(owner, method, own);
  }
  if (drawn !== bytes.length) throw new InvariantError(`drew ${drawn} of ${bytes.length} random bytes`);
  return result;
}
