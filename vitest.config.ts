import { defineConfig } from 'vitest/config';
import { liboqsFiles } from './scripts/liboqs-files.mjs';

export default defineConfig({
  plugins: [liboqsFiles()],
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'e2e/**/*.test.ts'],
    environment: 'node',
    // What the plugin above has taken apart.
    server: { deps: { inline: [/@openforge-sh\/liboqs/] } },
    // One less than there are cores by default: half of a machine with two.
    maxWorkers: '100%',
    // Post-quantum reference code compiles slowly on a busy machine; a hang still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
