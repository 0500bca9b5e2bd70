/** Decided blocks from left to right, each with a tick for every validator that has it. */
import { useEffect, useMemo, useRef } from 'react';
import { Note } from '../../components/small.tsx';
import { formatDuration, formatTime, shortHash } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { type BlockView, chainSlots, type ChainSlot } from './selectors.ts';

const SHOWN = 60;
const TICKS_UP_TO = 32;

export function ChainPanel() {
  const { session } = usePlayground();
  const frame = useCalmFrame(8);
  const strip = useRef<HTMLOListElement>(null);
  const slots = useMemo(
    () => (frame === null ? [] : chainSlots(session.view().blocksAt(frame.playhead), frame.nodes, SHOWN)),
    [session, frame],
  );
  const newest = slots.at(-1)?.height ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the strip moves on with every new height.
  useEffect(() => {
    const element = strip.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [newest]);
  if (slots.length === 0)
    return (
      <div className={styles.empty}>
        <Note>No block decided yet. The first one stands here once a quorum has voted for it twice.</Note>
      </div>
    );
  return (
    <ol className={styles.strip} ref={strip} aria-label="Decided blocks">
      {slots.map((slot) => (
        <Slot key={slot.height} slot={slot} />
      ))}
    </ol>
  );
}

function Slot({ slot }: { readonly slot: ChainSlot }) {
  const conflicting = slot.blocks.length > 1;
  return (
    <li className={styles.slot} data-conflicting={conflicting}>
      {conflicting && <span className={styles.warning}>conflict</span>}
      {slot.blocks.map((block) => (
        <Block key={block.digest} block={block} />
      ))}
    </li>
  );
}

function Block({ block }: { readonly block: BlockView }) {
  const select = useUi((state) => state.select);
  const openPhoneTab = useUi((state) => state.openPhoneTab);
  const chosen = useUi((state) => state.selection?.kind === 'block' && state.selection.digest === block.digest);
  const count = block.decided.filter(Boolean).length;
  const choose = () => {
    select({ kind: 'block', height: block.height, digest: block.digest });
    openPhoneTab('inspector');
  };
  return (
    <button
      type="button"
      className={styles.block}
      aria-pressed={chosen}
      aria-label={`Block ${block.height}, decided by ${count} of ${block.decided.length}`}
      title={`decided first at ${formatTime(block.firstAt)}, by all within ${formatDuration(block.spread)}`}
      data-complete={count === block.decided.length}
      onClick={choose}
    >
      <span className={styles.height}>{block.height}</span>
      <span className={styles.digest}>{shortHash(block.digest)}</span>
      <span className={styles.meta}>{formatTime(block.firstAt)}</span>
      {block.decided.length <= TICKS_UP_TO ? (
        <span className={styles.ticks}>
          {block.decided.map((has, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the position is the validator.
            <i key={index} data-has={has} />
          ))}
        </span>
      ) : (
        <span className={styles.meta}>
          {count} of {block.decided.length}
        </span>
      )}
    </button>
  );
}
