/**
 * A run at top speed: while the page takes in what one turn brought, and draws it, the next ones run in the workers. At
 * every other speed, and where nothing runs beside the page, a turn begins when the one before it has been taken in.
 */
import { assert } from '../core/assert.ts';
import type { Micros } from '../core/time.ts';
import type { ExecutorStatus } from '../runtime/executor.ts';
import type { Archive } from './archive.ts';
import type { Pacer } from './pacer.ts';
import type { Run } from './run.ts';

/** So many turns are under way beside the one that is taken in: a picture takes about as long as they do together. */
const AHEAD = 2;

/** How the run stands. */
export interface Report {
  readonly status: ExecutorStatus;
  /** Null when it was not asked for. */
  readonly fingerprint: string | null;
}

/** Something asked of the run; answers come in the order of the questions. */
interface UnderWay {
  readonly isTurn: boolean;
  readonly arrives: Promise<unknown>;
  readonly take: () => Promise<void>;
}

export class Flow {
  readonly #run: Run;
  readonly #pacer: Pacer;
  readonly #archive: Archive;
  readonly #tell: (report: Report) => Promise<void>;
  #underWay: UnderWay[] = [];

  constructor(run: Run, pacer: Pacer, archive: Archive, tell: (report: Report) => Promise<void>) {
    this.#run = run;
    this.#pacer = pacer;
    this.#archive = archive;
    this.#tell = tell;
  }

  /** One turn of the pacer: the run goes on, its trace is taken in, and now and then its status; it is saved when it is time. */
  async turn(until: Micros, windows: number): Promise<void> {
    const run = this.#run;
    const goesOn = this.#pacer.playing && !run.finished;
    const canRunAhead = until === Number.POSITIVE_INFINITY && run.executor.turn !== undefined;
    if (goesOn && canRunAhead && !this.#archive.isDue) {
      await this.#next(windows);
      if (this.#pacer.wantsStatus()) this.#add(this.#report());
      return;
    }
    await this.settle();
    if (goesOn) await run.advance({ until, windows });
    await run.pull();
    if (this.#pacer.wantsStatus()) await this.reportNow();
    if (this.#archive.isDue) await this.#archive.save(run, this.#pacer.playing && !run.finished, this.#pacer.speed);
  }

  /** Tells how the run stands. */
  reportNow(): Promise<void> {
    return this.#report().take();
  }

  /** Takes in everything under way; the run then stands at a barrier and nothing of it moves. */
  async settle(): Promise<void> {
    for (let first = this.#underWay.shift(); first !== undefined; first = this.#underWay.shift()) await first.take();
  }

  /** Takes in the oldest turn and what was asked for before it, with more of so many windows behind it. */
  async #next(windows: number): Promise<void> {
    while (this.#underWay.filter(({ isTurn }) => isTurn).length <= AHEAD) this.#add(this.#open(windows));
    for (let isTurn = false; !isTurn; ) {
      const first = this.#underWay.shift() as UnderWay;
      isTurn = first.isTurn;
      await first.take();
    }
  }

  #open(windows: number): UnderWay {
    const run = this.#run;
    const arrives = run.executor.turn?.({ until: Number.POSITIVE_INFINITY, windows, goal: null });
    assert(arrives !== undefined, 'turns are asked for only where they can be');
    return { isTurn: true, arrives, take: async () => run.takeIn(await arrives) };
  }

  #report(): UnderWay {
    const { executor } = this.#run;
    const wantsFingerprint = !this.#pacer.playing || this.#pacer.wantsFingerprint();
    const arrives = Promise.all([executor.status(), wantsFingerprint ? executor.fingerprint() : null]);
    const take = async (): Promise<void> => {
      const [status, fingerprint] = await arrives;
      await this.#tell({ status, fingerprint });
    };
    return { isTurn: false, arrives, take };
  }

  #add(underWay: UnderWay): void {
    // Whoever takes it in hears of a failure; one that nobody takes in any more is no failure of its own.
    underWay.arrives.catch(() => undefined);
    this.#underWay.push(underWay);
  }
}
