import type { Session } from '../../playground.tsx';
import type { RunAtHand } from './copyAs.ts';

/** How often to look again while the run goes on between two looks. */
const TRIES = 4;

/** The run's scenario, state and checks of one moment, and its fingerprint where the run stood still long enough to read it. */
export async function runAtHand(session: Session): Promise<RunAtHand> {
  for (let i = 0; i < TRIES; i++) {
    const state = await session.state();
    const [scenario, checks, fingerprint] = [
      await session.scenario(),
      await session.checks(),
      await session.fingerprint(),
    ];
    const { timeMs } = await session.state();
    if (timeMs === state.timeMs) return { scenario, state, checks, fingerprint };
    if (i === TRIES - 1) return { scenario, state, checks, fingerprint: null };
  }
  throw new Error('unreachable: the last try returns');
}
