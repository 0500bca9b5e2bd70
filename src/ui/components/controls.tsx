/** Buttons and fields, in the one style of the page. Every one has a visible text or an accessible name. */
import type { ChangeEvent, ReactNode } from 'react';
import styles from './controls.module.css';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly icon?: IconName;
  readonly tone?: 'plain' | 'primary' | 'danger';
  readonly disabled?: boolean;
  readonly title?: string;
  readonly label?: string;
  readonly type?: 'button' | 'submit';
}

export function Button({
  children,
  onClick,
  icon,
  tone = 'plain',
  disabled,
  title,
  label,
  type = 'button',
}: ButtonProps) {
  return (
    <button
      type={type}
      className={styles.button}
      data-tone={tone}
      onClick={onClick}
      disabled={disabled}
      title={title}
      aria-label={label}
    >
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** Accessible name and tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly size?: 'normal' | 'large';
  readonly tone?: 'plain' | 'primary';
  /** Shown in the tooltip behind the name. */
  readonly shortcut?: string;
}

export function IconButton({
  icon,
  label,
  onClick,
  pressed,
  disabled,
  size = 'normal',
  tone = 'plain',
  shortcut,
}: IconButtonProps) {
  const title = shortcut === undefined ? label : `${label} (${shortcut})`;
  return (
    <button
      type="button"
      className={styles.iconButton}
      data-size={size}
      data-tone={tone}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      aria-pressed={pressed}
      title={title}
    >
      <Icon name={icon} size={size === 'large' ? 18 : 16} />
    </button>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
  /** Options next to each other with the same group stand below its name. */
  readonly group?: string;
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
  /** Shows the label before the field; otherwise it is the accessible name only. */
  readonly showLabel?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
}

export function Select({ label, value, options, onChange, showLabel = false, disabled, title }: SelectProps) {
  return (
    <label className={styles.field} title={title}>
      <span className={showLabel ? styles.fieldLabel : 'visually-hidden'}>{label}</span>
      <span className={styles.selectWrap}>
        <select
          className={styles.select}
          value={value}
          disabled={disabled}
          onChange={(event: ChangeEvent<HTMLSelectElement>) => onChange(event.target.value)}
        >
          {grouped(options).map(({ group, members }) =>
            group === '' ? (
              members.map(toOption)
            ) : (
              <optgroup key={group} label={group}>
                {members.map(toOption)}
              </optgroup>
            ),
          )}
        </select>
        <Icon name="chevron" size={12} />
      </span>
    </label>
  );
}

function toOption({ value, label, disabled }: Option) {
  return (
    <option key={value} value={value} disabled={disabled}>
      {label}
    </option>
  );
}

function grouped(
  options: readonly Option[],
): readonly { readonly group: string; readonly members: readonly Option[] }[] {
  const groups: { group: string; members: Option[] }[] = [];
  for (const option of options) {
    const group = option.group ?? '';
    const last = groups.at(-1);
    if (last?.group === group) last.members.push(option);
    else groups.push({ group, members: [option] });
  }
  return groups;
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly unit?: string;
  readonly onChange: (value: number) => void;
}

/** A labelled number with its unit; values outside the range are not passed on. */
export function NumberField({ label, value, min, max, step = 1, unit, onChange }: NumberFieldProps) {
  return (
    <label className={styles.field}>
      <span className={styles.fieldLabel}>{label}</span>
      <input
        className={styles.input}
        type="number"
        defaultValue={value}
        min={min}
        max={max}
        step={step}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (next >= min && next <= max) onChange(next);
        }}
      />
      {unit !== undefined && <span className={styles.unit}>{unit}</span>}
    </label>
  );
}

export { styles as controlStyles };
