/** The page's keys: Space or `.` play/pause, ←/→ back/step, F fork, L lasso, Ctrl+Z undo, ? help, Esc deselect. None while typing. */
import { useEffect } from 'react';
import { useUndo } from '../interventions.ts';
import { useAction, useFork, usePlayground } from '../playground.tsx';

/** ← goes back by this much when there is no finer moment to go to, µs. */
const BACK_MICROS = 20_000;

export function useKeyboard(): void {
  const { session, store } = usePlayground();
  const act = useAction();
  const fork = useFork();
  const undo = useUndo();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // A presenter has keys of its own, and none that change the run.
      if (event.defaultPrevented || store.getState().presenting !== null || isBusy(event)) return;
      if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !event.shiftKey) {
        event.preventDefault();
        void undo();
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const command = commands[event.key];
      if (command === undefined) return;
      event.preventDefault();
      command();
    };
    const togglePlay = () => {
      const playing = session.frame()?.status === 'playing';
      void act(() => (playing ? session.pause() : session.play({ speed: store.getState().speed })));
    };
    const back = () => {
      const frame = session.frame();
      if (frame === null) return;
      const trace = session.view();
      const before = trace.events(
        Math.max(0, trace.positionAt(frame.playhead) - 1),
        trace.positionAt(frame.playhead),
      )[0];
      if (frame.status === 'playing') void act(() => session.pause());
      session.seek(before === undefined ? Math.max(0, frame.playhead - BACK_MICROS) : Math.round(before.t * 1_000));
    };
    const forward = () => {
      const frame = session.frame();
      if (frame === null) return;
      const trace = session.view();
      const next = frame.following
        ? undefined
        : trace.events(trace.positionAt(frame.playhead + 1), trace.positionAt(frame.playhead + 1) + 1)[0];
      if (next === undefined) void act(() => session.step('message'));
      else session.seek(Math.round(next.t * 1_000));
    };
    const forkHere = () => {
      const frame = session.frame();
      if (frame !== null) void fork(frame.playhead);
    };
    const commands: Readonly<Record<string, () => void>> = {
      ' ': togglePlay,
      '.': togglePlay,
      ArrowLeft: back,
      ArrowRight: forward,
      f: forkHere,
      F: forkHere,
      l: () => store.getState().setLasso(true),
      L: () => store.getState().setLasso(true),
      '?': () => store.getState().openDialog('help'),
      Escape: () => {
        const { marked, clearMarks, select, armed, arm, lasso, setLasso } = store.getState();
        if (armed !== null) arm(null);
        else if (lasso) setLasso(false);
        else if (marked.length > 0) clearMarks();
        else select(null);
      },
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [session, store, act, fork, undo]);
}

/** Whether the key belongs to what has the focus: text being typed, a slider, a list, a button's own Space. */
function isBusy(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog, [role=menu], textarea, select, [contenteditable=true]') !== null) return true;
  if (target instanceof HTMLInputElement) return !(target.type === 'range' && (event.key === ' ' || event.key === '.'));
  return event.key === ' ' && target.closest('button, a, [role=button], [role=tab]') !== null;
}
