/** Opens a signature suite with the fastest engine that proves itself here; engines are loaded only when they are needed. */
import { TestnetError } from '../core/problem.ts';
import { guardSuite } from './guard.ts';
import { checkKnownAnswer } from './knownAnswers.ts';
import { type CompiledModule, compileLiboqs, openLiboqs } from './liboqs.ts';
import { modelledSuite } from './modelled.ts';
import { openNoble, storedLengths } from './noble.ts';
import { isModelled, isSuiteName, realSuiteOf, SUITE_NAMES } from './sizes.ts';
import type { Engine, RealSuiteName, SignatureSuite, SuiteName } from './suite.ts';
import { mayBeNative, nativeVerifier, openNativeVerifier, type SignedSample } from './webcrypto.ts';

export interface OpenOptions {
  /** `noble` opens the reference alone, without native verification. Default: `fastest`. */
  readonly prefer?: 'fastest' | 'noble';
  /** Another thread of this program has opened the suite and seen its engine prove itself: the proof is not repeated. */
  readonly proved?: Proved;
}

/** What one thread found out about a suite: plain data for the others. */
export interface Proved {
  readonly engine: Engine;
  readonly native: boolean;
  /** Of the engine, where it is WebAssembly. */
  readonly compiled: CompiledModule | null;
}

/** Suites opened in this thread, by name and preference: an engine is compiled and checked once. */
const opened = new Map<string, Promise<SignatureSuite>>();
/** What their engines were compiled to. */
const compiledModules = new WeakMap<SignatureSuite, CompiledModule>();
/** Why the reference is in use though something faster was wanted. */
const fallbackReasons = new WeakMap<SignatureSuite, string>();

/**
 * The suite of that name. Every engine gives the same keys, signatures and verdicts.
 * @throws TestnetError `bad-input` for an unknown name
 */
export async function openSuite(name: SuiteName, options: OpenOptions = {}): Promise<SignatureSuite> {
  if (!isSuiteName(name)) throw unknownSuite(name);
  const prefer = options.prefer ?? 'fastest';
  const key = `${prefer} ${name}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const opening = isModelled(name) ? openModelled(name) : openReal(realSuiteOf(name), prefer, options.proved);
  opened.set(key, opening);
  // What failed to load (a page that went offline) may be tried again.
  opening.catch(() => opened.delete(key));
  return opening;
}

/** What there is to tell other threads about a suite that was opened in this one. */
export function provedOf(suite: SignatureSuite): Proved {
  const { engine, verifyAhead } = suite;
  return { engine, native: verifyAhead !== null, compiled: compiledModules.get(suite) ?? null };
}

/** One line for people: which engine works, and why not a faster one. */
export function engineReport(suite: SignatureSuite): string {
  const ahead = suite.verifyAhead === null ? '' : '; native WebCrypto verifies messages in flight';
  if (suite.engine === 'modelled') {
    return `${suite.name}: modelled with a keyed hash, sizes and costs of the real suite, no security`;
  }
  if (suite.engine === 'liboqs') return `${suite.name}: liboqs (WebAssembly), equal to the reference${ahead}`;
  const reason = fallbackReasons.get(suite);
  return `${suite.name}: noble (the reference)${reason === undefined ? '' : `; liboqs not used: ${reason}`}${ahead}`;
}

async function openModelled(name: SuiteName): Promise<SignatureSuite> {
  return modelledSuite(realSuiteOf(name));
}

async function openReal(
  name: RealSuiteName,
  prefer: 'fastest' | 'noble',
  proved: OpenOptions['proved'],
): Promise<SignatureSuite> {
  const lengths = storedLengths(name);
  if (prefer === 'fastest' && proved?.engine === 'liboqs' && name !== 'ed25519') {
    const native = proved.native ? nativeVerifier(name) : null;
    try {
      return guardSuite(name, 'liboqs', lengths, await openLiboqs(name, proved.compiled), native);
    } catch {
      // This thread got no WebAssembly memory: the way below falls back and says so.
    }
  }
  if (prefer === 'noble') return guardSuite(name, 'noble', lengths, await openNoble(name));
  const fast = name === 'ed25519' ? null : await tryLiboqs(name);
  if (fast !== null && 'suite' in fast) {
    const native = await openNativeVerifier(name, fast.sample);
    const suite = native === null ? fast.suite : guardSuite(name, 'liboqs', lengths, fast.suite, native);
    compiledModules.set(suite, fast.compiled);
    return suite;
  }
  const reference = guardSuite(name, 'noble', lengths, await openNoble(name));
  const suite = mayBeNative(name) ? await withNative(name, reference) : reference;
  if (fast !== null) fallbackReasons.set(suite, fast.fault);
  return suite;
}

/** The liboqs suite with its proof, or what is wrong with it. Never throws: the reference stands behind it. */
async function tryLiboqs(
  name: Exclude<RealSuiteName, 'ed25519'>,
): Promise<{ suite: SignatureSuite; compiled: CompiledModule; sample: SignedSample } | { fault: string }> {
  try {
    const compiled = await compileLiboqs(name);
    const suite = guardSuite(name, 'liboqs', storedLengths(name), await openLiboqs(name, compiled));
    const checked = checkKnownAnswer(name, suite);
    return 'fault' in checked ? checked : { suite, compiled, sample: checked };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** The reference with native verification ahead of delivery, if the platform has it. */
async function withNative(name: RealSuiteName, reference: SignatureSuite): Promise<SignatureSuite> {
  const checked = checkKnownAnswer(name, reference);
  if ('fault' in checked) return reference;
  const native = await openNativeVerifier(name, checked);
  return native === null ? reference : guardSuite(name, 'noble', storedLengths(name), reference, native);
}

function unknownSuite(name: string): TestnetError {
  const expected = `one of ${SUITE_NAMES.join(', ')}`;
  const found = JSON.stringify(name) ?? String(name);
  return new TestnetError('bad-input', `no signature suite is called ${found}; expected ${expected}`, [
    { path: '', found, expected },
  ]);
}
