/** Faults to take in hand: drag one onto a node or a link, or choose it here and then the node or link, by pointer or keyboard. */
import { type DragEvent, useMemo } from 'react';
import { Note } from '../../components/small.tsx';
import { DRAGGED, type PaletteEntry, paletteOf } from '../../lib/palette.ts';
import { useFrame, useUi } from '../../playground.tsx';
import styles from './Palette.module.css';

const GROUPS = ['Machine', 'Crash at a step', 'Link', 'Byzantine'] as const;
const TARGETS = { node: 'a node', validator: 'a validator', link: 'a link' } as const;

export function Palette() {
  const declaration = useFrame((frame) => frame.declaration, null);
  const shards = useFrame((frame) => frame.scenario.shards, null);
  const entries = useMemo(() => (declaration === null ? [] : paletteOf(declaration, shards)), [declaration, shards]);
  const armed = useUi((state) => state.armed);
  const inHand = entries.find((entry) => entry.id === armed);
  return (
    <div className={styles.palette}>
      {GROUPS.map((group) => {
        const members = entries.filter((entry) => entry.group === group);
        return members.length === 0 ? null : (
          <fieldset key={group} className={styles.group}>
            <legend>{group}</legend>
            {members.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </fieldset>
        );
      })}
      <Note>
        {inHand === undefined
          ? 'Drag one onto the network, or press it and then choose a node or a link.'
          : `${inHand.label} in hand: choose ${TARGETS[inHand.on]}; Esc puts it back.`}
      </Note>
    </div>
  );
}

function Entry({ entry }: { readonly entry: PaletteEntry }) {
  const armed = useUi((state) => state.armed === entry.id);
  const arm = useUi((state) => state.arm);
  const onDragStart = (event: DragEvent) => {
    event.dataTransfer.setData(DRAGGED, entry.id);
    event.dataTransfer.setData('text/plain', entry.label);
    event.dataTransfer.effectAllowed = 'copy';
    arm(entry.id);
  };
  return (
    <button
      type="button"
      className={styles.entry}
      data-group={entry.group}
      draggable
      aria-pressed={armed}
      title={`${entry.explain} Goes on ${TARGETS[entry.on]}.`}
      onDragStart={onDragStart}
      onDragEnd={() => arm(null)}
      onClick={() => arm(armed ? null : entry.id)}
    >
      {entry.label}
    </button>
  );
}
