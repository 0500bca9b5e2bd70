/** Named actions on the run that more than one panel offers: undo, catching a message, a fault from the palette. */
import { useCallback } from 'react';
import type { Caught } from '../session/catch.ts';
import { MESSAGE_ACTION_TEXT } from './lib/faults.ts';
import { formatTime } from './lib/format.ts';
import { faultOn, type Target } from './lib/palette.ts';
import { useAction, useInject, usePlayground } from './playground.tsx';

/** Lets the run play on after `call` if it was playing before: going back pauses it. */
function useKeepPlaying(): (call: () => Promise<unknown>) => Promise<boolean> {
  const { session, store } = usePlayground();
  const act = useAction();
  return useCallback(
    (call) =>
      act(async () => {
        const playing = session.frame()?.status === 'playing';
        await call();
        if (playing) await session.play({ speed: store.getState().speed });
      }),
    [session, store, act],
  );
}

/** Takes back what was done by hand from a position in the list on; the last deed where none is said. */
export function useUndo(): (index?: number) => Promise<void> {
  const { session, store } = usePlayground();
  const keepPlaying = useKeepPlaying();
  return useCallback(
    async (index) => {
      const done = session.frame()?.interventions ?? [];
      const position = index ?? done.length - 1;
      const deed = done[position];
      if (deed === undefined) return store.getState().notify('Nothing was done by hand in this run.');
      if (!(await keepPlaying(() => session.undo(position)))) return;
      const more = done.length - position - 1;
      const after = more === 0 ? '' : `, and ${more} after it`;
      store.getState().notify(`Undone: ${deed.text}${after}. The run goes on from ${formatTime(deed.at)}.`);
    },
    [session, store, keepPlaying],
  );
}

/** Has the network catch a message: the run goes back to before it was sent and on to where it was. */
export function useCatch(): (caught: Caught) => Promise<void> {
  const { session, store } = usePlayground();
  const keepPlaying = useKeepPlaying();
  return useCallback(
    async (caught) => {
      if (!(await keepPlaying(() => session.catchMessage(caught)))) return;
      const { select, notify } = store.getState();
      select({ kind: 'message', id: caught.messageId });
      const who = caught.to === null ? 'every copy' : `the copy to ${caught.to}`;
      notify(
        `Caught ${caught.messageId}: ${who} is ${MESSAGE_ACTION_TEXT[caught.action]}. This is another history now.`,
      );
    },
    [session, store, keepPlaying],
  );
}

/** Puts a palette entry on a node or link, or says why it does not go there. */
export function useApply(): (entry: string, target: Target) => void {
  const { session, store } = usePlayground();
  const inject = useInject();
  return useCallback(
    (entry, target) => {
      const frame = session.frame();
      store.getState().arm(null);
      if (frame === null) return;
      const fault = faultOn(entry, target, frame);
      if (fault !== null) void inject(fault);
      else
        store.getState().notify(`${entry.split('/')[1]} cannot be put on ${targetName(frame.nodes, target)}.`, 'error');
    },
    [session, store, inject],
  );
}

function targetName(nodes: readonly { readonly id: string }[], target: Target): string {
  if (target.kind === 'node') return nodes[target.node]?.id ?? 'that';
  return `the link ${nodes[target.from]?.id} – ${nodes[target.to]?.id}`;
}
