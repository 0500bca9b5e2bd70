/** A decided block: who decided it, when. */
import { Button } from '../../components/controls.tsx';
import { Hash } from '../../components/Hash.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Note } from '../../components/small.tsx';
import { valueWord } from '../../../session/epochs.ts';
import { formatDuration, formatTime, plural, sentence } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { certificateOfSlot, certificateView } from './selectors.ts';
import { useNodeDetails } from './useDetails.ts';

export function BlockInspector({ height, digest }: { readonly height: number; readonly digest: string }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(4);
  if (frame === null) return null;
  const blocks = session
    .view()
    .blocksAt(frame.playhead)
    .filter((entry) => entry.height === height);
  const block = blocks.find((entry) => entry.digest === digest);
  const value = sentence(valueWord(frame.declaration));
  if (block === undefined) {
    return (
      <p className={styles.intro}>
        {value} {height} is not decided at this moment.
      </p>
    );
  }
  const deciders = block.decidedBy.toSorted((a, b) => a.at - b.at);
  const first = deciders[0]?.at ?? 0;
  const missing = frame.nodes.filter(
    (node) => node.kind === 'validator' && !deciders.some((entry) => entry.node === node.index),
  );
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2>
            {value} {height}
          </h2>
          {blocks.length > 1 && <Badge tone="bad">conflicts with another decision</Badge>}
        </div>
        <div className={styles.actions}>
          <Button icon="jump" onClick={() => session.seek(first)}>
            Go to its decision
          </Button>
        </div>
      </header>
      <Section title={value}>
        <Facts
          items={[
            ['Hash', <Hash key="hash" value={block.digest} what="block hash" />],
            [sentence(frame.declaration.words.epoch), block.epoch],
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
      <BlockCertificate height={height} deciders={deciders.map(({ node }) => node)} />
    </>
  );
}

/** Who signed the block, from the certificate of the first validator that still holds it. */
function BlockCertificate({ height, deciders }: { readonly height: number; readonly deciders: readonly number[] }) {
  const frame = useCalmFrame(1);
  const node = deciders[0] ?? -1;
  const details = useNodeDetails(frame?.nodes[node]?.id ?? null);
  const select = useUi((state) => state.select);
  if (frame === null || details === null) return null;
  const index = certificateOfSlot(details.certificates, height);
  if (index === null) return null;
  const { signers } = certificateView(details.certificates[index], frame.nodes);
  return (
    <Section title="Certificate" aside={plural(signers.length, 'signer')}>
      <p className={styles.signers}>{signers.join(' ')}</p>
      <div className={styles.actions}>
        <Button onClick={() => select({ kind: 'certificate', node, index })}>Open the certificate</Button>
      </div>
    </Section>
  );
}
