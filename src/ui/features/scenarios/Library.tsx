/** The library: searched by what its scenarios are about, each with a small picture of its validators and their faults. */
import { useState } from 'react';
import type { Preset } from '../../../scenario/library.ts';
import { controlStyles } from '../../components/controls.tsx';
import { Note } from '../../components/small.tsx';
import { useFrame, usePlayground } from '../../playground.tsx';
import { useLoad } from './Header.tsx';
import { type Dot, matching, pictureOf } from './library.ts';
import styles from './Panel.module.css';
import { byLevel } from './selectors.ts';

const SIDE = 34;

export function Library() {
  const { catalogue } = usePlayground();
  const [query, setQuery] = useState('');
  const present = useFrame((frame) => frame.scenario.name ?? '', '');
  const load = useLoad();
  const found = matching(catalogue.presets, query);
  return (
    <>
      <input
        className={`${controlStyles['input']} ${styles.search}`}
        type="search"
        value={query}
        placeholder="Search: partition, raft, twins…"
        aria-label="Search the library"
        onChange={(event) => setQuery(event.target.value)}
      />
      {found.length === 0 && <Note>No scenario matches.</Note>}
      {byLevel(found).map(({ level, presets }) => (
        <fieldset key={level} aria-label={level}>
          <p className={styles.level} aria-hidden="true">
            {level}
          </p>
          <ul className={styles.library}>
            {presets.map((preset) => (
              <li key={preset.id}>
                <button type="button" aria-current={preset.title === present} onClick={() => void load(preset.id)}>
                  <Picture preset={preset} />
                  <span className={styles.words}>
                    <span className={styles.name}>{preset.title}</span>
                    <span className={styles.teaches}>{preset.teaches}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </fieldset>
      ))}
    </>
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
