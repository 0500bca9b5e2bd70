import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { openTestnet } from '../../../session/index.ts';
import type { ScenarioInput } from '../../../scenario/types.ts';
import type { Session } from '../../playground.tsx';
import { CHOICES, GROUPS } from './choices.ts';
import { commandLine, playwrightTest } from './copyAs.ts';
import { fileName } from './download.ts';
import { fitsQrCode, modulesOf } from './QrCode.tsx';
import { runAtHand } from './readRun.ts';
import { windowOptions } from './window.ts';

const SCENARIO: ScenarioInput = {
  name: 'quotes \' " ` $\u007bx}\u2028 and */ more',
  seed: 11,
  protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  faults: [{ kind: 'crash', target: 'v1', at: 1500, until: 3000 }],
  stop: { height: 6 },
};

type Body = (fixtures: { readonly testnet: Session }) => Promise<void>;

/** Runs the pasted text as a test file would: its name and body, and what it expected of the testnet, in order. */
async function runPasted(text: string, testnet: Session): Promise<{ name: string; expected: unknown[] }> {
  const expected: unknown[] = [];
  let found: { readonly name: string; readonly body: Body } | null = null;
  const expectIt = (what: unknown) => ({
    toAgree: (options: unknown) => void expected.push({ agree: options }),
    toHaveFingerprint: async (hex: string) => expected.push({ fingerprint: hex, actual: await testnet.fingerprint() }),
    toEqual: (value: unknown) => void expected.push({ equal: value, actual: what }),
  });
  const body = text.replace(/^import .*$/m, '');
  // biome-ignore lint/security/noGlobalEval: the text under test is code, and this is how it runs.
  const run = eval(`(test, expect) => {${body}}`) as (test: unknown, expectation: unknown) => void;
  run((name: string, inner: Body) => {
    found = { name, body: inner };
  }, expectIt);
  const { name, body: inner } = found as unknown as { readonly name: string; readonly body: Body };
  await inner({ testnet });
  return { name, expected };
}

describe('copied as a Playwright test', () => {
  it.each([2100, 3500])('reaches the same trace at %i ms in another testnet', async (ms) => {
    const testnet = await openTestnet();
    await testnet.load(SCENARIO);
    await testnet.runUntil({ ms: 1000 });
    await testnet.inject({ kind: 'slow', target: 'v2', factor: 5 });
    await testnet.runUntil({ ms });
    const text = playwrightTest(await runAtHand(testnet));
    const other = await openTestnet();
    const { name, expected } = await runPasted(text, other);
    expect(name).toBe(SCENARIO.name);
    const fingerprint = await testnet.fingerprint();
    expect(expected.at(-1)).toEqual({ fingerprint, actual: fingerprint });
    const { nodes } = await other.state();
    const height = Math.min(...nodes.filter((n) => n.kind === 'validator' && n.alive).map((n) => n.height));
    expect(expected[0]).toEqual({ agree: { minHeight: height } });
  });

  it('reaches the end of a run that has ended', async () => {
    const testnet = await openTestnet();
    await testnet.load(SCENARIO);
    await testnet.runUntil({ height: 6 });
    await testnet.runUntil({ ms: 100_000 }).catch((error: { code: string }) => expect(error.code).toBe('timeout'));
    expect((await testnet.state()).status).toBe('finished');
    const { expected } = await runPasted(playwrightTest(await runAtHand(testnet)), await openTestnet());
    const fingerprint = await testnet.fingerprint();
    expect(expected.at(-1)).toEqual({ fingerprint, actual: fingerprint });
  });

  it('expects the violation that the run shows', async () => {
    const testnet = await openTestnet();
    await testnet.load('mutant-votes-not-distinct');
    await testnet.runUntil({ ms: 20_000 }).catch(() => undefined);
    const text = playwrightTest(await runAtHand(testnet));
    expect(text).toContain("verdict === 'violated'");
    const { expected } = await runPasted(text, await openTestnet());
    const violated = expected.find((item) => 'equal' in (item as object)) as { equal: string[]; actual: string[] };
    expect(violated.equal.length).toBeGreaterThan(0);
    expect(violated.actual).toEqual(violated.equal);
  });
});

it('copied as a command line, stops at the moment at hand', () => {
  expect(commandLine('abc_-', 1234.5)).toBe("npm run sim -- '#s=abc_-' --set stop.ms=1234.5");
  expect(commandLine('abc', 0)).toBe("npm run sim -- '#s=abc'");
});

describe('a QR code', () => {
  it('draws exactly the dark modules, with a quiet zone', () => {
    const text = `https://example.org/#s=${'Ab3-_'.repeat(60)}`;
    const { data } = encode(text, { ecc: 'L', border: 4 });
    const { path, size } = modulesOf(text);
    const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
      for (let i = 0; i < Number(width); i++) (drawn[Number(y)] as boolean[])[Number(x) + i] = true;
    }
    expect(drawn).toEqual(data);
    expect(drawn.slice(0, 4).flat()).not.toContain(true);
  });

  it('is not offered for a link that is too long for any', () => {
    expect(fitsQrCode('a'.repeat(2953))).toBe(true);
    expect(fitsQrCode('a'.repeat(2954))).toBe(false);
    expect(() => modulesOf('a'.repeat(2953))).not.toThrow();
  });
});

describe('the part of a run', () => {
  const range = (fromMs: number, toMs: number) => windowOptions({ choice: 'range', fromMs, toMs }, 5_000_000);

  it('is the whole, up to the playhead, the second before it, or a range', () => {
    const of = (choice: 'default' | 'playhead' | 'second', playhead = 5_000_000) =>
      windowOptions({ choice, fromMs: 1, toMs: 2 }, playhead);
    expect(of('default')).toEqual({ options: {} });
    expect(of('playhead')).toEqual({ options: { fromMs: 0, toMs: 5000 } });
    expect(of('second')).toEqual({ options: { fromMs: 4000, toMs: 5000 } });
    expect(of('second', 300_000)).toEqual({ options: { fromMs: 0, toMs: 300 } });
    expect(range(10, 20)).toEqual({ options: { fromMs: 10, toMs: 20 } });
  });

  it('says what is wrong with a range', () => {
    expect(range(20, 10)).toEqual({ problem: expect.stringContaining('20 ms') });
    expect(range(Number.NaN, 10)).toHaveProperty('problem');
  });
});

it('names files by what they hold and when', () => {
  expect(fileName('Crash the Primary!', 12_430.2, 'itf.json')).toBe('crash-the-primary-12430ms.itf.json');
  expect(fileName('../../Größe\u202e', 0, 'svg')).toBe('gro-e-0ms.svg');
  expect(fileName('…', 5, 'png')).toBe('testnet-5ms.png');
});

it('offers each choice once, each in a group that is shown', () => {
  expect(new Set(CHOICES.map(({ id }) => id)).size).toBe(CHOICES.length);
  for (const { group } of CHOICES) expect(GROUPS.map(({ id }) => id)).toContain(group);
});
