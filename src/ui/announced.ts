/** Says on the page that a testnet is being built, where that takes longer than a blink: many keys, or slow ones. */
import type { Session } from './playground.tsx';
import type { UiStore } from './store.ts';

/** Sooner, a sign would only flicker. Wall time. */
export const NOTICED_AFTER_MS = 300;

/** The same session; while it loads, restores or forks, `isBuilding` of the store says so. */
export function announced(session: Session, store: UiStore): Session {
  let under = 0;
  const told = async <T>(call: () => Promise<T>): Promise<T> => {
    under++;
    const timer = setTimeout(() => store.setState({ isBuilding: true }), NOTICED_AFTER_MS);
    try {
      return await call();
    } finally {
      clearTimeout(timer);
      if (--under === 0) store.setState({ isBuilding: false });
    }
  };
  return {
    ...session,
    branches: { ...session.branches, switchTo: (runId) => told(() => session.branches.switchTo(runId)) },
    load: (scenario) => told(() => session.load(scenario)),
    restore: (id) => told(() => session.restore(id)),
    fork: (from) => told(() => session.fork(from)),
    resume: () => told(() => session.resume()),
    importRunFile: (bytes) => told(() => session.importRunFile(bytes)),
  };
}
