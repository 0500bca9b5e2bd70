/** Votes that a node holds for its open value: one mark a validator, in the order of arrival. */
import type { Frame, QuorumProgress } from '../../../session/view.ts';
import { Hash } from '../../components/Hash.tsx';
import { PHASES } from '../../lib/phases.ts';
import styles from './Panel.module.css';
import { quorumText } from './selectors.ts';

export function QuorumView({ quorum, frame }: { readonly quorum: QuorumProgress; readonly frame: Frame }) {
  const all = frame.nodes.filter((node) => node.kind === 'validator');
  const isInShard = frame.declaration.messages[quorum.type]?.among === 'shard';
  const validators = isInShard ? all.slice(0, frame.scenario.shards?.validatorsPerShard) : all;
  const colour = `var(${PHASES[quorum.phase].token})`;
  return (
    <div className={styles.quorum}>
      <p>
        {quorumText(quorum)} for {frame.declaration.words.slot} {quorum.slot}, {frame.declaration.words.epoch}{' '}
        {quorum.epoch} {quorum.digest !== '' && <Hash value={quorum.digest} what="digest" />}
      </p>
      <div className={styles.bar} aria-hidden="true">
        {validators.map((node, index) => (
          <i
            key={node.id}
            style={index < quorum.voters.length ? { background: colour, borderColor: colour } : undefined}
            data-threshold={index === quorum.needed - 1}
          />
        ))}
      </div>
      <p className={styles.signers}>{quorum.voters.map((voter) => frame.nodes[voter]?.id ?? '?').join(' ')}</p>
    </div>
  );
}
