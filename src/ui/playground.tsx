/** What every component can reach: the session, the store and the catalogue of what can be loaded. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { TestnetError } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import type { Preset } from '../scenario/library.ts';
import type { FaultInput, ScenarioInput } from '../scenario/types.ts';
import type { ActiveFault, Testnet } from '../session/api.ts';
import type { Frame, LiveSession } from '../session/view.ts';
import { faultText, healWord } from './lib/faults.ts';
import { formatTime } from './lib/format.ts';
import { BEAT_MS, isAbrupt } from './beat.ts';
import type { UiState, UiStore } from './store.ts';

export type Session = Testnet & LiveSession;

/** What the page offers to load; comes from the scenario and protocol libraries. */
export interface Catalogue {
  readonly presets: readonly Preset[];
  readonly protocols: readonly { readonly name: string; readonly title: string }[];
  /** The payload of `#s=…`. */
  encodeLink(scenario: ScenarioInput): Promise<string>;
}

export interface Playground {
  readonly session: Session;
  readonly store: UiStore;
  readonly catalogue: Catalogue;
}

const Context = createContext<Playground | null>(null);

export function PlaygroundProvider({ value, children }: { readonly value: Playground; readonly children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function usePlayground(): Playground {
  const playground = useContext(Context);
  if (playground === null) throw new Error('no PlaygroundProvider above this component');
  return playground;
}

/** A value of the page's store; the component renders again when it changes. */
export function useUi<T>(selector: (state: UiState) => T): T {
  return useStore(usePlayground().store, selector);
}

/** A value of the newest frame, or `otherwise` before the first load. Return primitives or stable objects. */
export function useFrame<T>(selector: (frame: Frame) => T, otherwise: T): T {
  return useUi((state) => (state.frame === null ? otherwise : selector(state.frame)));
}

/**
 * The frame at most about `perSecond` times a second while playing, and at once when anything but the time changes: for panels
 * that read much. Frames come in beats (`followSession`); whoever is due at about the same time renders with the same one.
 */
export function useCalmFrame(perSecond: number): Frame | null {
  const { store } = usePlayground();
  const [frame, setFrame] = useState(() => store.getState().frame);
  const shown = useRef({ frame, at: 0 });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      shown.current = { frame: store.getState().frame, at: performance.now() };
      setFrame(shown.current.frame);
    };
    const consider = () => {
      const next = store.getState().frame;
      if (next === shown.current.frame) return;
      const wait = shown.current.at + 1_000 / perSecond - performance.now();
      if (wait <= BEAT_MS / 2 || isAbrupt(shown.current.frame, next)) show();
      // The beat after comes first, unless there is none.
      else if (timer === null) timer = setTimeout(show, wait + BEAT_MS);
    };
    const stop = store.subscribe(consider);
    consider();
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [store, perSecond]);
  return frame;
}

/** The playhead, calmly. */
export function useCalmPlayhead(perSecond: number): Micros {
  return useCalmFrame(perSecond)?.playhead ?? 0;
}

/** A fault in force at the playhead. */
export interface ShownFault extends ActiveFault {
  /** It still is where the run has got to, which is where it can be ended. */
  readonly canEnd: boolean;
}

/** The faults in force at the playhead, calmly. */
export function useFaults(perSecond: number): readonly ShownFault[] {
  const { session } = usePlayground();
  const frame = useCalmFrame(perSecond);
  const live = session.frame()?.faults ?? [];
  return (frame?.faults ?? []).map((fault) => ({ ...fault, canEnd: live.some(({ id }) => id === fault.id) }));
}

/** Runs a call of the session and shows its error, if any, as a notice. */
export function useAction(): (call: () => Promise<unknown>) => Promise<boolean> {
  const { store } = usePlayground();
  return useCallback(
    async (call) => {
      try {
        await call();
        return true;
      } catch (error) {
        store.getState().notify(errorText(error), 'error');
        return false;
      }
    },
    [store],
  );
}

/** Puts a fault in and says so, with a button that ends it again. */
export function useInject(): (fault: FaultInput) => Promise<void> {
  const { session, store } = usePlayground();
  const act = useAction();
  return useCallback(
    async (fault) => {
      let id = '';
      const done = await act(async () => {
        id = await session.inject(fault);
      });
      if (!done) return;
      const begins = session.frame()?.status !== 'paused' ? '' : ', as soon as time goes on';
      store.getState().notify(`Put in by hand: ${faultText(fault)}${begins}`, 'info', {
        label: healWord(fault.kind),
        run: () => void act(() => session.heal(id)),
      });
    },
    [session, store, act],
  );
}

/** Starts another history at a moment of this one, and says so. */
export function useFork(): (at: Micros) => Promise<void> {
  const { session, store } = usePlayground();
  const act = useAction();
  return useCallback(
    async (at) => {
      if (!(await act(() => session.fork({ atMs: at / 1_000 })))) return;
      store
        .getState()
        .notify(`Another history from ${formatTime(at)} on: play it, break it. The one before is kept under Branches.`);
    },
    [session, store, act],
  );
}

/** One readable sentence for any thrown value. */
export function errorText(error: unknown): string {
  if (error instanceof TestnetError || error instanceof Error) return error.message;
  return String(error);
}
