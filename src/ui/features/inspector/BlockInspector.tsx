/** A decided block: who decided it, when. */
import { Button } from '../../components/controls.tsx';
import { Hash } from '../../components/Hash.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Note } from '../../components/small.tsx';
import { formatDuration, formatTime } from '../../lib/format.ts';
import { useCalmFrame, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';

export function BlockInspector({ height, digest }: { readonly height: number; readonly digest: string }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(4);
  if (frame === null) return null;
  const blocks = session
    .view()
    .blocksAt(frame.playhead)
    .filter((entry) => entry.height === height);
  const block = blocks.find((entry) => entry.digest === digest);
  if (block === undefined) return <p className={styles.intro}>Block {height} is not decided at this moment.</p>;
  const deciders = block.decidedBy.toSorted((a, b) => a.at - b.at);
  const first = deciders[0]?.at ?? 0;
  const missing = frame.nodes.filter(
    (node) => node.kind === 'validator' && !deciders.some((entry) => entry.node === node.index),
  );
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2>Block {height}</h2>
          {blocks.length > 1 && <Badge tone="bad">conflicts with another decision</Badge>}
        </div>
        <div className={styles.actions}>
          <Button icon="jump" onClick={() => session.seek(first)}>
            Go to its decision
          </Button>
        </div>
      </header>
      <Section title="Block">
        <Facts
          items={[
            ['Hash', <Hash key="hash" value={block.digest} what="block hash" />],
            [frame.declaration.words.epoch, block.epoch],
            ['First decided', formatTime(first)],
          ]}
        />
      </Section>
      <Section title="Decided by" aside={`${deciders.length} of ${deciders.length + missing.length}`}>
        <Facts
          items={deciders.map(
            (entry) =>
              [
                frame.nodes[entry.node]?.id ?? '?',
                entry.at === first ? 'first' : `${formatDuration(entry.at - first)} later`,
              ] as const,
          )}
        />
        {missing.length > 0 && <Note>Not yet: {missing.map((node) => node.id).join(' ')}</Note>}
      </Section>
    </>
  );
}
