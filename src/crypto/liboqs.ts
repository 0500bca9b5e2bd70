/**
 * The fast engine: liboqs compiled to WebAssembly (@openforge-sh/liboqs, one file per algorithm). Ten times faster than
 * the reference, and used only where it proves to give the reference's bytes (see `knownAnswers.ts`).
 */
import { assert } from '../core/assert.ts';
import type { RawSignatures } from './guard.ts';
import { findRandomSource, withRandomBytes } from './randomness.ts';
import { keygenEntropy } from './seeds.ts';
import { isSlhDsa, SUITE_SIZES } from './sizes.ts';
import type { RealSuiteName } from './suite.ts';

/** What we use of an Emscripten module of liboqs; pointers are byte offsets into `HEAPU8`, status 0 is success. */
export interface LiboqsModule {
  /** Replaced whenever the memory grows: never keep it across a call. */
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _OQS_init(): void;
  _OQS_SIG_new(namePointer: number): number;
  _OQS_SIG_keypair(sig: number, publicKey: number, secretKey: number): number;
  _OQS_SIG_sign(
    sig: number,
    out: number,
    outLength: number,
    message: number,
    length: number,
    secretKey: number,
  ): number;
  _OQS_SIG_verify(
    sig: number,
    message: number,
    length: number,
    signature: number,
    signatureLength: number,
    publicKey: number,
  ): number;
  stringToUTF8(text: string, pointer: number, bytesMax: number): void;
}

export type LiboqsSuiteName = Exclude<RealSuiteName, 'ed25519'>;

/** The files of a family's parameter sets are one and the same but for a name: any of them has all. */
const ML_DSA = {
  code: () => import('@openforge-sh/liboqs/dist/ml-dsa-65.min.js'),
  binary: () => import('@openforge-sh/liboqs/dist/ml-dsa-65.wasm'),
};
const SLH_DSA = {
  code: () => import('@openforge-sh/liboqs/dist/slh-dsa-sha2-128f.min.js'),
  binary: () => import('@openforge-sh/liboqs/dist/slh-dsa-sha2-128f.wasm'),
};

/** Each name is liboqs's own (`OQS_SIG_alg_…`). */
const ALGORITHMS = {
  'ml-dsa-44': { id: 'ML-DSA-44', ...ML_DSA },
  'ml-dsa-65': { id: 'ML-DSA-65', ...ML_DSA },
  'ml-dsa-87': { id: 'ML-DSA-87', ...ML_DSA },
  'slh-dsa-sha2-128f': { id: 'SLH_DSA_PURE_SHA2_128F', ...SLH_DSA },
  'slh-dsa-sha2-128s': { id: 'SLH_DSA_PURE_SHA2_128S', ...SLH_DSA },
} as const satisfies Record<
  LiboqsSuiteName,
  { id: string; code: () => Promise<unknown>; binary: () => Promise<unknown> }
>;

/** A compiled `WebAssembly.Module`. Threads can be handed it: what the engine has compiled is there once for all of them. */
export type CompiledModule = object;

/** As much of the platform as is used; it may lack it. */
interface Platform {
  readonly WebAssembly?: {
    compile(bytes: Uint8Array): Promise<CompiledModule>;
    Instance: new (module: CompiledModule, imports: object) => object;
  };
  atob(text: string): string;
}
const platform = globalThis as unknown as Platform;

/** Bytes of rnd that ML-DSA signing draws (FIPS 204, algorithm 2); zero is the deterministic variant (§3.4). */
const ML_DSA_RND = new Uint8Array(32);
/** In SLH-DSA's secret key SK.seed ‖ SK.prf ‖ PK.seed ‖ PK.root, n = 16: opt_rand = PK.seed is the deterministic variant. */
const SLH_PK_SEED = { from: 32, to: 48 };

const NAME_BYTES_MAX = 64;
const FIRST_MESSAGE_BYTES = 4096;

/**
 * The WebAssembly of a suite, compiled: what one thread can do for all.
 * @throws Error when WebAssembly is missing or forbidden
 */
export async function compileLiboqs(name: LiboqsSuiteName): Promise<CompiledModule> {
  const { default: binary } = await ALGORITHMS[name].binary();
  return wasm().compile(Uint8Array.from(platform.atob(binary), (letter) => letter.charCodeAt(0)));
}

/**
 * liboqs's operations for a suite. `compiled`: what `compileLiboqs` gave, here or in another thread; null: compiled for this.
 * @throws Error when WebAssembly or the algorithm is missing, or the platform's random source cannot be reached
 */
export async function openLiboqs(
  name: LiboqsSuiteName,
  compiled: CompiledModule | null = null,
): Promise<RawSignatures> {
  const source = findRandomSource();
  if (source === null) throw new Error('no random source to steer');
  const algorithm = ALGORITHMS[name];
  const [{ default: open }, binary] = await Promise.all([algorithm.code(), compiled ?? compileLiboqs(name)]);
  const { Instance } = wasm();
  const silent = (): void => undefined;
  const module = await open({
    print: silent,
    printErr: silent,
    instantiateWasm: (imports, done) => done(new Instance(binary, imports)),
  });
  module._OQS_init();
  return bind(module, algorithm.id, name, (bytes, action) => withRandomBytes(source, bytes, action));
}

/** Wraps the C functions. Buffers are allocated once; only that of the message grows. */
function bind(
  module: LiboqsModule,
  algorithm: string,
  name: LiboqsSuiteName,
  drawing: <T>(bytes: Uint8Array, action: () => T) => T,
): RawSignatures {
  const sizes = SUITE_SIZES[name];
  const sig = newSignatureObject(module, algorithm);
  const publicKeyAt = allocate(module, sizes.publicKeyBytes);
  const secretKeyAt = allocate(module, sizes.secretKeyBytes);
  const signatureAt = allocate(module, sizes.signatureBytes);
  const lengthAt = allocate(module, 8);
  let message = { at: allocate(module, FIRST_MESSAGE_BYTES), capacity: FIRST_MESSAGE_BYTES };

  const putMessage = (bytes: Uint8Array): number => {
    if (bytes.length > message.capacity) {
      module._free(message.at);
      const capacity = Math.max(bytes.length, 2 * message.capacity);
      message = { at: 0, capacity: 0 };
      message = { at: allocate(module, capacity), capacity };
    }
    module.HEAPU8.set(bytes, message.at);
    return message.at;
  };

  return {
    keygen: (seed) => {
      const entropy = keygenEntropy(name, seed);
      const status = drawing(entropy, () => module._OQS_SIG_keypair(sig, publicKeyAt, secretKeyAt));
      assert(status === 0, `liboqs ${name}: key generation failed`);
      return {
        publicKey: module.HEAPU8.slice(publicKeyAt, publicKeyAt + sizes.publicKeyBytes),
        secretKey: module.HEAPU8.slice(secretKeyAt, secretKeyAt + sizes.secretKeyBytes),
      };
    },
    sign: (bytes, secretKey) => {
      const at = putMessage(bytes);
      module.HEAPU8.set(secretKey, secretKeyAt);
      const rnd = isSlhDsa(name) ? secretKey.slice(SLH_PK_SEED.from, SLH_PK_SEED.to) : ML_DSA_RND;
      const status = drawing(rnd, () =>
        module._OQS_SIG_sign(sig, signatureAt, lengthAt, at, bytes.length, secretKeyAt),
      );
      const length = module.HEAP32[lengthAt >> 2];
      assert(status === 0 && length === sizes.signatureBytes, `liboqs ${name}: signing failed`);
      return module.HEAPU8.slice(signatureAt, signatureAt + sizes.signatureBytes);
    },
    verify: (signature, bytes, publicKey) => {
      const at = putMessage(bytes);
      module.HEAPU8.set(signature, signatureAt);
      module.HEAPU8.set(publicKey, publicKeyAt);
      return module._OQS_SIG_verify(sig, at, bytes.length, signatureAt, signature.length, publicKeyAt) === 0;
    },
  };
}

function wasm(): NonNullable<Platform['WebAssembly']> {
  if (platform.WebAssembly === undefined) throw new Error('no WebAssembly');
  return platform.WebAssembly;
}

function newSignatureObject(module: LiboqsModule, algorithm: string): number {
  const nameAt = allocate(module, NAME_BYTES_MAX);
  module.stringToUTF8(algorithm, nameAt, NAME_BYTES_MAX);
  const sig = module._OQS_SIG_new(nameAt);
  module._free(nameAt);
  if (sig === 0) throw new Error(`liboqs has no ${algorithm}`);
  return sig;
}

function allocate(module: LiboqsModule, bytes: number): number {
  const at = module._malloc(bytes);
  assert(at !== 0, `no memory for ${bytes} bytes`);
  return at;
}
