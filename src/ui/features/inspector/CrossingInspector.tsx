/** A transaction between shards: how far it is, at which shard, and everything that happened to it. */
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Note } from '../../components/small.tsx';
import { formatDuration, formatTime, plural } from '../../lib/format.ts';
import { shardName } from '../../lib/shards.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import { crossingStatus, lifeLines } from './crossing.ts';
import styles from './Panel.module.css';

export function CrossingInspector({ transaction }: { readonly transaction: number }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(6);
  const openTab = useUi((state) => state.openTab);
  if (frame === null) return null;
  const trace = session.view();
  const life = trace.lifeOf(transaction);
  if (life === null || trace.shape === null)
    return <p className={styles.intro}>No transaction {transaction} has been heard of in this run.</p>;
  const status = crossingStatus(life, frame.declaration, trace.shape, frame.playhead);
  const lines = lifeLines(life, frame, frame.playhead);
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2>Transaction {transaction}</h2>
          <Badge {...(status.outcome === 'abort' ? { tone: 'bad' as const } : {})}>{status.phase}</Badge>
        </div>
        <Note>{status.text}</Note>
        <div className={styles.actions}>
          <Button
            icon="jump"
            onClick={() => openTab('spacetime')}
            title="Its messages and steps as a line through the shards"
          >
            Space-time
          </Button>
        </div>
      </header>
      <Section title="Shards" aside={`${status.done} of ${status.parts.length} done`}>
        <Facts
          items={status.parts.map(({ shard, stage, since, isCoordinator, speaksFor, isDone }) => [
            `${shardName(shard)}${isCoordinator ? ' (coordinates)' : speaksFor === null ? '' : ` (speaks for ${speaksFor})`}`,
            since === null
              ? stage
              : `${stage} ${isDone ? '' : 'for '}${formatDuration(frame.playhead - since)}${isDone ? ' ago' : ''}`,
          ])}
        />
      </Section>
      <Section title="Life" aside={`${lines.length} steps`}>
        <ol className={styles.life}>
          {lines.map(({ key, at, text, isDone }) => (
            <li key={key} data-done={isDone}>
              <span>{text}</span>
              <button type="button" onClick={() => session.seek(at)} title="Go to that moment">
                {formatTime(at)}
              </button>
            </li>
          ))}
        </ol>
        {life.closedCount > 0 && (
          <Note>
            {plural(life.closedCount, 'message')} between these shards may have carried more of it: sealed, or no longer
            in memory.
          </Note>
        )}
      </Section>
    </>
  );
}
