/** Who is in doubt, and why nobody may guess. */
import { Padlock } from '../../components/Padlock.tsx';
import { type DoubtStory, doubtStory } from '../../lib/doubt.ts';
import { formatTime } from '../../lib/format.ts';
import { ageLevel, shardName } from '../../lib/shards.ts';
import { useUi } from '../../playground.tsx';
import type { ShardsNow } from '../../useShards.ts';
import styles from './Panel.module.css';

const SHOWN = 8;

interface DoubtsProps {
  readonly now: ShardsNow;
  /** What a shard in doubt does. */
  readonly policy: string;
  /** What becomes of the accounts of a shard that is down; '' where nobody says. */
  readonly down: string;
}

export function Doubts({ now, policy, down }: DoubtsProps) {
  const { doubts, frame } = now;
  const commit = frame.scenario.shards?.commit ?? '2pc';
  return (
    <section className={styles.part} aria-label="In doubt">
      <header className={styles.partHead}>
        <h3>In doubt</h3>
        <span className={styles.aside}>{doubts.length === 0 ? 'nobody' : `a shard in doubt ${policy}`}</span>
      </header>
      {now.moment.down.map(({ shard, since }) => (
        <p key={shard} className={styles.down} role="note">
          <b>{shardName(shard)} is down</b> since {formatTime(since)}. {down}
        </p>
      ))}
      {doubts.length === 0 ? (
        <p className={styles.empty}>
          A shard that voted YES has given its word: it can neither abort nor commit until it hears the decision.
          Usually that takes two messages. Crash a coordinator after the votes (Faults, “Crash at a step”) to see who is
          left holding locks.
        </p>
      ) : (
        <ul className={styles.doubts}>
          {doubts.slice(0, SHOWN).map((doubt) => (
            <Story
              key={`${doubt.shard} ${doubt.transaction.transaction}`}
              story={doubtStory(doubt, frame.playhead, commit)}
              transaction={doubt.transaction.transaction}
              age={ageLevel(frame.playhead - doubt.since)}
            />
          ))}
          {doubts.length > SHOWN && <li className={styles.more}>and {doubts.length - SHOWN} more</li>}
        </ul>
      )}
    </section>
  );
}

interface StoryProps {
  readonly story: DoubtStory;
  readonly transaction: number;
  readonly age: 0 | 1 | 2 | 3;
}

function Story({ story, transaction, age }: StoryProps) {
  const select = useUi((state) => state.select);
  return (
    <li className={styles.doubt}>
      <h4>
        <Padlock age={age} inDoubt size={15} />
        <button type="button" className={styles.link} onClick={() => select({ kind: 'crossing', transaction })}>
          {story.title}
        </button>
      </h4>
      <p>{story.knows}</p>
      <dl>
        <dt>If it aborted by itself</dt>
        <dd>{story.ifAborts}</dd>
        <dt>If it committed by itself</dt>
        <dd>{story.ifCommits}</dd>
        <dt>You see what it cannot</dt>
        <dd>{story.truth}</dd>
        <dt>Meanwhile</dt>
        <dd>{story.meanwhile}</dd>
        <dt>How it ends</dt>
        <dd>{story.ends}</dd>
      </dl>
    </li>
  );
}
