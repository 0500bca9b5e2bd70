import { afterEach, describe, expect, it, vi } from 'vitest';
import { SEAL_BYTES, SEAL_KIND, seal, sealMuch, unseal, unsealMuch } from './seal.ts';

const content = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31) % 251);

describe('sealMuch', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each([0, 1, 63, 64, 262_144])('seals %i bytes as seal does', async (length) => {
    expect(await sealMuch(SEAL_KIND.chunk, content(length))).toEqual(seal(SEAL_KIND.chunk, content(length)));
  });

  it('does the same where the platform offers no digest', async () => {
    vi.stubGlobal('crypto', {});
    expect(await sealMuch(SEAL_KIND.trace, content(1_000))).toEqual(seal(SEAL_KIND.trace, content(1_000)));
  });

  it('seals what it was given, whatever becomes of that afterwards', async () => {
    const given = content(5_000);
    const sealing = sealMuch(SEAL_KIND.chunk, given);
    given.fill(0);
    const opened = unseal(SEAL_KIND.chunk, await sealing);
    expect(opened).toEqual({ ok: true, content: content(5_000) });
  });

  it('shows a bit that turned over', async () => {
    const sealed = await sealMuch(SEAL_KIND.chunk, content(5_000));
    sealed[SEAL_BYTES + 4_321] = (sealed[SEAL_BYTES + 4_321] ?? 0) ^ 1;
    expect(unseal(SEAL_KIND.chunk, sealed)).toMatchObject({ ok: false, reason: 'damaged' });
  });
});

describe('unsealMuch', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each([0, 1, 63, 262_144])('gives %i bytes back as unseal does, in a buffer of words', async (length) => {
    const sealed = seal(SEAL_KIND.chunk, content(length));
    const opened = await unsealMuch(SEAL_KIND.chunk, sealed);
    expect(opened).toEqual(unseal(SEAL_KIND.chunk, sealed));
    expect(opened.ok && opened.content.byteOffset % 4).toBe(0);
    expect(opened.ok && opened.content.buffer).not.toBe(sealed.buffer);
  });

  it('refuses as unseal does: another kind or version, a byte less, every bit that turned over in the header', async () => {
    const sealed = seal(SEAL_KIND.trace, content(300));
    const odd = [sealed.slice(0, -1), sealed.slice(0, 20), new Uint8Array(0), seal(SEAL_KIND.trace, content(300), 2)];
    for (let bit = 0; bit < 8 * (SEAL_BYTES + 2); bit++) {
      const turned = sealed.slice();
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      odd.push(turned);
    }
    for (const [i, bytes] of odd.entries()) {
      const refused = await unsealMuch(SEAL_KIND.trace, bytes);
      expect(refused.ok, `${i}`).toBe(false);
      expect(refused, `${i}`).toEqual(unseal(SEAL_KIND.trace, bytes));
    }
    expect(await unsealMuch(SEAL_KIND.chunk, sealed)).toEqual(unseal(SEAL_KIND.chunk, sealed));
  });

  it('does the same where the platform offers no digest', async () => {
    const sealed = seal(SEAL_KIND.trace, content(1_000));
    vi.stubGlobal('crypto', {});
    expect(await unsealMuch(SEAL_KIND.trace, sealed)).toEqual({ ok: true, content: content(1_000) });
  });
});
