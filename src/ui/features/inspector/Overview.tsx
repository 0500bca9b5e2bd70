/** What the inspector shows while nothing is selected: the run at a glance, and where to begin. */
import { HealthList } from '../../components/Health.tsx';
import { Section } from '../../components/Section.tsx';
import { Facts, Foreign, Note } from '../../components/small.tsx';
import { valueWord } from '../../../session/epochs.ts';
import { formatBytes, formatCount, formatMs, formatRate, formatTime, many, sentence } from '../../lib/format.ts';
import { useCalmFrame } from '../../playground.tsx';
import styles from './Panel.module.css';
import { Script } from './Script.tsx';

export function Overview() {
  const frame = useCalmFrame(4);
  if (frame === null) return <p className={styles.intro}>The testnet is being built.</p>;
  const { metrics, runtime, declaration, scenario } = frame;
  const value = valueWord(declaration);
  const blocks = `${formatCount(metrics.blocks)} (${formatRate(metrics.blocksPerSecond)} per s)`;
  return (
    <>
      <header className={styles.header}>
        <h2>
          <Foreign text={scenario.name} limit={80} />
        </h2>
        {scenario.description !== '' && (
          <Note>
            <Foreign text={scenario.description} limit={400} />
          </Note>
        )}
      </header>
      {!frame.following && (
        <div className={styles.notice}>
          <Note>Run and health: as of {formatTime(frame.head)}, where the run has got to, not of the playhead.</Note>
        </div>
      )}
      <Section title="Run">
        <Facts
          items={[
            ...(value === 'transaction' ? [] : [[sentence(many(value)), blocks] as const]),
            [
              'Transactions',
              `${formatCount(metrics.transactions)} (${formatRate(metrics.transactionsPerSecond)} per s)`,
            ],
            [
              `${sentence(value)} latency`,
              `${formatMs(metrics.blockLatencyMs.p50)} median, ${formatMs(metrics.blockLatencyMs.p99)} p99`,
            ],
            ['Messages', `${formatCount(metrics.messagesTotal)}, ${formatBytes(metrics.bytesTotal)}`],
            [sentence(many(declaration.words.change)), formatCount(metrics.viewChanges)],
            [
              'Signatures',
              `${formatCount(metrics.signatures.made)} made, ${formatCount(metrics.signatures.verified)} verified`,
            ],
          ]}
        />
      </Section>
      <Script scenario={scenario} head={frame.head} />
      <Section title="Health" aside={metrics.health.status}>
        <HealthList health={metrics.health} />
      </Section>
      <Section title={declaration.title}>
        <p className={styles.text}>{declaration.summary}</p>
      </Section>
      <Section title="Runtime">
        <Facts
          items={[
            ['Signatures', runtime.suite],
            ['Engine', `${runtime.engine}${runtime.verifyAhead ? ', verified ahead natively' : ''}`],
            ['Nodes', runtime.executor === 'workers' ? `in ${runtime.workers} workers` : 'in one thread'],
          ]}
        />
        {runtime.suite.startsWith('modelled:') && (
          <Note>Modelled: sizes and costs are those of the suite, the mathematics is a keyed hash.</Note>
        )}
      </Section>
      <p className={styles.intro}>
        Select a node to see what it knows and to break it; select a message, a link or a block to look inside.
      </p>
    </>
  );
}
