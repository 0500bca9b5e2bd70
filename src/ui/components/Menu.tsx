/** A button that opens a list of commands below it. Arrow keys move, Escape closes and returns the focus. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Icon, type IconName } from './icons.tsx';
import styles from './Menu.module.css';

export interface MenuItem {
  readonly label: string;
  /** One line under the label. */
  readonly explain?: string;
  readonly run: () => void;
  readonly disabled?: boolean;
}

export interface MenuGroup {
  readonly title: string;
  readonly items: readonly MenuItem[];
}

interface Props {
  /** Text and accessible name of the button. */
  readonly label: string;
  readonly icon?: IconName;
  /** The icon stands alone and its list hangs from its right edge, with targets for fingers: for the end of a narrow bar. */
  readonly compact?: boolean;
  readonly groups: readonly MenuGroup[];
}

export function Menu({ label, icon, compact = false, groups }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[role=menuitem]:not(:disabled)')?.focus();
    const outside = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      moveFocus(root.current, event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key !== 'Tab') return;
    else setOpen(false);
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the menu inside, heard where they bubble to.
    <div className={styles.root} data-compact={compact} ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={list}
        onClick={() => setOpen(!open)}
        {...(compact ? { 'aria-label': label, title: label } : {})}
      >
        {icon !== undefined && <Icon name={icon} size={compact ? 18 : 14} />}
        {!compact && label}
        {!compact && <Icon name="chevron" size={12} />}
      </button>
      {open && (
        <div id={list} role="menu" aria-label={label} className={styles.list}>
          {groups.map((group) => (
            <fieldset key={group.title} aria-label={group.title}>
              {group.title !== label && (
                <p className={styles.groupTitle} aria-hidden="true">
                  {group.title}
                </p>
              )}
              {group.items.map((item) => (
                <Item key={item.label} item={item} close={close} />
              ))}
            </fieldset>
          ))}
        </div>
      )}
    </div>
  );
}

function Item({ item, close }: { readonly item: MenuItem; readonly close: () => void }) {
  return (
    <button
      type="button"
      role="menuitem"
      className={styles.item}
      disabled={item.disabled}
      onClick={() => {
        close();
        item.run();
      }}
    >
      <span>{item.label}</span>
      {item.explain !== undefined && <span className={styles.explain}>{item.explain}</span>}
    </button>
  );
}

function moveFocus(root: HTMLElement | null, by: number): void {
  const items = [...(root?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)') ?? [])];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items[(now + by + items.length) % items.length]?.focus();
}
