/** From the one seed length of our interface to what each standard's key generation takes. */
import { shake } from './hash.ts';
import { isSlhDsa } from './sizes.ts';
import type { RealSuiteName } from './suite.ts';

/** SLH-DSA with n = 16 takes SK.seed ‖ SK.prf ‖ PK.seed, 3n bytes (FIPS 205, algorithm 21). */
const SLH_SEED_BYTES = 48;

/** The bytes key generation consumes: the seed itself, or for SLH-DSA its SHAKE256 expansion to 48 bytes. */
export function keygenEntropy(name: RealSuiteName, seed: Uint8Array): Uint8Array {
  return isSlhDsa(name) ? shake(seed, SLH_SEED_BYTES) : seed;
}
