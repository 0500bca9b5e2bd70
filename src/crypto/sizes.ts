/** Sizes of keys and signatures, and the names of suites. */
import { REAL_SUITES, type RealSuiteName, type SuiteName } from './suite.ts';

/** Sizes in bytes. */
export interface SuiteSizes {
  readonly publicKeyBytes: number;
  readonly secretKeyBytes: number;
  readonly signatureBytes: number;
  /** The standard and where in it the sizes stand. */
  readonly source: string;
}

export const SUITE_SIZES: Readonly<Record<RealSuiteName, SuiteSizes>> = {
  'ml-dsa-44': { publicKeyBytes: 1312, secretKeyBytes: 2560, signatureBytes: 2420, source: 'FIPS 204, table 2' },
  'ml-dsa-65': { publicKeyBytes: 1952, secretKeyBytes: 4032, signatureBytes: 3309, source: 'FIPS 204, table 2' },
  'ml-dsa-87': { publicKeyBytes: 2592, secretKeyBytes: 4896, signatureBytes: 4627, source: 'FIPS 204, table 2' },
  'slh-dsa-sha2-128f': { publicKeyBytes: 32, secretKeyBytes: 64, signatureBytes: 17_088, source: 'FIPS 205, table 2' },
  'slh-dsa-sha2-128s': { publicKeyBytes: 32, secretKeyBytes: 64, signatureBytes: 7856, source: 'FIPS 205, table 2' },
  ed25519: { publicKeyBytes: 32, secretKeyBytes: 32, signatureBytes: 64, source: 'RFC 8032, §5.1.5 and §5.1.6' },
};

const MODELLED_PREFIX = 'modelled:';

/** Every name that `openSuite` knows: the real suites, then their modelled counterparts. */
export const SUITE_NAMES: readonly SuiteName[] = [
  ...REAL_SUITES,
  ...REAL_SUITES.map((name): SuiteName => `${MODELLED_PREFIX}${name}`),
];

export function isSuiteName(name: string): name is SuiteName {
  return (SUITE_NAMES as readonly string[]).includes(name);
}

export function isModelled(name: SuiteName): boolean {
  return name.startsWith(MODELLED_PREFIX);
}

/** The real suite that a name is, or stands for. */
export function realSuiteOf(name: SuiteName): RealSuiteName {
  return (isModelled(name) ? name.slice(MODELLED_PREFIX.length) : name) as RealSuiteName;
}

export function isSlhDsa(name: RealSuiteName): boolean {
  return name.startsWith('slh-dsa-');
}

/** Sizes on the wire; a modelled suite has those of the suite it stands for. */
export function sizesOf(name: SuiteName): SuiteSizes {
  return SUITE_SIZES[realSuiteOf(name)];
}
