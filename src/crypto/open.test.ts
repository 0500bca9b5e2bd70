import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestnetError } from '../core/problem.ts';
import { cryptoRows } from './bench.ts';
import { costsOf, hashMicros, SUITE_COSTS } from './costs.ts';
import { modelledSuite } from './modelled.ts';
import { nobleSuite } from './noble.ts';
import { engineReport, openSuite } from './open.ts';
import { isSuiteName, realSuiteOf, SUITE_NAMES, sizesOf } from './sizes.ts';
import { REAL_SUITES, type SignatureSuite, type SuiteName } from './suite.ts';
import { flipBit, mayBeNative, openNativeVerifier } from './webcrypto.ts';

const seed = new Uint8Array(32).fill(7);
const message = new TextEncoder().encode('hello');

async function sampleOf(suite: SignatureSuite) {
  const { publicKey, secretKey } = suite.keygen(seed);
  return { publicKey, message, signature: suite.sign(message, secretKey) };
}

afterEach(() => {
  vi.doUnmock('./liboqs.ts');
  vi.resetModules();
});

describe('openSuite', () => {
  it('opens every name, under that name', async () => {
    for (const name of SUITE_NAMES) {
      const suite = await openSuite(name);
      expect(suite.name).toBe(name);
      expect(engineReport(suite).startsWith(`${name}: `)).toBe(true);
    }
  });

  it('takes liboqs where it proves itself, noble on request, and each once', async () => {
    const [fast, again] = await Promise.all([openSuite('ml-dsa-65'), openSuite('ml-dsa-65')]);
    expect(fast.engine).toBe('liboqs');
    expect(again).toBe(fast);
    const reference = await openSuite('ml-dsa-65', { prefer: 'noble' });
    expect(reference.engine).toBe('noble');
    expect(reference.verifyAhead).toBeNull();
    expect(await sampleOf(reference)).toEqual(await sampleOf(fast));
  });

  it('says what it expected when it does not know the name', async () => {
    for (const name of ['ml-dsa-66', 'modelled:', '', 'ML-DSA-65', '__proto__', undefined, 7]) {
      const error = await openSuite(name as SuiteName).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TestnetError);
      expect(error).toMatchObject({
        code: 'bad-input',
        problems: [{ path: '', found: JSON.stringify(name) ?? 'undefined' }],
      });
      expect((error as TestnetError).message).toContain('ml-dsa-44, ml-dsa-65');
    }
  });
});

describe('falling back to noble', () => {
  const honest = () => nobleSuite('ml-dsa-44');
  const cases: readonly [string, string, () => Promise<Partial<SignatureSuite>>][] = [
    ['does not open', 'out of memory', () => Promise.reject(new Error('out of memory'))],
    ['makes other keys', 'keys differ', async () => ({ keygen: () => modelledSuite('ml-dsa-44').keygen(seed) })],
    ['makes other signatures', 'signature differs', async () => ({ sign: () => new Uint8Array(2420) })],
    ['rejects valid signatures', 'rejects a valid signature', async () => ({ verify: () => false })],
    ['accepts everything', 'accepts a tampered signature', async () => ({ verify: () => true })],
    [
      'fails to steer the random source',
      'drew 0 of 32 random bytes',
      async () => ({
        keygen: () => {
          throw new Error('drew 0 of 32 random bytes');
        },
      }),
    ],
  ];

  it.each(cases)('happens when liboqs %s, and is said', async (_, reason, broken) => {
    vi.resetModules();
    vi.doMock('./liboqs.ts', () => ({
      compileLiboqs: async () => ({}),
      openLiboqs: async () => ({ ...(await honest()), ...(await broken()) }),
    }));
    const fresh = await import('./open.ts');
    const suite = await fresh.openSuite('ml-dsa-44');
    expect(suite.engine).toBe('noble');
    expect(fresh.engineReport(suite)).toContain(`liboqs not used: ${reason}`);
    const { signature, publicKey } = await sampleOf(suite);
    expect(suite.verify(signature, message, publicKey)).toBe(true);
  });
});

describe('an engine compiled in another thread', () => {
  const proved = async () => {
    vi.resetModules();
    const elsewhere = await import('./open.ts');
    const proof = elsewhere.provedOf(await elsewhere.openSuite('ml-dsa-44'));
    vi.resetModules();
    return { proof, fresh: await import('./open.ts') };
  };

  it('is not compiled again, and signs alike', async () => {
    const { proof, fresh } = await proved();
    expect(proof).toMatchObject({ engine: 'liboqs', compiled: expect.any(WebAssembly.Module) });
    const compile = vi.spyOn(WebAssembly, 'compile');
    const suite = await fresh.openSuite('ml-dsa-44', { proved: proof });
    expect(compile).not.toHaveBeenCalled();
    expect(suite.engine).toBe('liboqs');
    expect(await sampleOf(suite)).toEqual(await sampleOf(await nobleSuite('ml-dsa-44')));
    compile.mockRestore();
  });

  it.each([null, {}])('is compiled here where %j came of it', async (compiled) => {
    const { proof, fresh } = await proved();
    const compile = vi.spyOn(WebAssembly, 'compile');
    const suite = await fresh.openSuite('ml-dsa-44', { proved: { ...proof, compiled } });
    expect(compile).toHaveBeenCalledOnce();
    expect(suite.engine).toBe('liboqs');
    compile.mockRestore();
  });

  it('may come from where WebAssembly is, to where it is forbidden: then noble works', async () => {
    const { proof, fresh } = await proved();
    const refuse = vi
      .spyOn(WebAssembly, 'compile')
      .mockRejectedValue(new WebAssembly.CompileError('refused by policy'));
    const suite = await fresh.openSuite('ml-dsa-44', { proved: { ...proof, compiled: null } });
    expect(suite.engine).toBe('noble');
    expect(fresh.engineReport(suite)).toContain('liboqs not used: refused by policy');
    refuse.mockRestore();
  });
});

describe('native verification', () => {
  it('judges Ed25519 here as noble does', async () => {
    const { verify, verifyAhead, ...suite } = await openSuite('ed25519');
    const { publicKey, signature } = await sampleOf({ verify, verifyAhead, ...suite });
    expect(verifyAhead).not.toBeNull();
    expect(await verifyAhead!(signature, message, publicKey)).toBe(true);
    for (const [s, m, p] of [
      [flipBit(signature), message, publicKey],
      [signature, flipBit(message), publicKey],
      [signature, message, flipBit(publicKey)],
      [signature.slice(1), message, publicKey],
      [signature, message, publicKey.slice(1)],
    ] as const) {
      expect(await verifyAhead!(s, m, p)).toBe(false);
      expect(verify(s, m, p)).toBe(false);
    }
  });

  it('leaves a signature that only the cofactored equation accepts to noble', async () => {
    // A = R = (0, 1), S = 0 holds for every message; native verifiers may refuse such a key.
    const identity = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
    const signature = Uint8Array.of(...identity, ...new Uint8Array(32));
    const { verify, verifyAhead } = await openSuite('ed25519');
    expect(await verifyAhead!(signature, message, identity)).toBe(verify(signature, message, identity));
  });

  const platform = (verify: () => Promise<boolean>, importKey: () => Promise<object> = async () => ({})) => ({
    crypto: { subtle: { importKey, verify } },
  });
  const liars: readonly [string, object][] = [
    ['accepts everything', platform(async () => true)],
    ['rejects everything', platform(async () => false)],
    [
      'does not know the algorithm',
      platform(
        async () => true,
        () => Promise.reject(new Error('NotSupportedError')),
      ),
    ],
    ['is missing', {}],
    ['has no subtle (an insecure context)', { crypto: {} }],
  ];
  it.each(liars)('is not used when the platform %s', async (_, broken) => {
    const sample = await sampleOf(await nobleSuite('ml-dsa-44'));
    expect(await openNativeVerifier('ml-dsa-44', sample, broken)).toBeNull();
  });

  it.each(['signature', 'message', 'publicKey'] as const)('is not used when it ignores the %s', async (ignored) => {
    const suite = await nobleSuite('ml-dsa-44');
    const sample = await sampleOf(suite);
    const subtle = {
      importKey: async (_: string, key: Uint8Array) => ({ key }),
      verify: async (_: object, { key }: { key: Uint8Array }, signature: Uint8Array, data: Uint8Array) => {
        const seen = { signature, message: data, publicKey: key, [ignored]: sample[ignored] };
        return suite.verify(seen.signature, seen.message, seen.publicKey);
      },
    };
    expect(await openNativeVerifier('ml-dsa-44', sample, { crypto: { subtle } })).toBeNull();
  });

  it('is used when the platform judges well, with each key imported once', async () => {
    const suite = await nobleSuite('ml-dsa-44');
    const sample = await sampleOf(suite);
    let imports = 0;
    const subtle = {
      importKey: async (format: string, key: Uint8Array, algorithm: { name: string }) => {
        imports += 1;
        expect([format, algorithm.name]).toEqual(['raw-public', 'ML-DSA-44']);
        return { key };
      },
      verify: async (_: object, { key }: { key: Uint8Array }, signature: Uint8Array, data: Uint8Array) =>
        suite.verify(signature, data, key),
    };
    const native = await openNativeVerifier('ml-dsa-44', sample, { crypto: { subtle } });
    const before = imports;
    for (let i = 0; i < 3; i++) expect(await native!(sample.signature, message, sample.publicKey)).toBe(true);
    expect(imports).toBe(before);
  });

  it('is not tried for SLH-DSA', () => {
    const everything = platform(async () => true);
    expect(REAL_SUITES.filter((name) => mayBeNative(name, everything))).toEqual([
      'ml-dsa-44',
      'ml-dsa-65',
      'ml-dsa-87',
      'ed25519',
    ]);
  });
});

describe('tables', () => {
  it('cover every suite with positive whole numbers', () => {
    for (const name of SUITE_NAMES) {
      expect(isSuiteName(name)).toBe(true);
      const { source, ...sizes } = sizesOf(name);
      expect(source).toMatch(/^(FIPS 20[45]|RFC 8032), /);
      const numbers = [...Object.values(sizes), ...Object.values(costsOf(name))];
      expect(numbers).toHaveLength(7);
      for (const number of numbers) expect(Number.isSafeInteger(number) && number > 0, name).toBe(true);
    }
  });

  it('give a modelled suite what the real one has', () => {
    for (const name of REAL_SUITES) {
      expect(costsOf(`modelled:${name}`)).toBe(SUITE_COSTS[name]);
      expect(sizesOf(`modelled:${name}`)).toBe(sizesOf(name));
      expect(realSuiteOf(`modelled:${name}`)).toBe(name);
    }
  });

  it('charge hashing by the started µs', () => {
    expect([0, 1, 1024, 1025, 8192].map(hashMicros)).toEqual([0, 1, 1, 2, 8]);
  });
});

describe('bench', () => {
  it('gives every operation of every suite a rate', async () => {
    const rows = await cryptoRows(() => performance.now(), { budgetMs: 1, reference: false });
    expect(rows.every((row) => Number.isFinite(row.opsPerSecond) && row.opsPerSecond > 0)).toBe(true);
    const names = rows.map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of REAL_SUITES) {
      for (const operation of ['keygen', 'sign', 'verify']) {
        expect(
          names.some((row) => row.startsWith(`${name} ${operation} (`)),
          `${name} ${operation}`,
        ).toBe(true);
      }
    }
  });
});
