/** Shards side by side: locks, who waits for whom, who is in doubt. */
import { useMemo } from 'react';
import { configOf, waitGraph } from '../../lib/shards.ts';
import { useShards } from '../../useShards.ts';
import { Doubts } from './Doubts.tsx';
import { Locks } from './Locks.tsx';
import { Parents } from './Parents.tsx';
import styles from './Panel.module.css';
import { WaitGraphView } from './WaitGraphView.tsx';

const PER_SECOND = 6;

export function ShardsPanel() {
  const now = useShards(PER_SECOND);
  const graph = useMemo(() => (now === null ? null : waitGraph(now.moment)), [now]);
  const declared = now?.frame.declaration.transactions;
  if (now === null || graph === null || declared === undefined)
    return <p className={styles.empty}>This protocol has no transactions between shards.</p>;
  const policies = declared.policies(configOf(now.frame));
  return (
    <div className={styles.frame}>
      <div className={styles.panel} data-nested={(now.shape.parents ?? []).length > 0}>
        <Parents now={now} />
        <Locks now={now} />
        <WaitGraphView graph={graph} policy={policies.locks} />
        <Doubts now={now} policy={policies.doubt} down={policies.down ?? ''} />
      </div>
    </div>
  );
}
