/** Drives a presentation: goes from step to step at a visible pace, running the testnet ahead where its moments are still to come. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Micros } from '../../../core/time.ts';
import { useAction, useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import { markedSteps, type Step, toldSteps } from './story.ts';

/** The run is taken this far at a time, and in all, in search of the next moment; virtual ms. */
const AHEAD_MS = 2_000;
const AHEAD_MS_MAX = 40_000;
/** A way between two steps takes this long on the wall clock, however long it is in virtual time. */
const WAY_MS_MIN = 400;
const WAY_MS_MAX = 9_000;

export interface Presentation {
  readonly steps: readonly Step[];
  readonly index: number;
  readonly step: Step | null;
  /** On the way to the step's moment, waiting on the way, or there. */
  readonly motion: 'moving' | 'paused' | 'resting' | 'searching';
  next(): void;
  back(): void;
  /** Stops on the way, goes on, or, at rest, goes to the next step. */
  toggle(): void;
}

export function usePresentation(): Presentation {
  const { session, store, catalogue } = usePlayground();
  const act = useAction();
  const frame = useCalmFrame(4);
  const index = useUi((state) => state.presenting ?? 0);
  const [motion, setMotion] = useState<Presentation['motion']>('resting');
  const way = useRef(0);
  const eventCount = frame?.eventCount ?? 0;
  const scenario = frame?.scenario;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marks of the trace change with it.
  const steps = useMemo(
    () => (scenario === undefined ? [] : stepsOf(session, catalogue.presets)),
    [session, catalogue, scenario, eventCount],
  );
  const travel = useCallback(
    (to: Micros) => {
      cancelAnimationFrame(way.current);
      const from = session.frame()?.playhead ?? 0;
      const duration = Math.min(WAY_MS_MAX, Math.max(WAY_MS_MIN, (to - from) / 1_000));
      if (to <= from || matchMedia('(prefers-reduced-motion: reduce)').matches) {
        session.seek(to);
        return setMotion('resting');
      }
      let begun: number | null = null;
      const move = (now: number) => {
        begun ??= now;
        const share = Math.min(1, (now - begun) / duration);
        session.seek(Math.round(from + (to - from) * share));
        if (share < 1) way.current = requestAnimationFrame(move);
        else setMotion('resting');
      };
      setMotion('moving');
      way.current = requestAnimationFrame(move);
    },
    [session],
  );
  useEffect(() => () => cancelAnimationFrame(way.current), []);
  const goTo = useCallback(
    async (wanted: number) => {
      cancelAnimationFrame(way.current);
      setMotion('searching');
      const playhead = session.frame()?.playhead ?? 0;
      let found: Step | null = null;
      await act(async () => {
        found = await reach(session, () => stepsOf(session, catalogue.presets)[wanted]);
      });
      session.seek(playhead);
      const at = (found as Step | null)?.at ?? null;
      if (at === null) return setMotion('resting');
      store.getState().present(wanted);
      travel(at);
    },
    [session, store, catalogue, act, travel],
  );
  const step = steps[index] ?? null;
  return {
    steps,
    index,
    step,
    motion,
    next: () => void goTo(index + 1),
    back: () => void goTo(Math.max(0, index - 1)),
    toggle: () => {
      if (motion === 'moving') {
        cancelAnimationFrame(way.current);
        setMotion('paused');
      } else if (motion === 'paused' && step?.at != null) travel(step.at);
      else if (motion === 'resting') void goTo(index + 1);
    },
  };
}

type Playground = ReturnType<typeof usePlayground>;

function stepsOf(session: Playground['session'], presets: Playground['catalogue']['presets']): readonly Step[] {
  const frame = session.frame();
  if (frame === null) return [];
  const { markers } = session.view();
  return toldSteps(presets, frame.scenario, markers, frame.head) ?? markedSteps(frame.scenario, markers);
}

/** Runs ahead until the step has its moment; null when the run ends, or goes on for long, without it. */
async function reach(session: Playground['session'], find: () => Step | undefined): Promise<Step | null> {
  const from = session.frame()?.head ?? 0;
  for (;;) {
    const step = find();
    if (step !== undefined && step.at !== null) return step;
    const frame = session.frame();
    if (frame === null || frame.status === 'finished' || frame.head - from >= AHEAD_MS_MAX * 1_000) return null;
    const ms = frame.head / 1_000 + AHEAD_MS;
    try {
      await session.runUntil({ ms }, { maxMs: 2 * AHEAD_MS });
    } catch (error) {
      // The scenario may end before that time: what it has by then is all there is.
      if ((error as { readonly code?: unknown }).code !== 'timeout') throw error;
      return find() ?? null;
    }
  }
}
