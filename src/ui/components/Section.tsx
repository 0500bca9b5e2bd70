/** A titled part of a panel that folds to its title; which are folded is remembered. */
import { type ReactNode, useId } from 'react';
import { useUi } from '../playground.tsx';
import { Icon } from './icons.tsx';
import styles from './Section.module.css';

interface Props {
  readonly title: string;
  /** What folding is remembered under, where the title changes. */
  readonly id?: string;
  /** A short reading beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** Folded until somebody opens it. */
  readonly startsFolded?: boolean;
}

export function Section({ title, id, aside, children, startsFolded = false }: Props) {
  const key = id ?? title;
  const flipped = useUi((state) => state.folded[key] === true);
  const toggle = useUi((state) => state.toggleFold);
  const body = useId();
  const open = flipped === startsFolded;
  return (
    <section className={styles.section}>
      <h3 className={styles.title}>
        <button type="button" aria-expanded={open} aria-controls={body} onClick={() => toggle(key)}>
          <span className={styles.arrow} data-open={open}>
            <Icon name="chevron" size={12} />
          </span>
          {title}
        </button>
        {aside !== undefined && <span className={styles.aside}>{aside}</span>}
      </h3>
      <div id={body} className={styles.body} hidden={!open}>
        {open && children}
      </div>
    </section>
  );
}
