/** A snapshot that went through storage, hence through bytes, continues as the run it was taken of. */
import { describe, expect, it } from 'vitest';
import { presetById } from '../scenario/index.ts';
import { openStorage } from '../storage/open.ts';
import { openTestnet } from './index.ts';

const PRESETS = [
  'happy-path',
  'primary-crash',
  'partition-and-heal',
  'equivocating-primary',
  'twins',
  'storm',
] as const;
/** In the middle of rounds, of view changes, of catching up. */
const CUTS_MS = [0, 1_437.219, 5_061.5, 6_200, 9_333.333] as const;
const GO_ON_MS = 4_000;

describe('a snapshot taken back from storage', () => {
  it.each(PRESETS)('goes on as if never interrupted: %s', async (id) => {
    const storage = await openStorage({ indexedDB: null });
    const testnet = await openTestnet({ storage });
    const scenario = { ...presetById(id)?.scenario, crypto: { suite: 'modelled:ml-dsa-65' } } as const;
    await testnet.load({ ...scenario, protocol: scenario.protocol ?? { name: 'svbft' } });
    for (const ms of CUTS_MS) {
      await testnet.runUntil({ ms });
      const snapshot = await testnet.snapshot();
      await testnet.runUntil({ ms: ms + GO_ON_MS });
      const expected = await testnet.fingerprint();
      await testnet.restore(snapshot);
      await testnet.runUntil({ ms: ms + GO_ON_MS });
      expect(await testnet.fingerprint(), `cut at ${ms} ms`).toBe(expected);
      await testnet.restore(snapshot);
    }
    await testnet.close();
  });
});
