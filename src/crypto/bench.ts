/** Operations per second of the engines on this machine. The clock comes from the caller: this layer has none. */
import { openBulkHash } from './bulk.ts';
import { hashBytes } from './hash.ts';
import { merkleRoot } from './merkle.ts';
import { openSuite } from './open.ts';
import { REAL_SUITES, type SignatureSuite } from './suite.ts';

export interface CryptoRow {
  /** `<suite> <operation> (<engine>)` or `<function> <input size>`. */
  readonly name: string;
  readonly opsPerSecond: number;
}

export interface CryptoBenchOptions {
  /** Milliseconds to measure each operation for; at least one call is made. Default 200. */
  readonly budgetMs?: number;
  /** Also the reference engine, which is slow. Default true. */
  readonly reference?: boolean;
}

/** The length of a typical vote's statement, in bytes. */
const MESSAGE_BYTES = 150;
const WARM_UP_SHARE = 0.25;

/**
 * Times key generation, signing and verification of every suite, and the hashes.
 * @param now milliseconds of a monotonic clock, for example `() => performance.now()`
 */
export async function cryptoRows(now: () => number, options: CryptoBenchOptions = {}): Promise<CryptoRow[]> {
  const { budgetMs = 200, reference = true } = options;
  const rows: CryptoRow[] = [];
  for (const name of REAL_SUITES) {
    const fastest = await openSuite(name);
    rows.push(...suiteRows(fastest, now, budgetMs), ...(await aheadRows(fastest, now, budgetMs)));
    const noble = await openSuite(name, { prefer: 'noble' });
    if (reference && fastest.engine !== 'noble') rows.push(...suiteRows(noble, now, budgetMs));
  }
  rows.push(...suiteRows(await openSuite('modelled:ml-dsa-65'), now, budgetMs));
  rows.push(...(await hashRows(now, budgetMs)));
  return rows;
}

function suiteRows(suite: SignatureSuite, now: () => number, budgetMs: number): CryptoRow[] {
  const message = pattern(MESSAGE_BYTES);
  const seed = pattern(32);
  const { publicKey, secretKey } = suite.keygen(seed);
  const signature = suite.sign(message, secretKey);
  let counter = 0;
  const nextMessage = (): Uint8Array => {
    counter += 1;
    new DataView(message.buffer).setUint32(0, counter);
    return message;
  };
  const signed = message.slice();
  const row = (operation: string, action: () => unknown): CryptoRow => ({
    name: `${suite.name} ${operation} (${suite.engine})`,
    opsPerSecond: rate(action, now, budgetMs),
  });
  return [
    row('keygen', () => suite.keygen(seed)),
    // Rejection sampling makes ML-DSA signing vary from message to message: measure the mean over different ones.
    row('sign', () => suite.sign(nextMessage(), secretKey)),
    row('verify', () => suite.verify(signature, signed, publicKey)),
  ];
}

/** Native verification, several in flight at a time as in a run. */
async function aheadRows(suite: SignatureSuite, now: () => number, budgetMs: number): Promise<CryptoRow[]> {
  const { verifyAhead } = suite;
  if (verifyAhead === null) return [];
  const message = pattern(MESSAGE_BYTES);
  const { publicKey, secretKey } = suite.keygen(pattern(32));
  const signature = suite.sign(message, secretKey);
  const batch = Array.from({ length: 16 }, () => message);
  const start = now();
  let done = 0;
  while (done === 0 || now() - start < budgetMs) {
    await Promise.all(batch.map((bytes) => verifyAhead(signature, bytes, publicKey)));
    done += batch.length;
  }
  return [{ name: `${suite.name} verifyAhead (WebCrypto)`, opsPerSecond: (done * 1000) / (now() - start) }];
}

async function hashRows(now: () => number, budgetMs: number): Promise<CryptoRow[]> {
  const bulk = await openBulkHash();
  const [short, kilobyte, chunk] = [pattern(MESSAGE_BYTES), pattern(1024), pattern(8192)];
  const leaves = Array.from({ length: 1000 }, (_, i) => pattern(32 + (i % 7)));
  const row = (name: string, action: () => unknown): CryptoRow => ({
    name,
    opsPerSecond: rate(action, now, budgetMs),
  });
  return [
    row('BLAKE3 150 B', () => hashBytes(short)),
    row('BLAKE3 1 KiB', () => hashBytes(kilobyte)),
    row('BLAKE3 8 KiB', () => hashBytes(chunk)),
    row(`BLAKE3 8 KiB (bulk, ${bulk.engine})`, () => bulk.hash(chunk)),
    row('Merkle root of 1,000 leaves', () => merkleRoot(leaves)),
  ];
}

/** Calls per second of `action`, after a warm-up; the clock is read once per growing batch, so that it costs nothing. */
function rate(action: () => unknown, now: () => number, budgetMs: number): number {
  for (const start = now(); now() - start < budgetMs * WARM_UP_SHARE; ) action();
  let calls = 0;
  let batch = 1;
  const start = now();
  let elapsed = 0;
  while (elapsed < budgetMs) {
    for (let i = 0; i < batch; i++) action();
    calls += batch;
    elapsed = now() - start;
    if (elapsed < budgetMs / 8) batch *= 2;
  }
  return (calls * 1000) / elapsed;
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 251);
}
