/** The looks of all nodes at the playhead; objects keep their identity while they draw the same. */
import { useEffect, useState } from 'react';
import type { Frame, TraceView } from '../../../session/view.ts';
import { progressAt } from '../../lib/moments.ts';
import { usePlayground } from '../../playground.tsx';
import { inItsShard, type NodeLook, nodeLook, sameLook } from './selectors.ts';

/** Above this many nodes looks are refreshed less often; the canvas still moves with every frame. */
const MANY = 32;
const CALM_MS = 80;
/** Larger networks have no room for a count in each node. */
const VOTES_UP_TO = 24;

export function useLooks(): readonly NodeLook[] {
  const { session, store } = usePlayground();
  const [looks, setLooks] = useState<readonly NodeLook[]>([]);
  useEffect(() => {
    let shown: readonly NodeLook[] = [];
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = () => {
      timer = null;
      const frame = store.getState().frame;
      if (frame === null) return;
      last = performance.now();
      const next = looksOf(frame, session.view(), shown);
      if (next !== shown) setLooks(next);
      shown = next;
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
  }, [session, store]);
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
