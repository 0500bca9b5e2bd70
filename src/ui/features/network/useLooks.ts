/**
 * The looks of all nodes at the playhead; objects keep their identity while they draw the same. Each node subscribes to its own,
 * so that React renders what has changed and nothing around it.
 */
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Frame, TraceView } from '../../../session/view.ts';
import { progressAt } from '../../lib/moments.ts';
import { usePlayground } from '../../playground.tsx';
import { inItsShard, type NodeLook, nodeLook, sameLook } from './selectors.ts';

/** Above this many nodes looks are refreshed less often; the canvas still moves with every frame. */
const MANY = 32;
const CALM_MS = 80;
/** Larger networks have no room for a count in each node. */
const VOTES_UP_TO = 24;

/** By node; empty before the first frame. */
export type Looks = StoreApi<readonly NodeLook[]>;

/** One node's look; null while it has none. */
export function useLook(looks: Looks, node: number): NodeLook | null {
  return useStore(looks, (all) => all[node] ?? null);
}

export function useLooks(): Looks {
  const { session, store } = usePlayground();
  const looks = useMemo(() => createStore<readonly NodeLook[]>(() => []), []);
  useEffect(() => {
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = () => {
      timer = null;
      const frame = store.getState().frame;
      if (frame === null) return;
      last = performance.now();
      looks.setState(looksOf(frame, session.view(), looks.getState()), true);
    };
    const onChange = () => {
      const wait = (store.getState().frame?.nodes.length ?? 0) > MANY ? last + CALM_MS - performance.now() : 0;
      if (wait <= 0) refresh();
      else timer ??= setTimeout(refresh, wait);
    };
    onChange();
    const stop = store.subscribe((state, before) => {
      if (state.frame !== before.frame) onChange();
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [session, store, looks]);
  return looks;
}

function looksOf(frame: Frame, trace: TraceView, before: readonly NodeLook[]): readonly NodeLook[] {
  const top = progressAt(trace, frame.nodes, frame.playhead).height;
  const withVotes = frame.nodes.length <= VOTES_UP_TO;
  let changed = before.length !== frame.nodes.length;
  const looks = frame.nodes.map((node, index) => {
    const quorum = withVotes && node.kind === 'validator' ? trace.quorumAt(node.index, frame.playhead) : null;
    const moment = trace.nodeAt(node.index, frame.playhead);
    const look = inItsShard(nodeLook(frame.declaration, node, moment, top, quorum), trace.shape, node.index);
    const old = before[index];
    if (old !== undefined && sameLook(old, look)) return old;
    changed = true;
    return look;
  });
  return changed ? looks : before;
}
