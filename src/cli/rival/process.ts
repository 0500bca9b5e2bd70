/** The peer's own simulator in a process of its own, from a clone that somebody made. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RIVAL_FILES, RIVAL_NAME, type RivalAnswer, type RivalOrder, type RivalProtocol } from './messages.ts';

/** Where the peer is, and what runs it. */
export interface RivalPlace {
  readonly folder: string;
  /** Bundled entry that calls `serveRival`. */
  readonly entry: string;
}

export type Measured = Exclude<RivalAnswer, { readonly error: string }>;

/** Why the folder is no clone of the peer, or null. */
export function folderProblem(folder: string): string | null {
  const missing = RIVAL_FILES.find((file) => !existsSync(join(folder, file)));
  return missing === undefined ? null : `${JSON.stringify(folder)}, which has no ${missing}`;
}

export class RivalError extends Error {}

/** One protocol and size in a fresh process: what was compiled for another would be measured too. */
export class Rival {
  readonly #child: ChildProcess;
  readonly #scratch: string;
  readonly #work: Pick<RivalOrder, 'protocol' | 'nodeCount'>;

  /** The child gets this process's flags, and a folder of its own to stand in: the peer empties `log/` there. */
  constructor({ folder, entry }: RivalPlace, protocol: RivalProtocol, nodeCount: number) {
    this.#work = { protocol, nodeCount };
    this.#scratch = mkdtempSync(join(tmpdir(), 'testnet-bench-'));
    this.#child = fork(entry, [resolve(folder)], {
      cwd: this.#scratch,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** Runs it for so long. @throws {RivalError} when the peer does not load or run */
  measure(budgetMs: number): Promise<Measured> {
    const child = this.#child;
    return new Promise((done, fail) => {
      const onExit = (code: number | null): void => fail(new RivalError(`its process ended with code ${code}`));
      child.once('exit', onExit);
      child.once('error', fail);
      child.once('message', (answer: RivalAnswer) => {
        child.off('exit', onExit);
        child.off('error', fail);
        if ('error' in answer) fail(new RivalError(answer.error));
        else done(answer);
      });
      const order: RivalOrder = { ...this.#work, budgetMs };
      if (child.exitCode === null) child.send(order);
      else onExit(child.exitCode);
    });
  }

  /** Runs a second over so long. */
  async rate(budgetMs: number): Promise<number> {
    const { runs, elapsedMs } = await this.measure(budgetMs);
    return (runs * 1000) / elapsedMs;
  }

  close(): void {
    this.#child.kill();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Has `use` measure the peer, and ends its process whatever comes of it. */
export async function withRival<R>(
  place: RivalPlace,
  protocol: RivalProtocol,
  nodeCount: number,
  use: (rival: Rival, first: Measured) => Promise<R>,
): Promise<R> {
  const rival = new Rival(place, protocol, nodeCount);
  try {
    return await use(rival, await rival.measure(0));
  } catch (error) {
    if (!(error instanceof RivalError)) throw error;
    throw new RivalError(`${RIVAL_NAME} in ${place.folder}: ${error.message}`);
  } finally {
    rival.close();
  }
}
