/** What the bench and the process that runs the peer's simulator say to each other. */

/** Of the peer: the file names of `ba-algo/` that it is measured with. */
export type RivalProtocol = 'pbft' | 'hotstuff-NS';

export interface RivalOrder {
  readonly protocol: RivalProtocol;
  readonly nodeCount: number;
  /** Runs are repeated until so many ms have passed, at least one; 0: one run, whose messages are counted. */
  readonly budgetMs: number;
}

export type RivalAnswer =
  | { readonly runs: number; readonly elapsedMs: number; readonly sent: number; readonly handled: number }
  | { readonly error: string };

/** Files by which a clone is told from another folder. */
export const RIVAL_FILES = ['config.js', 'simulator.js', 'ba-algo/pbft.js', 'ba-algo/hotstuff-NS.js'] as const;
export const RIVAL_NAME = 'BFT-Simulator';
