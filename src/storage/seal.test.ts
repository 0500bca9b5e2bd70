import { afterEach, describe, expect, it, vi } from 'vitest';
import { SEAL_BYTES, SEAL_KIND, seal, sealMuch, unseal } from './seal.ts';

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
