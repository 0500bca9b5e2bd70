import { defineConfig } from 'vitest/config';
import { liboqsAlias } from './scripts/liboqs-alias.mjs';

export default defineConfig({
  resolve: { alias: [liboqsAlias] },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    environment: 'node',
    // One less than there are cores by default: half of a machine with two.
    maxWorkers: '100%',
    // Post-quantum reference code compiles slowly on a busy machine; a hang still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
