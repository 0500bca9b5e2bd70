/** What changed at a node with its last step, and what happened to it shortly before the playhead. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Frame } from '../../../session/view.ts';
import { Section } from '../../components/Section.tsx';
import { Facts, Foreign, Note } from '../../components/small.tsx';
import { changesBetween, fieldText } from '../../lib/fields.ts';
import { formatMs, formatTime } from '../../lib/format.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { recentOf } from './activity.ts';

const SHOWN = 8;

export function NodeActivity({ frame, node }: { readonly frame: Frame; readonly node: NodeIndex }) {
  const { session } = usePlayground();
  const select = useUi((state) => state.select);
  const trace = session.view();
  const info = frame.nodes[node];
  if (info === undefined) return null;
  const now = trace.nodeAt(node, frame.playhead);
  const before = trace.nodeAt(node, Math.max(0, now.changedAt - 1));
  const changes = now.changedAt === 0 ? [] : changesBetween(before, now, frame.declaration.fields);
  const recent = recentOf(trace, info.id, frame.playhead, SHOWN);
  return (
    <>
      <Section title="Last change" aside={formatTime(now.changedAt)}>
        {changes.length === 0 ? (
          <Note>Nothing has changed yet.</Note>
        ) : (
          <Facts
            items={changes.map(
              ({ field, was, is }) =>
                [field.label, `${fieldText(field, was, frame.nodes)} → ${fieldText(field, is, frame.nodes)}`] as const,
            )}
          />
        )}
      </Section>
      <Section title="Just before" aside={recent.length === 0 ? 'nothing' : undefined}>
        <ul className={styles.flights}>
          {recent.map(({ key, text, atMs, messageId }) => (
            <li key={key}>
              <button
                type="button"
                title={messageId === null ? 'Go to that moment' : 'Show the message'}
                onClick={() =>
                  messageId === null
                    ? session.seek(Math.round(atMs * 1_000))
                    : select({ kind: 'message', id: messageId })
                }
              >
                <span>
                  <Foreign text={text} limit={90} />
                </span>
                <span className={styles.reason}>{formatMs(atMs)}</span>
              </button>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
