/** Shards at the playhead, read once for all that a component shows of them. */
import { useMemo } from 'react';
import type { Frame, ShardMoment, ShardShape } from '../session/view.ts';
import { type Doubt, doubtsOf, type LockedAccount, lockedAccounts } from './lib/shards.ts';
import { useCalmFrame, usePlayground } from './playground.tsx';

export interface ShardsNow {
  readonly frame: Frame;
  readonly shape: ShardShape;
  readonly moment: ShardMoment;
  readonly doubts: readonly Doubt[];
  /** By shard. */
  readonly locked: readonly (readonly LockedAccount[])[];
}

/** Null before the first run, and where the protocol has no transactions between shards. */
export function useShards(perSecond: number): ShardsNow | null {
  const { session } = usePlayground();
  const frame = useCalmFrame(perSecond);
  return useMemo(() => {
    const trace = session.view();
    const { shape } = trace;
    if (frame === null || shape === null) return null;
    const moment = trace.shardsAt(frame.playhead);
    const doubts = doubtsOf(trace, moment, frame.playhead);
    return { frame, shape, moment, doubts, locked: lockedAccounts(moment, doubts, shape.count) };
  }, [session, frame]);
}
