/** The chosen block: its parents, who proposed it, and who signed which vote for it. */
import type { Frame } from '../../../session/view.ts';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Facts } from '../../components/small.tsx';
import { formatTime, sentence, shortHash } from '../../lib/format.ts';
import { usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { type BlockView, type Certificate, parentsOf } from './selectors.ts';

interface Props {
  readonly block: BlockView;
  readonly blocks: readonly BlockView[];
  readonly said: ReadonlyMap<string, readonly string[]>;
  readonly nodes: Frame['nodes'];
}

export function BlockCard({ block, blocks, said, nodes }: Props) {
  const { store } = usePlayground();
  const { ids, isGuess } = parentsOf(block, blocks, said);
  const { messageId, proposer, proposedAt } = block;
  const parents = ids.map((id) => shortHash(id)).join(' ');
  return (
    <section className={styles.card} aria-label="Chosen block">
      <h3>
        Block {block.height} {shortHash(block.digest)}
      </h3>
      <Facts
        items={[
          ['Parents', ids.length === 0 ? 'none shown' : isGuess ? `${parents} (by height)` : parents],
          messageId === null
            ? null
            : [
                'Proposed',
                <button
                  key="proposal"
                  type="button"
                  className={styles.link}
                  onClick={() => store.getState().select({ kind: 'message', id: messageId })}
                >
                  by {nodes[proposer ?? -1]?.id ?? '?'} at {formatTime(proposedAt ?? 0)}
                </button>,
              ],
          ['Decided', block.firstAt === null ? 'by nobody yet' : `by ${block.decidedCount} of ${block.decided.length}`],
        ]}
      />
      <ul className={styles.signers} aria-label="Certificates">
        {block.certificates.map((certificate) => (
          <Signers key={`${certificate.type} ${certificate.epoch}`} certificate={certificate} nodes={nodes} />
        ))}
      </ul>
    </section>
  );
}

function Signers({ certificate, nodes }: { readonly certificate: Certificate; readonly nodes: Frame['nodes'] }) {
  const { label, phase, epoch, voters, needed, closedAt } = certificate;
  return (
    <li>
      <span>
        <PhaseGlyph phase={phase} size={12} /> {sentence(label)}
        {epoch > 0 && ` (${epoch})`}: {voters.length} signed, {needed} needed
        {closedAt !== null && `, complete at ${formatTime(closedAt)}`}
      </span>
      <span className={styles.names}>{voters.map((voter) => nodes[voter]?.id ?? '?').join(' ')}</span>
    </li>
  );
}
