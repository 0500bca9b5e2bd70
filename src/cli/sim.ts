/** Entry of `npm run sim`, and of every thread of its sweeps. */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { runCompare } from './compare/command.ts';
import { explore } from './explore/command.ts';
import { isExploreThread, serveExplore } from './explore/threads.ts';
import { nodePlatform } from './platform.ts';
import { simulate } from './simulate.ts';
import { serveSweep } from './sweep.ts';

const entry = fileURLToPath(import.meta.url);
const beside = (name: string): string => join(dirname(entry), `${name}.mjs`);

if (isMainThread) {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const [command, ...rest] = process.argv.slice(2);
  const out = (text: string): void => void process.stdout.write(text);
  process.exitCode =
    command === 'explore'
      ? await explore(rest, { out, err: process.stderr, entry, coreCount: availableParallelism() })
      : command === 'compare'
        ? await runCompare(rest, { out, err: process.stderr })
        : await simulate(process.argv.slice(2), {
            out,
            err: process.stderr,
            platform: () => nodePlatform({ conductor: beside('conductor.worker'), node: beside('node.worker') }),
            sweepEntry: entry,
            coreCount: availableParallelism(),
          });
} else if (isExploreThread()) {
  serveExplore();
} else {
  serveSweep();
}
