/** What the marks mean, from the protocol's own declaration. */
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { useFrame } from '../../playground.tsx';
import styles from './Panel.module.css';
import { legendEntries } from './selectors.ts';

export function Legend() {
  const declaration = useFrame((frame) => frame.declaration, null);
  if (declaration === null) return null;
  return (
    <ul className={styles.legend} aria-label="Message kinds">
      {legendEntries(declaration).map((entry) => (
        <li
          key={entry.phase}
          data-floats
          title={entry.explain}
          data-quiet={entry.phase === 'sync' || entry.phase === 'client'}
        >
          <PhaseGlyph phase={entry.phase} />
          {entry.label}
        </li>
      ))}
    </ul>
  );
}
