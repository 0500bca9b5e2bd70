/** Entry of `npm run bench`. */
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchmark } from './benchmark.ts';
import { nodePlatform } from './platform.ts';

const beside = (name: string): string => join(dirname(fileURLToPath(import.meta.url)), `${name}.mjs`);

process.exitCode = await benchmark(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: process.stderr,
  platform: () => nodePlatform({ conductor: beside('conductor.worker'), node: beside('node.worker') }),
  searchEntry: beside('sim'),
  rivalEntry: beside('rival'),
  coreCount: availableParallelism(),
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    platform: process.platform,
  },
  now: () => performance.now(),
});
