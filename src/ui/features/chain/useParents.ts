/** The parents that proposals name, looked up one after the other and remembered for the run. */
import { useEffect, useRef, useState } from 'react';
import { usePlayground, useUi } from '../../playground.tsx';
import { parentsIn } from './parents.ts';
import type { BlockView } from './selectors.ts';

type Said = ReadonlyMap<string, readonly string[]>;

/** By message id: the parents it names, empty when it is no longer in memory or names none. */
export function useParents(runId: string, blocks: readonly BlockView[]): Said {
  const { session } = usePlayground();
  // At top speed blocks pass by faster than anybody can be asked about each.
  const isFast = useUi(({ frame }) => frame?.status === 'playing' && frame.speed === 'max');
  const known = useRef<{ runId: string; said: Map<string, readonly string[]> }>({ runId, said: new Map() });
  const [said, setSaid] = useState<Said>(known.current.said);
  if (known.current.runId !== runId) known.current = { runId, said: new Map() };
  const wanted = blocks.flatMap(({ messageId }) =>
    messageId !== null && !known.current.said.has(messageId) ? [messageId] : [],
  );
  const key = wanted.join(' ');
  useEffect(() => {
    if (key === '' || isFast) return;
    let isCurrent = true;
    const { said: found } = known.current;
    const look = async () => {
      for (const id of key.split(' ')) {
        const content = await session.view().contentOf(id);
        if (!isCurrent) return;
        found.set(id, parentsIn(content));
      }
      setSaid(new Map(found));
    };
    // A run that was replaced meanwhile has no such message: the next blocks ask anew.
    look().catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [session, key, isFast]);
  return said;
}
