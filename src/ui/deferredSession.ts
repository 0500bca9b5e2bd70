/** A session that can be handed out before it is open, so that the page paints first. Calls wait; views are empty. */
import { NO_SHARDS } from '../session/trace-view/crossing.ts';
import type { TraceView } from '../session/view.ts';
import type { Session } from './playground.tsx';

const NOTHING: TraceView = {
  head: 0,
  eventCount: 0,
  markers: [],
  positionAt: () => 0,
  events: () => [],
  flights: () => [],
  nodeAt: () => ({ alive: true, byzantine: null, fields: {}, changedAt: 0 }),
  quorumAt: () => null,
  cutsAt: () => [],
  faultsAt: () => [],
  message: () => Promise.resolve(null),
  contentOf: () => Promise.resolve(null),
  blocksAt: () => [],
  samples: () => [],
  copiesIn: () => ({ flights: [], sends: [], step: 1 }),
  bandsOf: () => [],
  marksIn: () => ({ marks: [], total: 0 }),
  quietIn: () => [],
  causality: () => null,
  candidatesAt: () => [],
  ...NO_SHARDS,
};

/** Stands for `opening` until it is there, then passes everything on. Calls reject when opening does. */
export function deferredSession(opening: Promise<Session>): Session {
  let open: Session | null = null;
  const ready = opening.then((session) => {
    open = session;
    return session;
  });
  // Whoever calls gets the rejection; a page that nobody touches must not report it a second time.
  ready.catch(() => undefined);
  return {
    branches: {
      list: async () => (await ready).branches.list(),
      switchTo: async (runId) => (await ready).branches.switchTo(runId),
      rename: async (runId, name) => (await ready).branches.rename(runId, name),
      remove: async (runId) => (await ready).branches.remove(runId),
      undoRemove: async (runId) => (await ready).branches.undoRemove(runId),
      compare: async (left, right) => (await ready).branches.compare(left, right),
    },
    formulas: {
      add: async (expectation) => (await ready).formulas.add(expectation),
      remove: async (name) => (await ready).formulas.remove(name),
    },
    frame: () => open?.frame() ?? null,
    view: () => open?.view() ?? NOTHING,
    seek: (at) => open?.seek(at),
    subscribe: (listener) => later(ready, (session) => session.subscribe(listener)),
    on: (event, listener) => later(ready, (session) => session.on(event, listener)),
    load: async (scenario) => (await ready).load(scenario),
    play: async (options) => (await ready).play(options),
    pause: async () => (await ready).pause(),
    step: async (unit) => (await ready).step(unit),
    runUntil: async (goal, options) => (await ready).runUntil(goal, options),
    inject: async (fault) => (await ready).inject(fault),
    heal: async (faultId) => (await ready).heal(faultId),
    submit: async (transaction) => (await ready).submit(transaction),
    state: async () => (await ready).state(),
    node: async (id) => (await ready).node(id),
    transaction: async (id) => (await ready).transaction(id),
    trace: async (filter) => (await ready).trace(filter),
    checks: async () => (await ready).checks(),
    metrics: async () => (await ready).metrics(),
    fingerprint: async () => (await ready).fingerprint(),
    snapshot: async (name) => (await ready).snapshot(name),
    snapshots: async () => (await ready).snapshots(),
    restore: async (id) => (await ready).restore(id),
    fork: async (from) => (await ready).fork(from),
    scenario: async () => (await ready).scenario(),
    export: async (format, options) => (await ready).export(format, options),
    close: async () => (await ready).close(),
    undo: async (index) => (await ready).undo(index),
    catchMessage: async (caught) => (await ready).catchMessage(caught),
    resume: async () => (await ready).resume(),
    exportRunFile: async () => (await ready).exportRunFile(),
    importRunFile: async (bytes) => (await ready).importRunFile(bytes),
    killWorker: async (id) => (await ready).killWorker(id),
  };
}

/** Registers with the session once it is open; the returned function undoes that, or keeps it from happening. */
function later(ready: Promise<Session>, register: (session: Session) => () => void): () => void {
  let stop: (() => void) | null = null;
  let stopped = false;
  ready.then(
    (session) => {
      if (!stopped) stop = register(session);
    },
    () => undefined,
  );
  return () => {
    stopped = true;
    stop?.();
  };
}
