/** What the page shows, its marks and its keys. */
import { Dialog } from '../../components/Dialog.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { sentence } from '../../lib/format.ts';
import { useFrame, useUi } from '../../playground.tsx';
import styles from './HelpDialog.module.css';

const KEYS: readonly (readonly [string, string])[] = [
  ['Space or .', 'Play or pause'],
  ['→', 'Step'],
  ['←', 'Back to the moment before'],
  ['F', 'Fork the run at the playhead'],
  ['L', 'Draw a lasso around nodes'],
  ['Ctrl+Z', 'Undo what was done by hand last'],
  ['Shift+Enter on nodes', 'Mark several'],
  ['?', 'This help'],
  ['Esc', 'Close, or select nothing'],
];

const GESTURES: readonly (readonly [string, string])[] = [
  ['Click a node', 'what it knows, and ways to break it'],
  ['Shift-click nodes', 'mark several, then cut them off from the rest'],
  ['Click a message or a link', 'what it says, who signed it; delays, losses, cuts'],
  ['Drag a fault from the palette', 'onto a node or a link; or press it, then choose where'],
  ['Drag the timeline', 'look back; fork another history from there'],
];

const SIGNS: readonly (readonly [string, string])[] = [
  ['Crown', 'leads: proposes the next block'],
  ['Tick', 'has just decided a block'],
  [
    'Ring around a node',
    'one tick for each validator whose vote has arrived; the notch is the quorum, and the ring closes there',
  ],
  ['Dashed, hollow', 'crashed'],
  ['Hatched, with horns', 'Byzantine: may say anything, but only in its own name'],
  ['Double outline', 'twins: two machines with one key'],
  ['Dimmed, with a number', 'behind by so many blocks'],
  ['Dashed double line', 'a partition; what is sent across waits there'],
  ['✕ on a link', 'the network lost this copy'],
];

export default function HelpDialog() {
  const close = useUi((state) => state.openDialog);
  const declaration = useFrame((frame) => frame.declaration, null);
  return (
    <Dialog title="Help" onClose={() => close(null)}>
      <div className={styles.body}>
        <p>
          A whole testnet runs in this page: every validator in a worker of its own, with real post-quantum signatures.
          Time is virtual, so the same scenario and seed give the same run everywhere, and the fingerprint below proves
          it. Stop at any moment, go back, break something, and share what happened as a link.
        </p>
        {declaration !== null && (
          <section>
            <h3>Messages of {declaration.title}</h3>
            <dl className={styles.list}>
              {declaration.messages.map((message) => (
                <div key={message.type}>
                  <dt>
                    <PhaseGlyph phase={message.phase} /> {sentence(message.label)}
                  </dt>
                  <dd>{message.explain}</dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        <section>
          <h3>Nodes and links</h3>
          <Pairs pairs={SIGNS} />
        </section>
        <section>
          <h3>Pointer</h3>
          <Pairs pairs={GESTURES} />
        </section>
        <section>
          <h3>Keys</h3>
          <Pairs pairs={KEYS} keyboard />
        </section>
        <p className={styles.note}>
          Keys are derived from the seed and hold no value: never use them for anything else. The graph uses React Flow,
          the charts Recharts.
        </p>
      </div>
    </Dialog>
  );
}

function Pairs({
  pairs,
  keyboard = false,
}: {
  readonly pairs: readonly (readonly [string, string])[];
  readonly keyboard?: boolean;
}) {
  return (
    <dl className={styles.list}>
      {pairs.map(([term, text]) => (
        <div key={term}>
          <dt>{keyboard ? <kbd>{term}</kbd> : term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
