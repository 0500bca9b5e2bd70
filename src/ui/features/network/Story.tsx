/** The line under the network: what is happening at the playhead, and where the playhead is when it looks back. */
import { Icon } from '../../components/icons.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Foreign } from '../../components/small.tsx';
import { briefFault } from '../../lib/faults.ts';
import { formatDuration, plainText } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Story.module.css';
import { storyAt } from './story.ts';

const PER_SECOND = 8;

export function StoryLine() {
  const { session } = usePlayground();
  const frame = useCalmFrame(PER_SECOND);
  // A presentation goes where it likes: there is no going back from it.
  const presenting = useUi((state) => state.presenting !== null);
  if (frame === null) return null;
  const { phase, news, text } = storyAt(session.view(), frame.declaration, frame.nodes, frame.playhead);
  return (
    <section className={styles.line} aria-label="What is happening">
      {!frame.following && !presenting && (
        <span className={styles.back}>
          <Icon name="back" size={13} />
          back {formatDuration(frame.head - frame.playhead)}
        </span>
      )}
      {news !== null && (
        <strong className={styles.news} data-kind={news.kind} title={plainText(news.label)}>
          {news.kind === 'violation' && <Icon name="alert" size={14} />}
          <Foreign text={briefFault(news.label)} limit={90} />
        </strong>
      )}
      <p className={styles.text}>
        {phase !== null && <PhaseGlyph phase={phase} size={16} />}
        <span>{text}</span>
      </p>
    </section>
  );
}
