/** The life of one transaction: submitted, proposed in a block, decided, and when each validator decided it. */
import { useEffect, useState } from 'react';
import type { TransactionStatus } from '../../../session/api.ts';
import type { Frame } from '../../../session/view.ts';
import { Button } from '../../components/controls.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Facts, Note } from '../../components/small.tsx';
import { formatDuration, formatMs, sentence } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { lifeOf } from './selectors.ts';

export function TransactionInspector({ id }: { readonly id: string }) {
  const { session } = usePlayground();
  const frame = useCalmFrame(2);
  const status = useTransaction(id, frame);
  const select = useUi((state) => state.select);
  if (frame === null || status === null) return <p className={styles.intro}>Asking about the transaction…</p>;
  const stages = lifeOf(status);
  const { block } = status;
  const deciders =
    block === null
      ? []
      : (session
          .view()
          .blocksAt(frame.head)
          .find((entry) => entry.height === block.height && entry.digest === block.hash)?.decidedBy ?? []);
  const missing = frame.nodes.filter(
    (node) => node.kind === 'validator' && !deciders.some((entry) => entry.node === node.index),
  );
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2>Transaction</h2>
          <Badge {...(status.status === 'refused' ? { tone: 'bad' as const } : {})}>{status.status}</Badge>
        </div>
        <Note>
          <code>{id}</code>, {status.phase}
        </Note>
        <div className={styles.actions}>
          {block !== null && frame.declaration.transactions !== undefined && (
            <Button icon="jump" onClick={() => select({ kind: 'crossing', transaction: block.height })}>
              Between shards
            </Button>
          )}
          {block !== null && (
            <Button icon="jump" onClick={() => select({ kind: 'block', height: block.height, digest: block.hash })}>
              {sentence(frame.declaration.words.slot)} {block.height}
            </Button>
          )}
        </div>
      </header>
      <Section title="Life">
        <ol className={styles.life}>
          {stages.map(({ stage, atMs, sinceMs }) => (
            <li key={stage} data-done={atMs !== null}>
              <span>{stage}</span>
              {atMs === null ? (
                <span className={styles.reason}>not yet</span>
              ) : (
                <button type="button" onClick={() => session.seek(Math.round(atMs * 1_000))} title="Go to that moment">
                  {formatMs(atMs)}
                  {sinceMs !== null && <span className={styles.reason}> {formatMs(sinceMs)} later</span>}
                </button>
              )}
            </li>
          ))}
        </ol>
      </Section>
      {block !== null && (
        <Section title="Decided by" aside={`${deciders.length} of ${deciders.length + missing.length}`}>
          <Facts
            items={deciders.map(
              ({ node, at }) =>
                [
                  frame.nodes[node]?.id ?? '?',
                  `${formatDuration(at - (status.times.submittedMs ?? 0) * 1_000)} after it was submitted`,
                ] as const,
            )}
          />
          {missing.length > 0 && <Note>Not yet: {missing.map((node) => node.id).join(' ')}</Note>}
        </Section>
      )}
    </>
  );
}

/** Asked again while it may still change. */
function useTransaction(id: string, frame: Frame | null): TransactionStatus | null {
  const { session } = usePlayground();
  const [status, setStatus] = useState<TransactionStatus | null>(null);
  const settled = status?.status === 'decided' || status?.status === 'refused';
  const head = settled ? 0 : (frame?.head ?? 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `head` is when to ask again.
  useEffect(() => {
    let stale = false;
    session.transaction(id).then(
      (answer) => {
        if (!stale) setStatus(answer);
      },
      // A run that is being replaced has no answer; the next frame asks the new one.
      () => undefined,
    );
    return () => {
      stale = true;
    };
  }, [session, id, head]);
  return status;
}
