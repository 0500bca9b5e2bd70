/** The playback of the running testnet, kept at the playhead; a long way is gone in pieces, one a turn. */
import { useEffect, useMemo, useReducer } from 'react';
import type { Frame } from '../../../session/view.ts';
import { usePlayground } from '../../playground.tsx';
import { NetPlayback } from './playback.ts';

export interface Played {
  /** Null where the protocol declares no net. */
  readonly playback: NetPlayback | null;
  /** False while it still reads its way to the playhead. */
  readonly isThere: boolean;
}

export function usePlayback(frame: Frame | null): Played {
  const { session } = usePlayground();
  const [, goOn] = useReducer((turns: number) => turns + 1, 0);
  const runId = frame?.runId ?? null;
  const declaration = frame?.declaration ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run keeps its nodes and protocol.
  const playback = useMemo(() => {
    if (frame === null || declaration?.net === undefined) return null;
    return new NetPlayback(declaration, declaration.net, frame.nodes);
  }, [runId, declaration]);
  const isThere = playback === null || frame === null || playback.seek(session.view(), frame.playhead);
  useEffect(() => {
    if (isThere) return;
    const timer = setTimeout(goOn, 0);
    return () => clearTimeout(timer);
  });
  return { playback, isThere };
}
