import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../core/prng.ts';
import { decodeLink, encodeLink, parseHash } from './link.ts';
import type { ScenarioInput } from './schema.ts';

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const linkOf = (text: string): string => base64Url(deflateRawSync(text));
const scenario: ScenarioInput = { protocol: { name: 'svbft' }, name: 'Ünïcode \u202e <b>', seed: 7 };

async function refusal(payload: string): Promise<string> {
  const result = await decodeLink(payload);
  return 'problems' in result ? `${result.problems[0]?.found} / ${result.problems[0]?.expected}` : 'accepted';
}

describe('a link', () => {
  it('gives back the scenario it was made of', async () => {
    const payload = await encodeLink(scenario);
    expect(payload).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(await decodeLink(payload)).toEqual({ value: scenario });
  });

  it('is base64url of raw DEFLATE, as any other program would write it', async () => {
    expect(await decodeLink(linkOf('{"seed":7}'))).toEqual({ value: { seed: 7 } });
  });

  it('survives any texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3000 }), async (description) => {
        const input = { ...scenario, description };
        expect(await decodeLink(await encodeLink(input))).toEqual({ value: JSON.parse(JSON.stringify(input)) });
      }),
      { numRuns: 50 },
    );
  });
});

it('a scenario that is too large for a link is refused, not cut', async () => {
  const key = streamKey(1, PURPOSE.noise);
  const noise = Array.from({ length: 300_000 }, (_, i) => String.fromCharCode(33 + scale(draw(key, i), 90))).join('');
  const code = await encodeLink({ ...scenario, description: noise }).then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code,
  );
  expect(code).toBe('bad-input');
});

describe('a damaged link is refused with one sentence', () => {
  it.each([
    ['', '"" / base64url text (letters, digits, - and _)'],
    ['a b', '"a b" / base64url text (letters, digits, - and _)'],
    ['A', '"A" / base64url text (letters, digits, - and _)'],
    ['____', 'text that does not unpack / a complete link: this one is cut off or damaged'],
    [
      linkOf('{"seed":7,"name":"something longer than a block"}').slice(0, -9),
      'text that does not unpack / a complete link: this one is cut off or damaged',
    ],
    [base64Url(deflateRawSync(Buffer.from([0x22, 0xff, 0x22]))), 'bytes that are not UTF-8 / JSON text'],
    [linkOf('{"seed":'), 'the end of the text / a JSON value'],
    ['a'.repeat(300_000), '300000 characters / at most 262144 characters'],
  ])('%.60s', async (payload, message) => {
    expect(await refusal(payload)).toBe(message);
  });

  it('a bomb is left unread after a mebibyte', async () => {
    const bomb = linkOf(`"${' '.repeat(100_000_000)}"`);
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().rss;
    expect(await refusal(bomb)).toBe('more than 1 MiB when unpacked / a scenario of at most 1 MiB');
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  it('never rejects, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const result = await decodeLink(base64Url(bytes));
        expect('problems' in result ? result.problems.length : 1).toBe(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the hash of the address', () => {
  it.each([
    ['', null, {}],
    ['#', null, {}],
    ['#s=AbC-_', { kind: 'scenario', payload: 'AbC-_' }, {}],
    ['#preset=happy-path', { kind: 'preset', id: 'happy-path' }, {}],
    ['preset=storm&speed=max&tab=metrics', { kind: 'preset', id: 'storm' }, { speed: 'max', tab: 'metrics' }],
    ['#speed=2&s=x&preset=y', { kind: 'scenario', payload: 'x' }, { speed: '2' }],
    ['#s=&preset=y', { kind: 'preset', id: 'y' }, {}],
    ['#a=%F0%9F%99%82&b=%&flag&=x', null, { a: '🙂', b: '%', flag: '' }],
    ['#__proto__=1', null, { ['__proto__']: '1' }],
  ])('%j', (hash, source, options) => {
    const request = parseHash(hash);
    expect(request.source).toEqual(source);
    expect([...request.options]).toEqual(Object.entries(options));
  });

  it('never throws', () => {
    const part = fc.oneof(
      fc.constantFrom('s', 'preset', '=', '&', '%', '#', '%E0'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const { source, options } = parseHash(parts.join(''));
        expect(options.has('s') || options.has('preset') || options.has('')).toBe(false);
        expect(source === null || ('id' in source ? source.id : source.payload) !== '').toBe(true);
      }),
    );
  });
});
