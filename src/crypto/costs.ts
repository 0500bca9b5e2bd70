/**
 * The virtual CPU model: what cryptography costs a simulated node. A table instead of a measurement, so that a run does not
 * depend on the machine it runs on.
 *
 * Measured on one core of a shared x86-64 server (Chromium 156 and Node 20.20), 150-byte messages, rounded to two digits;
 * `npm run bench` prints the same rows for any machine, and an idle core does ML-DSA up to 1.6 times faster than this.
 * ML-DSA, SLH-DSA: liboqs 0.14 in WebAssembly. Ed25519: native WebCrypto, 20,400 signatures and 12,000 verifications
 * a second. Hashing: BLAKE3 in WebAssembly, 8 KiB at a time.
 */
import { realSuiteOf } from './sizes.ts';
import type { RealSuiteName, SuiteName } from './suite.ts';

/** Integer µs of virtual CPU time of one core. */
export interface SuiteCosts {
  readonly keygenMicros: number;
  readonly signMicros: number;
  readonly verifyMicros: number;
  /** Hashing 1 KiB: the same for every suite. */
  readonly hashMicrosPerKiB: number;
}

/** Hashing 1 KiB, in µs. */
export const HASH_MICROS_PER_KIB = 1;

export const SUITE_COSTS: Readonly<Record<RealSuiteName, SuiteCosts>> = {
  'ml-dsa-44': costs(130, 470, 130),
  'ml-dsa-65': costs(220, 700, 200),
  'ml-dsa-87': costs(380, 1000, 380),
  'slh-dsa-sha2-128f': costs(770, 18_000, 1100),
  'slh-dsa-sha2-128s': costs(49_000, 370_000, 380),
  ed25519: costs(50, 50, 85),
};

/** Costs of a suite; a modelled suite costs what the suite it stands for costs. */
export function costsOf(name: SuiteName): SuiteCosts {
  return SUITE_COSTS[realSuiteOf(name)];
}

function costs(keygenMicros: number, signMicros: number, verifyMicros: number): SuiteCosts {
  return { keygenMicros, signMicros, verifyMicros, hashMicrosPerKiB: HASH_MICROS_PER_KIB };
}

/** Virtual time to hash so many bytes, rounded up to a whole µs; nothing for no bytes. */
export function hashMicros(bytes: number): number {
  return Math.ceil((bytes * HASH_MICROS_PER_KIB) / 1024);
}
