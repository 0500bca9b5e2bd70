/** The rail on the left: each entry opens its panel beside it, or closes it. */
import type { ReactNode } from 'react';
import { IconButton } from '../components/controls.tsx';
import { Icon, type IconName } from '../components/icons.tsx';
import { useFrame, useUi } from '../playground.tsx';
import type { RailId } from '../store.ts';
import { RAIL_WIDTH } from '../labState.ts';
import styles from './Rail.module.css';
import { Splitter } from './Splitter.tsx';

const ENTRIES: readonly { readonly id: RailId; readonly label: string; readonly icon: IconName }[] = [
  { id: 'scenarios', label: 'Scenarios', icon: 'scenarios' },
  { id: 'faults', label: 'Faults', icon: 'faults' },
  { id: 'checks', label: 'Checks', icon: 'checks' },
  { id: 'search', label: 'Search', icon: 'search' },
  { id: 'compare', label: 'Compare', icon: 'columns' },
  { id: 'branches', label: 'Branches', icon: 'fork' },
  { id: 'snapshots', label: 'Snapshots', icon: 'snapshots' },
];

export function Rail({ panels }: { readonly panels: Readonly<Record<RailId, () => ReactNode>> }) {
  const open = useUi((state) => state.rail);
  const openRail = useUi((state) => state.openRail);
  const width = useUi((state) => state.railWidth);
  const setWidth = useUi((state) => state.setRailWidth);
  const Panel = open === null ? null : panels[open];
  const title = ENTRIES.find((entry) => entry.id === open)?.label ?? '';
  return (
    <>
      <nav className={styles.nav} aria-label="Panels">
        <div className={styles.rail} role="tablist" aria-label="Panels" aria-orientation="vertical">
          {ENTRIES.map((entry) => (
            <button
              key={entry.id}
              type="button"
              className={styles.entry}
              role="tab"
              aria-selected={entry.id === open}
              onClick={() => openRail(entry.id === open ? null : entry.id)}
            >
              <span className={styles.icon}>
                <Icon name={entry.icon} size={18} />
                <Count id={entry.id} />
              </span>
              {entry.label}
            </button>
          ))}
        </div>
      </nav>
      {Panel !== null && (
        <section className={styles.panel} aria-label={title} style={{ width }}>
          <header className={styles.header}>
            <h2>{title}</h2>
            <IconButton icon="close" label="Close panel" onClick={() => openRail(null)} />
          </header>
          <div className={styles.body}>
            <Panel />
          </div>
          <div className={styles.edge}>
            <Splitter
              label="Width of the panel"
              direction="horizontal"
              panelBefore
              size={width}
              min={RAIL_WIDTH.min}
              max={RAIL_WIDTH.max}
              onChange={setWidth}
            />
          </div>
        </section>
      )}
    </>
  );
}

/** How many faults are active or checks violated. */
function Count({ id }: { readonly id: RailId }) {
  const faults = useFrame((frame) => frame.faults.length, 0);
  const violated = useFrame((frame) => frame.checks.filter((check) => check.verdict === 'violated').length, 0);
  const count = id === 'faults' ? faults : id === 'checks' ? violated : 0;
  return count === 0 ? null : (
    <span className={styles.count} data-bad={id === 'checks'}>
      {count}
    </span>
  );
}
