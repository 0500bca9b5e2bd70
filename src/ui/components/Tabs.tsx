/** Tabs after the WAI-ARIA pattern: arrow keys move between them, one is in the tab order. */
import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useId } from 'react';
import styles from './Tabs.module.css';

export interface Tab<T extends string> {
  readonly id: T;
  readonly label: string;
}

interface Props<T extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<T>[];
  readonly chosen: T;
  readonly onChoose: (tab: T) => void;
  readonly children: ReactNode;
}

/** Of the tab beside the chosen one, so that the strip is seen to go on. */
const PEEK_PX = 24;

export function Tabs<T extends string>({ label, tabs, chosen, onChoose, children }: Props<T>) {
  const base = useId();
  // A strip that is wider than the screen shows which tab is chosen, whoever chose it.
  useEffect(() => {
    const tab = document.getElementById(`${base}-${chosen}`);
    const strip = tab?.parentElement;
    if (tab == null || strip == null || strip.scrollWidth <= strip.clientWidth) return;
    const [mine, all] = [tab.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (mine.left < all.left) strip.scrollLeft += mine.left - all.left - PEEK_PX;
    else if (mine.right > all.right) strip.scrollLeft += mine.right - all.right + PEEK_PX;
  }, [base, chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  return (
    <div className={styles.tabs}>
      <div role="tablist" aria-label={label} className={styles.list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            className={styles.tab}
            aria-selected={tab.id === chosen}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => onChoose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${chosen}`} className={styles.panel}>
        <h2 className="visually-hidden">{tabs.find((tab) => tab.id === chosen)?.label}</h2>
        {children}
      </div>
    </div>
  );
}
