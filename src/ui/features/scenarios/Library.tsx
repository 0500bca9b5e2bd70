/** The library: one protocol at a time or all, searched by what its scenarios are about, each with a small picture. */
import { useState } from 'react';
import type { Preset } from '../../../scenario/library.ts';
import { controlStyles, Select } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useFrame, usePlayground } from '../../playground.tsx';
import { useLoad } from './Header.tsx';
import { ALL, byProtocol, type Dot, matching, PRESENT, pictureOf, type Shelf, shelfOf } from './library.ts';
import styles from './Panel.module.css';
import { byLevel } from './selectors.ts';

const SIDE = 34;

export function Library() {
  const { catalogue } = usePlayground();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(PRESENT);
  const running = useFrame((frame) => frame.declaration.name, '');
  const shelves = byProtocol(catalogue.presets, catalogue.protocols);
  const wanted = shelfOf(chosen, running, shelves);
  const isSearched = query.trim() !== '';
  // What is searched for may stand on any shelf.
  const shown = shelves.flatMap((shelf) => {
    if (!isSearched && wanted !== ALL && shelf.protocol !== wanted) return [];
    const presets = matching(shelf.presets, query);
    return presets.length === 0 ? [] : [{ ...shelf, presets }];
  });
  return (
    <>
      <div className={styles.filters}>
        <input
          className={`${controlStyles['input']} ${styles.search}`}
          type="search"
          value={query}
          placeholder="Search: partition, raft, twins…"
          aria-label="Search the library"
          onChange={(event) => setQuery(event.target.value)}
        />
        <Select
          label="Scenarios of"
          value={isSearched ? ALL : wanted}
          disabled={isSearched}
          options={[
            { value: ALL, label: `All protocols (${catalogue.presets.length})` },
            ...shelves.map(({ protocol, title, presets }) => ({
              value: protocol,
              label: `${title} (${presets.length})`,
            })),
          ]}
          onChange={setChosen}
        />
      </div>
      {shown.length === 0 && <Note>No scenario matches.</Note>}
      {shown.map((shelf) => (
        <ShelfView key={shelf.protocol} shelf={shelf} isTitled={isSearched || wanted === ALL} />
      ))}
    </>
  );
}

function ShelfView({ shelf, isTitled }: { readonly shelf: Shelf; readonly isTitled: boolean }) {
  return (
    <section aria-label={shelf.title}>
      {isTitled && <h4 className={styles.shelf}>{shelf.title}</h4>}
      {byLevel(shelf.presets).map(({ level, presets }) => (
        <fieldset key={level} aria-label={level}>
          <p className={styles.level} aria-hidden="true">
            {level}
          </p>
          <ul className={styles.library}>
            {presets.map((preset) => (
              <Item key={preset.id} preset={preset} />
            ))}
          </ul>
        </fieldset>
      ))}
    </section>
  );
}

function Item({ preset }: { readonly preset: Preset }) {
  const load = useLoad();
  const isPresent = useFrame((frame) => frame.scenario.name === preset.title, false);
  return (
    <li>
      <button type="button" aria-current={isPresent} onClick={() => void load(preset.id)}>
        <Picture preset={preset} />
        <span className={styles.words}>
          <span className={styles.name}>{preset.title}</span>
          <span className={styles.teaches}>{preset.teaches}</span>
        </span>
      </button>
    </li>
  );
}

/** Says nothing that the words do not: hidden from screen readers. */
function Picture({ preset }: { readonly preset: Preset }) {
  const { dots, radius, cut, mutant } = pictureOf(preset, SIDE);
  return (
    <svg className={styles.picture} width={SIDE} height={SIDE} viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">
      {cut && (
        <path
          d={`M${SIDE * 0.3} 1L${SIDE * 0.7} ${SIDE - 1}`}
          stroke="var(--fault-cut)"
          strokeWidth="1.4"
          strokeDasharray="3 2.5"
        />
      )}
      {dots.map((dot) => (
        <circle key={`${dot.x} ${dot.y}`} cx={dot.x} cy={dot.y} r={radius} strokeWidth="1.3" {...LOOKS[dot.look]} />
      ))}
      {mutant && (
        <text
          x={SIDE / 2}
          y={SIDE / 2 + 4.5}
          textAnchor="middle"
          fontSize="13"
          fontWeight="700"
          fill="var(--verdict-violated)"
        >
          !
        </text>
      )}
    </svg>
  );
}

/** Hollow and dashed: crashed; filled: Byzantine; thin: slow. */
const LOOKS: Readonly<Record<Dot['look'], Readonly<Record<string, string>>>> = {
  correct: { fill: 'var(--surface-raised)', stroke: 'var(--ink-3)' },
  crashed: { fill: 'none', stroke: 'var(--fault-crash)', strokeDasharray: '1.6 1.6' },
  byzantine: { fill: 'var(--fault-byzantine)', stroke: 'var(--fault-byzantine)' },
  slow: { fill: 'var(--surface-sunken)', stroke: 'var(--line-strong)' },
};
